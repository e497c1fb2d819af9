// How the playground looks: to a newcomer, on a phone, in the dark, and to a screen reader.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { DESKTOP, PHONE, Playground, close, launch } from './support.mjs';

const TABS = ['Interactions', 'Jobs', 'Ledger', 'Faults', 'Files', 'Requests', 'Bot log'];

/** Of a screen, how much may look different from its picture in docs/. */
const DIFFERENCE = 0.05;

let playground;
before(launch);
after(close);
beforeEach(async () => (playground = await Playground.start()));
afterEach(async () => assert.equal(await playground.stop(), 0));

for (const [name, size] of Object.entries({ 'a desktop': DESKTOP, 'a phone': PHONE })) {
  test(`the tour is taken by doing what it says, on ${name}`, async () => {
    const newcomer = await playground.open({ size, tour: true });
    const { page } = newcomer;
    const tour = page.getByRole('complementary', { name: 'Tour' });
    const at = async (step) => {
      await tour.getByText(`Step ${step} of 7`).waitFor();
      // As a click would, this needs it to be in sight, behind nothing.
      await tour.getByRole('button', { name: 'Skip the tour' }).click({ trial: true });
    };
    await at(1);
    await page.getByRole('button', { name: '/imagine a cat eating ice cream' }).click();
    await page.getByRole('group', { name: 'The command imagine' }).waitFor();
    await page.keyboard.press('Enter');
    await at(2);
    const message = await newcomer.pictures('a cat eating ice cream', 4);
    await message.getByRole('button', { name: /^Open picture 1/ }).click();
    await page.getByRole('dialog', { name: 'Picture' }).waitFor();
    await page.keyboard.press('Escape');
    await at(3);
    await newcomer.press(message, 'Details');
    await at(4);
    await page.reload();
    await at(4);
    if (size === PHONE) await newcomer.drawer();
    await newcomer.become('Ada');
    await at(5);
    await page.getByRole('button', { name: 'Behind the scenes' }).click();
    await at(6);
    await newcomer.fault('Throttled');
    await at(7);
    await newcomer.look('Ledger');
    await tour.waitFor({ state: 'detached' });
    newcomer.isFine();
  });
}

test('a tour that was skipped stays away until it is asked for', async () => {
  const newcomer = await playground.open({ tour: true });
  const { page } = newcomer;
  const tour = page.getByRole('complementary', { name: 'Tour' });
  await tour.getByRole('button', { name: 'Skip the tour' }).click();
  await tour.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('button', { name: '/imagine a cat eating ice cream' }).waitFor();
  assert.equal(await tour.count(), 0);
  await page.getByRole('button', { name: 'Tour' }).click();
  await tour.getByText('Step 1 of 7').waitFor();
  newcomer.isFine();
});

test('nothing keeps people out who do not see the page or not use a mouse', async () => {
  const mira = await playground.open();
  const { page } = mira;
  await mira.isAccessible('an empty channel');
  await page.getByRole('textbox', { name: /^Message / }).fill('/');
  await page.getByRole('option', { name: 'imagine' }).first().waitFor();
  await mira.isAccessible('the list of commands');
  await page.getByRole('textbox', { name: /^Message / }).fill('');
  await mira.begin('imagine');
  await mira.option('style', '');
  await mira.isAccessible('a command');
  await page.getByRole('button', { name: 'Leave the command' }).click();
  await mira.command('imagine', 'a heron --n 4 --seed 7');
  const four = await mira.pictures('a heron', 4);
  await mira.isAccessible('a channel with pictures');
  await mira.press(four, 'Remix');
  await page.getByRole('dialog', { name: 'Remix' }).waitFor();
  await mira.isAccessible('a form');
  await page.keyboard.press('Escape');
  await mira.press(four, /^Open picture 1/);
  await page.getByRole('dialog', { name: 'Picture' }).waitFor();
  await mira.isAccessible('a picture in full size');
  await page.keyboard.press('Escape');
  for (const tab of TABS) {
    await mira.look(tab);
    await mira.isAccessible(`the panel’s ${tab}`);
  }
  await page.getByRole('button', { name: 'Close the panel' }).click();
  await page.setViewportSize(PHONE);
  await mira.drawer();
  await mira.isAccessible('the channels on a phone');
  mira.isFine();
});

test('a phone’s width is enough', async () => {
  const jon = await playground.open({ size: PHONE });
  const { page } = jon;
  const fits = async (where) => {
    const [wide, room] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
    assert.ok(wide <= room, `${where}: ${wide} > ${room}`);
  };
  await jon.drawer();
  await fits('the channels');
  await jon.enter('sketches');
  await page.getByRole('navigation', { name: 'Channels' }).waitFor({ state: 'hidden' });
  await jon.command('imagine', 'a narrow house --n 4 --seed 7');
  const four = await jon.pictures('a narrow house', 4);
  await fits('a channel');
  await jon.press(four, 'Remix');
  const form = page.getByRole('dialog', { name: 'Remix' });
  await form.waitFor();
  await fits('a form');
  await form.getByRole('button', { name: 'Cancel' }).click();
  for (const tab of TABS) {
    await jon.look(tab);
    await fits(`the panel’s ${tab}`);
  }
  await page.getByRole('button', { name: 'Close the panel' }).click();
  await jon.command('imagine', 'a wide house');
  await jon.pictures('a wide house');
  jon.isFine();
});

