// What people do in the playground, as they do it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { Playground, close, launch } from './support.mjs';

let playground;
before(launch);
after(close);
beforeEach(async () => (playground = await Playground.start()));
afterEach(async () => assert.equal(await playground.stop(), 0, 'Ctrl-C is no fault'));

test('a picture is asked for and looked at by keyboard alone', async () => {
  const mira = await playground.open();
  const { page } = mira;
  await page.keyboard.type('/imag');
  await page.getByRole('option', { name: /imagine/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.type('a cat eating ice cream');
  await page.keyboard.press('Enter');
  const message = await mira.pictures('a cat eating ice cream');
  const opener = message.getByRole('button', { name: /^Open picture/ });
  const has = (locator) => locator.evaluate((it) => it === document.activeElement);
  for (let steps = 0; steps < 40 && !(await has(opener)); steps += 1) await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  const viewer = page.getByRole('dialog');
  await viewer.getByRole('img', { name: /a cat eating ice cream/ }).waitFor();
  await page.keyboard.press('Escape');
  await viewer.waitFor({ state: 'detached' });
  assert.ok(await has(opener), 'the focus is back');
  mira.isFine();
});

test('pictures are varied, remixed and upscaled', async () => {
  const mira = await playground.open();
  await mira.command('imagine', 'a lighthouse in a storm --n 4');
  const four = await mira.pictures('a lighthouse in a storm', 4);
  await mira.press(four, /^Vary subtle/);
  await mira.choose('Which picture?', /2/);
  await mira.pictures('a lighthouse in a storm', 1);

  await mira.press(four, 'Remix');
  const form = mira.page.getByRole('dialog', { name: 'Remix' });
  await form.getByRole('textbox', { name: 'What the picture shows' }).fill('a windmill in a storm');
  await form.getByRole('button', { name: 'Submit' }).click();
  await mira.pictures('a windmill in a storm');

  // A member who orders so much at once has to wait a little; somebody else has not.
  const jon = await playground.open();
  await jon.become('Jon');
  await jon.press(await jon.pictures('a windmill in a storm'), /^Upscale/);
  await jon.choose('Which picture?', /1/);
  await mira.pictures(/upscale/);
  mira.isFine();
  jon.isFine();
});

test('a private picture is its member’s alone until it is published', async () => {
  const [mira, other] = [await playground.open(), await playground.open()];
  await other.become('Noor');
  await mira.begin('imagine');
  await mira.page.keyboard.type('a secret garden');
  await mira.option('private', 't');
  await mira.page.keyboard.press('Enter');
  await mira.page.getByRole('button', { name: /^Send/ }).last().click();
  const secret = await mira.pictures('a secret garden');
  await secret.getByText('Only you can see this').waitFor();
  assert.equal(await other.messages('a secret garden').count(), 0);
  await mira.press(secret, /Publish/);
  await other.pictures('a secret garden');
  mira.isFine();
  other.isFine();
});

test('what an admin sets is what a member gets', async () => {
  const [ada, mira] = [await playground.open(), await playground.open()];
  await ada.become('Ada');
  await ada.begin('easel defaults set');
  await ada.option('style', 'anime');
  await ada.page.getByRole('option', { name: 'anime' }).waitFor();
  await ada.page.keyboard.press('Enter');
  await ada.page.keyboard.press('Enter');
  await ada.messages('defaults: none → style anime').waitFor();
  assert.equal(await mira.messages('style anime').count(), 0, 'the answer is the admin’s alone');
  await mira.command('imagine', 'a fox');
  await (await mira.pictures('a fox')).getByText(/1:1 · anime/).waitFor();
  await mira.page.getByRole('textbox', { name: /^Message / }).fill('/easel');
  assert.equal(await mira.page.getByRole('option', { name: /easel defaults/ }).count(), 0, 'members do not see it');
  ada.isFine();
  mira.isFine();
});

test('a session goes from its start to its export', async () => {
  const ada = await playground.open();
  await ada.become('Ada');
  await ada.enter('sketches');
  await ada.begin('session start');
  await ada.option('title', 'Owls of the north');
  await ada.page.keyboard.press('Enter');
  await ada.messages('has begun a session here').waitFor();
  await ada.command('imagine', 'a snowy owl');
  await ada.pictures('a snowy owl');
  await ada.command('session export');
  const file = ada.messages('1 picture with its record').getByRole('link', { name: /\.zip$/ });
  const [download] = await Promise.all([ada.page.waitForEvent('download'), file.click()]);
  const bytes = await readFile(await download.path());
  assert.equal(bytes.subarray(0, 2).toString(), 'PK');
  await ada.command('session end');
  await ada.pictures('Owls of the north has ended: 1 picture');
  ada.isFine();
});

test('two browsers see the same channel', async () => {
  const [one, another] = [await playground.open(), await playground.open()];
  await one.command('imagine', 'two owls');
  const texts = await Promise.all([one, another].map(async (visitor) => (await visitor.pictures('two owls')).innerText()));
  assert.equal(texts[0], texts[1]);
  await one.page.getByRole('textbox', { name: /^Message / }).fill('Good night.');
  await one.page.keyboard.press('Enter');
  await another.messages('Good night.').waitFor();
  one.isFine();
  another.isFine();
});
