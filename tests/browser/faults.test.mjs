// What goes wrong when somebody switches it on: no picture is lost, and none is paid twice.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { Playground, close, launch } from './support.mjs';

let playground;
let mira;
before(launch);
after(close);
beforeEach(async () => {
  playground = await Playground.start();
  mira = await playground.open();
});
afterEach(async () => {
  mira.isFine();
  assert.equal(await playground.stop(), 0);
});

test('a model that is busy is asked again', async () => {
  await mira.fault('Throttled');
  await mira.command('imagine', 'a patient heron');
  await mira.messages('is busy').waitFor();
  await mira.fault('Throttled');
  await mira.pictures('a patient heron');
  await mira.balanced(1);
});

test('while a model is slow, the reply says how far it is', async () => {
  await mira.fault('Slow');
  await mira.command('imagine', 'a snail');
  await mira.messages('is at work').waitFor();
  await mira.pictures('a snail');
  await mira.balanced(1);
});

test('what the model’s filter holds back is said to its member alone', async () => {
  const other = await playground.open();
  await other.become('Jon');
  await mira.fault('Filtered');
  await mira.command('imagine', 'a lobster');
  const told = mira.messages('Only you can see this').filter({ hasText: /filter/ });
  await told.waitFor();
  assert.equal(await other.messages(/filter/).count(), 0);
  other.isFine();
});

test('pictures whose answers come out of order keep their places', async () => {
  await mira.fault('Out of order');
  await mira.command('imagine', '{one, two, three, four} boats');
  await mira.page.getByRole('button', { name: /^Start 4 pictures/ }).click();
  await mira.pictures('4 four boats', 4);
  await mira.balanced(4);
});

test('pictures wait in the spool while the archive is down', async () => {
  await mira.fault('Archive down');
  await mira.command('imagine', 'a badger');
  await mira.pictures('a badger');
  const ledger = await mira.look('Ledger');
  await ledger.getByRole('row', { name: 'Pictures in the archive 0', exact: true }).waitFor();
  await mira.fault('Archive down');
  await mira.balanced(1);
});

test('Discord’s rate limits are waited for', async () => {
  await mira.fault('Rate limited (429)');
  await mira.command('imagine', 'a slow loris');
  await mira.pictures('a slow loris');
  await mira.balanced(1);
});

test('where the bot may not write, interactions are answered all the same', async () => {
  await mira.fault('Forbidden (403)');
  await mira.command('imagine', 'a hedgehog');
  await mira.pictures('a hedgehog');
  await mira.balanced(1);
});

test('a Gateway that drops the connection costs nothing', async () => {
  await mira.command('imagine', 'a swift');
  await (await mira.look('Faults')).getByRole('button', { name: /^Drop the Gateway/ }).click();
  await mira.pictures('a swift');
  await mira.command('imagine', 'a swallow');
  await mira.pictures('a swallow');
  await mira.balanced(2);
});

test('a bot that is killed goes on where it was', async () => {
  await mira.fault('Slow');
  await mira.command('imagine', 'a phoenix');
  await mira.messages('is at work').waitFor();
  await (await mira.look('Faults')).getByRole('button', { name: /^Kill the bot/ }).click();
  await mira.page.getByText(/offline/i).first().waitFor();
  await mira.fault('Slow');
  await mira.pictures('a phoenix');
  await mira.counted(1);
  const ledger = await mira.look('Ledger');
  // What was asked for when it died is paid, whether or not its answer came.
  await ledger.getByText(/1 call was lost, and repeated/).waitFor();
  await ledger.getByRole('row', { name: 'Calls of models made 2', exact: true }).waitFor();
  assert.equal(await mira.messages('a phoenix').count(), 1, 'shown once');
});