test('light and dark can both be read', async () => {
  const mira = await playground.open();
  const { page } = mira;
  await mira.command('imagine', 'an owl at dusk --seed 7');
  await mira.pictures('an owl at dusk');
  await mira.look('Ledger');
  const light = await brightness(page);
  await mira.isAccessible('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Use the light theme' }).waitFor();
  const dark = await brightness(page);
  await mira.isAccessible('dark');
  assert.ok(light > 200 && dark < 80, `${light} and ${dark} of 255`);
  await page.getByRole('button', { name: 'Use the light theme' }).click();
  await page.reload();
  await page.getByRole('button', { name: 'Use the dark theme' }).waitFor();
  await mira.pictures('an owl at dusk');
  assert.ok((await brightness(page)) > 200, 'what was chosen is remembered');
  mira.isFine();
});

test('it looks as README and the docs show it', async () => {
  const mira = await playground.open();
  const { page } = mira;
  await mira.command('imagine', 'a lighthouse in a storm --ar 16:9 --seed 7');
  await mira.pictures('a lighthouse in a storm');
  await mira.command('imagine', 'a cat eating ice cream --n 4 --seed 7');
  await mira.pictures('a cat eating ice cream', 4);
  await looksAs(page, 'playground.png');

  await mira.fault('Archive down');
  await page.emulateMedia({ colorScheme: 'dark' });
  const jon = await playground.open();
  await jon.become('Jon');
  await jon.command('imagine', 'an owl at dusk --seed 7');
  await jon.pictures('an owl at dusk');
  const ledger = await mira.look('Ledger');
  await ledger.getByText('1 picture not archived yet').waitFor();
  await looksAs(page, 'playground-dark.png');

  const phone = await playground.open({ size: PHONE });
  await phone.pictures('an owl at dusk');
  await looksAs(phone.page, 'playground-phone.png');
  mira.isFine();
  jon.isFine();
  phone.isFine();
});

/** Holds what is on the screen against a picture in docs/, or makes that picture anew. */
async function looksAs(page, name) {
  // Pictures that are in sight have come, and nothing has the focus or is pointed at.
  await page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
  await page.evaluate(() => document.activeElement?.blur());
  await page.mouse.move(0, 0);
  const png = await picture(page);
  if (process.env.EASEL_SCREENSHOTS) {
    await writeFile(join(process.env.EASEL_SCREENSHOTS, name), png);
    return;
  }
  const share = await difference(page, png, await readFile(join('docs', name)));
  console.log(`${name}: ${(share * 100).toFixed(1)} % look different`);
  const shown = join(process.env.EASEL_BROWSER_TOOLS, name);
  await writeFile(shown, png);
  assert.ok(share < DIFFERENCE, `${shown} is not as docs/${name}: if it is as it should be, tests/browser/run --screenshots makes those anew`);
}

/** The share of two pictures' squares of 16 pixels that have another colour, from 0 to 1. Letters and times do not count. */
function difference(page, ...pngs) {
  return page.evaluate(async (pngs) => {
    const colours = async (png) => {
      const bytes = Uint8Array.from(atob(png), (byte) => byte.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const [width, height] = [Math.ceil(bitmap.width / 16), Math.ceil(bitmap.height / 16)];
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context.imageSmoothingQuality = 'high';
      context.drawImage(bitmap, 0, 0, width, height);
      return { size: `${bitmap.width} × ${bitmap.height}`, data: context.getImageData(0, 0, width, height).data };
    };
    const [one, other] = await Promise.all(pngs.map(colours));
    if (one.size !== other.size) return 1;
    const differs = (at) => [0, 1, 2].some((part) => Math.abs(one.data[at + part] - other.data[at + part]) > 32);
    const squares = Array.from({ length: one.data.length / 4 }, (_, square) => square * 4);
    return squares.filter(differs).length / squares.length;
  }, pngs.map((png) => png.toString('base64')));
}

/** What is on the screen once the last change is: a busy browser would give the frame before it. */
async function picture(page) {
  await page.evaluate(async () => {
    for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame);
  });
  return page.screenshot();
}

/** Of what is on the screen, from 0 to 255. */
async function brightness(page) {
  const png = (await picture(page)).toString('base64');
  return page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (byte) => byte.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) sum += data[at] + data[at + 1] + data[at + 2];
    return Math.round((sum * 4) / (data.length * 3));
  }, png);
}
