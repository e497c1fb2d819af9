// The place that the mock shows: its people, channels and commands, and a bot that answers as Easel does.

import { conversation, finished, help, formOf, gallery } from './mock_messages.mjs';

const ADMIN = '8';
export const people = [
  { id: '2001', name: 'Ada', about: 'may manage the server', color: '#7a4a8c', admin: true, stranger: false, roles: ['3001'] },
  { id: '2002', name: 'Ben Okafor', about: 'a member who paints', color: '#3c6a91', admin: false, stranger: false, roles: ['3002'] },
  { id: '2003', name: 'Chiara', about: 'a member', color: '#96405b', admin: false, stranger: false, roles: [] },
  { id: '2004', name: 'Dmitri', about: 'a member, new here', color: '#2f6f5e', admin: false, stranger: false, roles: [] },
  { id: '2005', name: 'Eve', about: 'of no server: only the direct message', color: '#6b5b1f', admin: false, stranger: true, roles: [] },
];
export const bot = { id: '9000', username: 'easel', global_name: 'Easel', bot: true };
const channels = [
  { id: '1001', type: 0, name: 'general', position: 0, topic: 'Anything about pictures' },
  { id: '1002', type: 0, name: 'poster-week', position: 1, topic: 'A session runs here', session: 'Poster week' },
  { id: '1005', type: 11, name: 'drafts', parent_id: '1002' },
  { id: '1003', type: 0, name: 'empty-canvas', position: 2 },
  { id: '1004', type: 0, name: 'after-dark', position: 3, nsfw: true },
  { id: '1006', type: 0, name: 'long-scroll', position: 4 },
];

const text = (name, description, more = {}) => ({ type: 3, name, description, ...more });
const settings = [text('model', 'Which model paints', { autocomplete: true }), text('aspect', 'Width to height', { autocomplete: true }), text('style', 'A look, such as anime or line-art', { autocomplete: true })];
const registered = [
  { id: '5001', type: 1, name: 'imagine', description: 'Paint a picture from words', options: [
    text('prompt', 'What to paint. Flags at the end work too: --ar 16:9 --no text --seed 7', { required: true, min_length: 1, max_length: 4000 }),
    text('negative', 'What to leave out', { max_length: 4000 }), ...settings,
    { type: 4, name: 'count', description: 'How many pictures', min_value: 1, max_value: 4 },
    { type: 4, name: 'seed', description: 'The same seed makes the same picture again', min_value: 0, max_value: 4294967295 },
    { type: 11, name: 'image', description: 'Start from this picture' },
    text('from', "Start from the last picture of this channel's session", { choices: [{ name: 'last', value: 'last' }] }),
    { type: 10, name: 'strength', description: 'How far to go from it: 0 keeps it, 1 ignores it', min_value: 0, max_value: 1 },
    { type: 5, name: 'private', description: 'Only you see the picture' }] },
  { id: '5002', type: 1, name: 'gallery', description: 'Find pictures again', options: [{ type: 1, name: 'mine', description: 'Your pictures' }, { type: 1, name: 'search', description: 'Those with these words', options: [text('words', 'Words of the prompt', { required: true })] }] },
  { id: '5003', type: 1, name: 'session', description: 'Pictures that belong together', options: [
    { type: 1, name: 'start', description: 'Begin a session in this channel', options: [text('title', 'What it is called'), ...settings, { type: 5, name: 'thread', description: 'In a thread of its own' }] },
    { type: 1, name: 'end', description: 'End it' }] },
  { id: '5004', type: 1, name: 'usage', description: 'What you have used' },
  { id: '5005', type: 1, name: 'help', description: 'What Easel can do here' },
  { id: '5006', type: 1, name: 'easel', description: 'Settings of this server', default_member_permissions: '32', options: [
    { type: 2, name: 'limits', description: 'How much each may ask for', options: [
      { type: 1, name: 'set', description: 'Change them', options: [{ type: 8, name: 'role', description: 'For this role' }, { type: 4, name: 'daily', description: 'Pictures a day', min_value: 0, max_value: 1000 }] },
      { type: 1, name: 'show', description: 'Show them' }] },
    { type: 2, name: 'access', description: 'Who may do what', options: [{ type: 1, name: 'allow', description: 'Allow it', options: [{ type: 9, name: 'who', description: 'A member or role', required: true }, { type: 7, name: 'channel', description: 'Only there' }, { type: 6, name: 'member', description: 'A member' }] }] }] },
  ...['Edit picture', 'Start from this picture', 'Make again'].map((name, n) => ({ id: `51${n}`, type: 3, name })),
  { id: '5110', type: 3, name: 'Remove picture', default_member_permissions: '8192' },
];
const isAdmin = (member) => people.find((one) => one.id === member).admin;
export const commands = (member) => registered.filter((command) => isAdmin(member) || !command.default_member_permissions);
const fault = (id, group, label, hint, once = false) => ({ id, group, label, hint, on: false, once });
export const faults = [
  fault('bedrock-throttled', 'Bedrock', 'Throttled', 'Answers 429 to every second call.'), fault('bedrock-slow', 'Bedrock', 'Slow', 'Each call takes ten seconds.'),
  fault('bedrock-filtered', 'Bedrock', 'Filtered', 'The content filter holds every picture back.'), fault('archive-away', 'Archive', 'S3 is down', 'Nothing can be stored.'),
  fault('discord-429', 'Discord', 'Rate limited', 'Answers 429 for a while.'), fault('gateway-dropped', 'Discord', 'Drop the Gateway', 'The connection ends at once.', true),
  fault('bot-killed', 'The bot', 'Kill it', 'kill -9, and started again after two seconds.', true),
];
const models = ['core – $0.04 a picture', 'ultra – $0.14 a picture', 'sd3.5-large – $0.08 a picture', 'nova-canvas – $0.04 a picture'];
const suggested = {
  model: models.map((name) => ({ name, value: name.split(' ')[0] })), aspect: ['1:1', '16:9', '3:2', '9:16'].map((name) => ({ name, value: name })),
  style: ['anime', 'cinematic', 'line-art', 'pixel-art'].map((name) => ({ name, value: name })),
};

