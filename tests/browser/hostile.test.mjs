// A hostile page in the same browser tries to reach the playground.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';

import { Playground, close, launch } from './support.mjs';

let playground;
let hostile;
before(async () => {
  await launch();
  playground = await Playground.start();
  hostile = http.createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>hostile</title>'));
  await new Promise((listening) => hostile.listen(0, '127.0.0.1', listening));
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
  await page.goto(`http://127.0.0.1:${hostile.address().port}/`);
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
