// A real playground in a real browser, for one story.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// Modules are looked for beside the file that imports them, and these lie in target/.
const tools = createRequire(join(process.env.EASEL_BROWSER_TOOLS, 'package.json'));
const { chromium } = tools('playwright-core');
const axe = await readFile(tools.resolve('axe-core/axe.min.js'), 'utf8');

const PATIENCE = 60_000;
/** In pixels, width and height. */
export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

let browser;

export async function launch() {
  browser = await chromium.launch({
    executablePath: process.env.EASEL_BROWSER,
    // Root, as whom containers run tests, has no sandbox.
    args: ['--no-sandbox'],
  });
}

export async function close() {
  await browser.close();
}

/** `easel demo`, and what it prints. */
export class Playground {
  static async start(...options) {
    const playground = new Playground();
    playground.folder = await mkdtemp(join(tmpdir(), 'easel-browser-'));
    playground.child = spawn(process.env.EASEL_PROGRAM, ['demo', ...options], {
      cwd: playground.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    playground.log = [];
    createInterface({ input: playground.child.stderr }).on('line', (line) => playground.log.push(line));
    playground.address = await new Promise((found, failed) => {
      playground.child.once('exit', () => failed(new Error(playground.log.join('\n'))));
      createInterface({ input: playground.child.stdout }).on('line', (line) => {
        const address = /http:\/\/\S+/.exec(line);
        if (address) found(address[0]);
      });
    });
    return playground;
  }

  /** Ctrl-C; whether it ended well. */
  async stop() {
    const ended = new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGINT');
    const code = await ended;
    await rm(this.folder, { recursive: true, force: true });
    return code;
  }

  /** Somebody with a browser of their own. */
  async open({ size = DESKTOP, scheme = 'light', tour = false } = {}) {
    const context = await browser.newContext({ viewport: size, colorScheme: scheme, reducedMotion: 'reduce' });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol.startsWith('http') && host !== new URL(this.address).host) {
        faults.push(`asked ${request.url()}`);
      }
    });
    await page.goto(this.address);
    await page.getByRole('textbox', { name: /message/i }).waitFor();
    if (!tour) await skipTour(page);
    return new Visitor(page, faults);
  }
}

/** Somebody who has the page open. */
class Visitor {
  constructor(page, faults) {
    Object.assign(this, { page, faults });
  }

  /** Types a slash command, whose first option has the focus then. */
  async begin(path) {
    await this.page.getByRole('textbox', { name: /^Message / }).fill(`/${path}`);
    await this.page.getByRole('option', { name: path }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.getByRole('group', { name: `The command ${path}` }).waitFor();
  }

  /** Types a slash command with the option that it asks for first, and sends it. */
  async command(path, text = '') {
    await this.begin(path);
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }

  /** Adds an option to the command that is being typed. */
  async option(name, value) {
    await this.page.getByRole('button', { name: `+ ${name}` }).click();
    await this.page.keyboard.type(value);
  }

  /** Messages with these words, the oldest first. */
  messages(words) {
    return this.page.getByRole('list', { name: 'Messages' }).getByRole('listitem').filter({ hasText: words });
  }

  /** The latest message with these words and at least so many pictures. */
  async pictures(words, count = 1) {
    const message = this.messages(words).filter({ has: this.page.getByRole('button', { name: /^Open picture/ }) }).last();
    await message.getByRole('button', { name: /^Open picture/ }).nth(count - 1).waitFor();
    return message;
  }

  press(message, name) {
    return message.getByRole('button', { name }).first().click();
  }

  /** Chooses in the select menu of the latest message that has one. */
  async choose(menu, option) {
    await this.page.getByRole('button', { name: menu }).last().click();
    await this.page.getByRole('option', { name: option }).first().click();
  }

  async become(member) {
    await this.page.getByRole('button', { name: /: be somebody else$/ }).click();
    await this.page.getByRole('option', { name: member }).or(this.page.getByRole('menuitemradio', { name: member })).first().click();
    // On a phone the list of channels, with this button below it, is away again.
    const switcher = this.page.locator('button', { hasText: new RegExp(`${member}[^]*be somebody else`) });
    await switcher.waitFor({ state: 'attached' });
  }

  /** Opens the side panel at a tab. */
  async look(tab) {
    const opener = this.page.getByRole('button', { name: 'Behind the scenes' });
    if (!(await this.page.getByRole('tab', { name: tab }).isVisible())) await opener.click();
    await this.page.getByRole('tab', { name: tab }).click();
    return this.page.getByRole('tabpanel', { name: tab });
  }

  /** Switches a fault on or off. */
  async fault(label) {
    const faults = await this.look('Faults');
    await faults.getByRole('switch', { name: label }).click();
  }

  /** Waits until so many pictures are paid, kept and shown. */
  async counted(pictures) {
    const ledger = await this.look('Ledger');
    const row = (name) => ledger.getByRole('row', { name: `${name} ${pictures}`, exact: true });
    for (const name of ['Pictures paid', 'Pictures in the archive', 'Pictures shown']) await row(name).waitFor();
  }

  /** As [counted], each with one call. */
  async balanced(pictures) {
    await this.counted(pictures);
    const ledger = await this.look('Ledger');
    await ledger.getByText('The ledger balances').waitFor();
  }

  /** Opens a channel. */
  async enter(channel) {
    await this.page.getByRole('navigation', { name: 'Channels' }).getByRole('button', { name: channel }).first().click();
    await this.page.getByRole('heading', { level: 1, name: channel }).waitFor();
  }

  /** Opens the list of channels, where the page is narrow. */
  async drawer() {
    await this.page.getByRole('button', { name: 'Show channels' }).click();
    // It slides in, and is there for everybody once it is seen.
    await this.page.getByRole('navigation', { name: 'Channels' }).getByRole('button').first().waitFor();
  }

  /** What axe finds that keeps people out. */
  async isAccessible(where) {
    await this.page.evaluate(axe);
    const violations = await this.page.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations);
    const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
    const found = grave.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`));
    assert.deepEqual(found, [], where);
  }

  /** What the page itself did wrong. */
  isFine() {
    assert.deepEqual(this.faults, []);
  }
}

/** Newcomers are offered a tour. */
async function skipTour(page) {
  const skip = page.getByRole('button', { name: /skip/i });
  if (await skip.isVisible()) await skip.click();
}