export class Place {
  page = 100;
  permissions = '1125899906842623';
  #files = new Map();
  #all = new Map();
  #last = 0n;
  #jobs = [];

  constructor(cdn) {
    this.cdn = cdn;
    this.#all.set('1001', conversation(this, '1001'));
    this.#all.set('1006', Array.from({ length: Number(process.env.LONG ?? 500) }, (_, n) => finished(this, '1006', people[n % 4], `picture number ${n + 1}`, n % 4 === 0 ? 4 : 1)));
    if (process.env.LONG) this.page = Number(process.env.LONG);
  }

  id() {
    const now = (BigInt(Date.now()) - 1420070400000n) << 22n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    return String(this.#last);
  }

  hello(member) {
    const { stranger } = people.find((one) => one.id === member);
    const servers = stranger ? [] : [{ id: '1000', name: 'Studio', channels }];
    return { type: 'hello', cdn: this.cdn, engine: 'sketch', application: bot, member, members: people, roles: [{ id: '3001', name: 'Curators' }, { id: '3002', name: 'Painters' }], servers, direct: stranger ? [this.direct(member)] : [],
      suggestions: ['a lighthouse in a storm --ar 16:9', 'a red fox asleep in the snow, line-art', 'a market street at night, four lanterns'], bot: { state: 'running' } };
  }

  direct = (member) => ({ id: `70${member}`, type: 1, recipients: [bot] });
  messages = (channel, member) => (this.#all.get(channel) ?? []).filter((message) => !message.only || message.only === member);

  put(message, only) {
    const list = this.#all.get(message.channel_id) ?? [];
    const at = list.findIndex((other) => other.id === message.id);
    if (at >= 0) list[at] = { ...message, only };
    else list.push({ ...message, only });
    this.#all.set(message.channel_id, list);
    this.tell({ type: 'message', message }, only);
  }

  picture(words, width = 1024, height = 1024) {
    const hue = [...words].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 360, 7);
    const hill = (n) => `<path d="M0 ${height * (0.5 + n * 0.13)} Q${width * 0.3} ${height * (0.3 + n * 0.14)} ${width * 0.6} ${height * (0.55 + n * 0.1)} T${width} ${height * (0.5 + n * 0.12)} V${height} H0Z" fill="hsl(${hue + n * 22} 42% ${52 - n * 12}%)"/>`;
    const body = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="hsl(${hue} 55% 82%)"/><circle cx="${width * (0.2 + (hue % 60) / 100)}" cy="${height * 0.28}" r="${height * 0.1}" fill="hsl(${hue + 40} 90% 88%)"/>${[0, 1, 2].map(hill).join('')}</svg>`;
    return { ...this.upload(`easel-${this.id()}-0.png`, 'image/svg+xml', body), content_type: 'image/png', width, height, description: `A picture made from the words: ${words}` };
  }

  upload(filename, type, body) {
    const id = this.id();
    this.#files.set(`/attachments/${id}/${filename}`, { type, body, name: filename });
    return { id, filename, size: body.length, url: `${this.cdn}/attachments/${id}/${filename}?ex=1&hm=2`, proxy_url: `${this.cdn}/attachments/${id}/${filename}?ex=1`, content_type: type };
  }

  file = (path) => this.#files.get(decodeURIComponent(path));

  say(channel_id, member, content, files) {
    const attachments = files.map((id) => {
      const [path, file] = [...this.#files].find(([path]) => path.includes(`/${id}/`));
      return { id, filename: file.name, size: file.body.length, content_type: file.type, url: `${this.cdn}${path}`, width: 640, height: 480 };
    });
    const { name } = people.find((one) => one.id === member);
    this.put({ id: this.id(), type: 0, channel_id, author: { id: member, username: name, global_name: name }, content, attachments, embeds: [], components: [], timestamp: new Date().toISOString(), flags: 0 });
  }

  interact(line, { nonce, channel, action }) {
    const member = people.find((one) => one.id === line.member);
    const respond = (kind, data) => setTimeout(() => line.send({ type: 'response', nonce, interaction: this.id(), kind, data }), 60);
    const shown = { at: Date.now(), id: this.id(), kind: { command: 2, autocomplete: 4, submit: 5, message_command: 2 }[action.kind] ?? 3, name: action.path ?? action.name ?? action.custom_id, member: member.id, channel, payload: { type: 2, data: action, member: { user: { id: member.id }, permissions: ADMIN } } };
    this.tellPanel({ type: 'interaction', ...shown });
    const answer = (kind, data) => {
      respond(kind, data);
      this.tellPanel({ type: 'answer', interaction: shown.id, after_ms: 41.5, kind, data });
    };
    const typed = action.options?.find((option) => option.name === action.focused)?.value ?? '';
    if (action.kind === 'autocomplete') answer(8, { choices: (suggested[action.focused] ?? []).filter((choice) => choice.name.includes(typed)) });
    else if (action.path === 'imagine') this.imagine(channel, member, action.options, answer);
    else if (action.path === 'help') {
      answer(4, {});
      this.put(help(this, channel, member), member.id);
    } else if (action.path === 'gallery mine') {
      answer(4, {});
      this.put(gallery(this, channel, member), member.id);
    } else if (action.path === 'usage') setTimeout(() => line.send({ type: 'failed', nonce, reason: 'The application did not respond' }), 1500);
    else if (/remix|form/.test(action.custom_id) && action.kind === 'click') answer(9, formOf(action.custom_id));
    else if (action.kind === 'submit' || /again|vary/.test(action.custom_id)) this.imagine(channel, member, [{ name: 'prompt', value: 'the same again, otherwise' }], answer);
    else answer(6);
  }

  imagine(channel, member, options, answer) {
    const given = Object.fromEntries(options.map(({ name, value }) => [name, value]));
    const id = this.id();
    const only = given.private ? member.id : undefined;
    const [width, height] = /16:9/.test(given.aspect ?? given.prompt) ? [1344, 768] : [1024, 1024];
    const done = finished(this, channel, member, given.prompt, given.count ?? 1, width, height);
    const flags = only ? 64 : 0;
    const cancel = [{ type: 1, components: [{ type: 2, style: 2, label: 'Cancel', custom_id: `v1:cancel:${id}:0` }] }];
    const step = (after, name, message) => setTimeout(() => {
      if (message) this.put({ ...done, id, flags, ...message }, only);
      job.steps.push({ name, at: Date.now() });
      job.state = name;
      if (name === 'done') Object.assign(job, { spent: job.reserved, pictures: given.count ?? 1 });
      this.tellPanel({ type: 'jobs', jobs: this.#jobs });
      this.ledger({ send: this.tellPanel });
    }, after);
    const job = { id, member: member.id, channel, prompt: given.prompt, model: given.model ?? 'core', state: 'queued', steps: [], reserved: 40000 * (given.count ?? 1), spent: 0, returned: 0, pictures: 0 };
    this.#jobs.unshift(job);
    answer(5);
    step(60, 'queued', { flags: flags | 128, content: '', attachments: [], components: [] });
    step(900, 'working', { content: `> ${given.prompt}\n-# \`core\` is at work · 1 s so far, usually 3 s.`, attachments: [], components: cancel });
    step(Number(process.env.SLOW ?? 1800), 'done', {});
  }

  ledger(line) {
    const sum = (field) => this.#jobs.reduce((sum, job) => sum + job[field], 0);
    line.send({ type: 'ledger', month: 'November 2026', reserved: sum('reserved') - sum('spent'), spent: sum('spent'), returned: 0, budget: 5_000_000, calls: { made: 4, answered: 4 }, pictures: { paid: 4, archived: 4, shown: 4 }, verdict: 'Every picture that was paid for was shown and archived; nothing is reserved for a job that has ended.', books: 'balance' });
  }

  panel(line) {
    line.send({ type: 'faults', faults });
    line.send({ type: 'jobs', jobs: this.#jobs });
    this.ledger(line);
    line.send({ type: 'files', total: 2, files: [{ name: 'jobs/01M82MR71296GXRQK4S1NTKEXB/0.png', bytes: 1534123, at: Date.now() }, { name: 'jobs/01M82MR71296GXRQK4S1NTKEXB/record.json', bytes: 912, at: Date.now() }] });
    line.send({ type: 'log', lines: ['INFO easel: gateway is ready', 'INFO easel::worker: job done job=01M82MR71296GXRQK4S1NTKEXB'] });
    line.send({ type: 'request', at: Date.now(), method: 'PATCH', path: '/webhooks/9000/…/messages/@original', status: 200, bytes: 1534123, interaction: null });
    line.send({ type: 'request', at: Date.now(), method: 'POST', path: '/interactions/123/…/callback', status: 429, bytes: 310, interaction: null });
    line.send({ type: 'bot', state: 'running', pid: 4711, starts: 1 });
  }

  kill() {
    this.tell({ type: 'bot', state: 'stopped', pid: null, starts: 1 });
    setTimeout(() => this.tell({ type: 'bot', state: 'starting', pid: 4712, starts: 2 }), 2000);
    setTimeout(() => this.tell({ type: 'bot', state: 'running', pid: 4712, starts: 2 }), 3000);
  }
}
