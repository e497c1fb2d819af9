// A hostile page in the same browser tries to reach the playground.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';

import { Playground, close, launch } from './support.mjs';

let playground;
let hostile;
let address;
/** What browsers asked the hostile page for. */
const visits = [];
before(async () => {
  await launch();
  playground = await Playground.start();
  hostile = http.createServer((request, response) => {
    visits.push(request);
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>hostile</title>');
  });
  await new Promise((listening) => hostile.listen(0, '127.0.0.1', listening));
  address = `http://127.0.0.1:${hostile.address().port}/`;
});
after(async () => {
  hostile.close();
  assert.equal(await playground.stop(), 0);
  await close();
});

test('another page reads nothing, says nothing and uploads nothing', async () => {
  const mira = await playground.open();
  const { origin } = new URL(playground.address);
  const page = await mira.page.context().newPage();
  await page.goto(address);
  const guess = '0'.repeat(32);
  const got = await page.evaluate(async ({ origin, guess }) => {
    const fetched = async (path, options) => {
      try {
        const response = await fetch(origin + path, options);
        return response.type === 'opaque' ? 'opaque' : `${response.status} ${await response.text()}`;
      } catch {
        return 'refused';
      }
    };
    const socket = (path) =>
      new Promise((done) => {
        const socket = new WebSocket(origin.replace('http', 'ws') + path);
        socket.onmessage = ({ data }) => done(`told ${data}`);
        socket.onerror = () => done('refused');
      });
    const image = (path) =>
      new Promise((done) => {
        const image = new Image();
        image.onload = () => done('loaded');
        image.onerror = () => done('refused');
        image.src = origin + path;
      });
    return {
      page: await fetched('/'),
      script: await fetched('/app.js'),
      upload: await fetched(`/files?name=a.png&token=${guess}`, { method: 'POST', body: 'x' }),
      blind: await fetched('/files?name=a.png', { method: 'POST', body: 'x', mode: 'no-cors' }),
      socket: await socket('/socket'),
      guessed: await socket(`/socket?token=${guess}`),
      image: await image('/icon.svg'),
    };
  }, { origin, guess });
  const nothing = ['refused', 'opaque'];
  for (const [what, answer] of Object.entries(got)) assert.ok(nothing.includes(answer), `${what}: ${answer}`);

  // Its own page in a frame shows nothing of the playground.
  const frame = await page.evaluateHandle(async (origin) => {
    const frame = document.createElement('iframe');
    const loaded = new Promise((done) => (frame.onload = done));
    frame.src = origin;
    document.body.append(frame);
    await loaded;
    return frame;
  }, origin);
  const inside = await frame.asElement().contentFrame();
  assert.ok(!inside || !(await inside.content()).includes('Easel'), 'it may not be framed');
  assert.equal(await mira.messages('').count(), 0, 'nothing was said in the channel');
});

test('a page that has got hold of the token gets no further', async () => {
  const mira = await playground.open();
  await mira.command('imagine', 'a safe --seed 7');
  const picture = await (await mira.pictures('a safe')).locator('.picture img').evaluate((image) => image.src);
  assert.ok(picture.includes('/cdn/') && picture.includes('token='));
  const said = await mira.messages('').allInnerTexts();

  const page = await mira.page.context().newPage();
  await page.goto(address);
  const got = await reach(page, picture);
  assert.deepEqual(new Set(Object.values(got)), new Set(['refused']), JSON.stringify(got));
  const own = await reach(mira.page, picture);
  assert.ok(!Object.values(own).includes('refused'), `the page itself: ${JSON.stringify(own)}`);

  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().includes('/files')),
    page.evaluate((files) => {
      const form = Object.assign(document.createElement('form'), { method: 'POST', enctype: 'text/plain', action: files });
      document.body.append(form);
      form.submit();
    }, playground.address.replace('/?', '/files?name=a.png&')),
  ]);
  assert.equal(answer.status(), 403, 'a form');
  await mira.page.reload();
  await mira.pictures('a safe');
  assert.deepEqual(await mira.messages('').allInnerTexts(), said);
  mira.isFine();
});

