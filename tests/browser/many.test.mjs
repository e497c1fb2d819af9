// A channel with five hundred messages: all can be reached, and what the browser takes for it is measured.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { Playground, close, launch } from './support.mjs';

let playground;
before(launch);
after(close);
beforeEach(async () => (playground = await Playground.start()));
afterEach(async () => assert.equal(await playground.stop(), 0));

test('five hundred messages can all be reached, and the reader keeps the place', async () => {
  const mira = await playground.open();
  const { page } = mira;
  await write(page, 1, 500);
  await mira.messages('Message 500.').waitFor();
  await page.reload();
  await mira.messages('Message 500.').waitFor();

  const meter = await page.context().newCDPSession(page);
  await meter.send('Performance.enable');
  const before = await figures(meter);
  const list = page.getByRole('region', { name: 'Messages', exact: true });
  const box = await list.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);

  // Older ones come in above the first, which stays in sight.
  await page.mouse.wheel(0, -100_000);
  await mira.messages('Message 301.').waitFor({ state: 'attached' });
  assert.ok((await seen(page)).includes(401));
  await page.getByRole('button', { name: /^To the newest/ }).click();

  await countFrames(page);
  const up = await readAll(page, -1, 1);
  const down = await readAll(page, 1, 500);
  const frames = await page.evaluate(() => window.frames500.sort((a, b) => a - b));
  const after = await figures(meter);
  const part = (share) => frames[Math.floor((frames.length - 1) * share)].toFixed(1);
  console.log(`500 messages: ${frames.length} frames, ms: median ${part(0.5)}, p95 ${part(0.95)}, longest ${part(1)}; ` +
    `heap ${before.heap} → ${after.heap} MB; elements ${before.nodes} → ${after.nodes}`);
  assert.deepEqual(up, [], 'missed on the way up');
  assert.deepEqual(down, [], 'missed on the way down');

  // What is said meanwhile does not move somebody who reads further up.
  await page.mouse.wheel(0, -6000);
  await page.getByRole('button', { name: /^To the newest/ }).waitFor();
  const place = await seen(page);
  await write(page, 501, 520);
  await page.waitForFunction(() => document.querySelector('.messages').textContent.includes('Message 520.'));
  assert.deepEqual(await seen(page), place);
  await page.getByRole('button', { name: /^To the newest/ }).click();
  await page.waitForFunction(() => document.querySelector('.messages > :last-child').getBoundingClientRect().bottom <= innerHeight);
  assert.equal((await seen(page)).at(-1), 520);
  mira.isFine();
});

/** Lets Ada write in the open channel, over a socket of her own. */
async function write(page, first, last) {
  await page.evaluate(([first, last]) => new Promise((done, failed) => {
    const memory = (name) => sessionStorage.getItem(`easel-playground-${name}`);
    const socket = new WebSocket(`ws://${location.host}/socket?token=${memory('token')}`);
    const say = (number) => socket.send(JSON.stringify({
      type: 'say', channel: memory('channel'), content: `Message ${number}. ${'says a little more than the last. '.repeat(number % 5)}`, files: [],
    }));
    let isAda = false;
    socket.onclose = () => failed(new Error('the socket was closed'));
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.type === 'hello' && !isAda) {
        isAda = true;
        socket.send(JSON.stringify({ type: 'be', member: frame.members.find(({ name }) => name === 'Ada').id }));
      } else if (frame.type === 'hello') {
        for (let number = first; number <= last; number += 1) say(number);
      } else if (frame.type === 'message' && frame.message.content.startsWith(`Message ${last}.`)) {
        socket.onclose = null;
        socket.close();
        done();
      }
    };
  }), [first, last]);
}

/** Turns the mouse wheel until a message is reached; which were not in sight on the way. */
async function readAll(page, direction, target) {
  const missed = new Set(Array.from({ length: 500 }, (_, at) => at + 1));
  for (let turns = 0; missed.has(target) && turns < 1000; turns += 1) {
    for (const number of await seen(page)) missed.delete(number);
    await page.mouse.wheel(0, direction * 300);
  }
  return [...missed];
}

/** The numbers of the messages in sight, once what was done is on the screen. */
function seen(page) {
  return page.evaluate(async () => {
    for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame);
    const room = document.querySelector('.scroller').getBoundingClientRect();
    const items = [...document.querySelectorAll('.message')].filter((item) => {
      const { top, bottom } = item.getBoundingClientRect();
      return bottom > room.top && top < room.bottom;
    });
    return items.map((item) => Number(/Message (\d+)\./.exec(item.textContent)[1]));
  });
}

function countFrames(page) {
  return page.evaluate(() => {
    window.frames500 = [];
    let last = performance.now();
    const count = (now) => {
      window.frames500.push(now - last);
      last = now;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  });
}

async function figures(meter) {
  await meter.send('HeapProfiler.collectGarbage');
  const { metrics } = await meter.send('Performance.getMetrics');
  const of = (name) => metrics.find((metric) => metric.name === name).value;
  return { heap: (of('JSHeapUsedSize') / 1e6).toFixed(1), nodes: of('Nodes') };
}