test('windows that one opens from the other tell nothing', async () => {
  const mira = await playground.open();
  await mira.page.getByRole('textbox', { name: /^Message / }).fill(`See ${address}linked`);
  await mira.page.keyboard.press('Enter');
  const link = mira.messages('See http').getByRole('link');
  const [linked] = await Promise.all([mira.page.waitForEvent('popup'), link.click()]);
  await linked.waitForURL(`${address}linked`);
  assert.deepEqual(await linked.evaluate(() => [document.referrer, window.opener]), ['', null]);
  assert.equal(visits.find(({ url }) => url === '/linked').headers.referer, undefined);

  const [popup] = await Promise.all([
    linked.waitForEvent('popup'),
    linked.evaluate((address) => void (window.opened = window.open(address)), playground.address),
  ]);
  await popup.getByRole('textbox', { name: /^Message / }).waitFor();
  const read = await linked.evaluate(() =>
    [() => window.opened.location.href, () => window.opened.document.body.innerText, () => window.opened.sessionStorage.length].map((look) => {
      try {
        return look();
      } catch (error) {
        return error.name;
      }
    }));
  assert.deepEqual(read, ['SecurityError', 'SecurityError', 'SecurityError']);
  mira.isFine();
});

test('even with the token another origin is refused', async () => {
  const { host, searchParams } = new URL(playground.address);
  const ask = (path, headers) =>
    new Promise((done, failed) => {
      const request = http.get(`http://${host}${path}`, { headers }, (response) => done(response.resume().statusCode));
      request.on('error', failed);
    });
  const token = searchParams.get('token');
  const upgrade = {
    Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
  assert.equal(await ask('/', {}), 200);
  assert.equal(await ask('/', { Host: 'evil.example' }), 403, 'a name that leads here');
  assert.equal(await ask(`/socket?token=${token}`, { ...upgrade, Origin: 'http://evil.example' }), 403);
  assert.equal(await ask(`/socket?token=${token}`, { ...upgrade, Origin: 'null' }), 403, 'a sandboxed frame');
  assert.equal(await ask(`/?token=${token}`, { Host: 'evil.example' }), 403, 'a name that leads here, with the token');
  assert.equal(await ask('/socket', { ...upgrade, Origin: `http://${host}` }), 403, 'no token');
});

test('the token is neither in the page’s address nor told to where it leads', async () => {
  const mira = await playground.open();
  assert.ok(!mira.page.url().includes('token'), mira.page.url());
  assert.equal(await mira.page.evaluate(() => document.referrer), '');
  const policy = (await (await fetch(playground.address)).headers).get('referrer-policy');
  assert.equal(policy, 'no-referrer');
  mira.isFine();
});

/** What a page gets of the playground that needs a token, with the one in a picture's address. */
function reach(page, picture) {
  return page.evaluate(async (picture) => {
    const { origin, searchParams } = new URL(picture);
    const token = searchParams.get('token');
    const fetched = (url, options) => fetch(url, options).then((response) => `got ${response.type}`, () => 'refused');
    const event = (target) => new Promise((done) => {
      target.onload = target.onopen = () => done('opened');
      target.onerror = () => done('refused');
    });
    return {
      image: await event(Object.assign(new Image(), { src: picture })),
      picture: await fetched(picture),
      blind: await fetched(picture, { mode: 'no-cors' }),
      upload: await fetched(`${origin}/files?name=a.png&token=${token}`, { method: 'POST', body: 'x' }),
      unread: await fetched(`${origin}/files?name=a.png&token=${token}`, { method: 'POST', body: 'x', mode: 'no-cors' }),
      socket: await event(new WebSocket(`${origin.replace('http', 'ws')}/socket?token=${token}`)),
    };
  }, picture);
}
