// What the page knows, in one object that is replaced piece by piece: a message that did not change keeps its identity,
// so that its element is not rendered again.

export const state = {
  connection: 'connecting',
  hello: null,
  bot: null,
  channel: null,
  messages: [],
  more: false,
  loaded: false,
  commands: [],
  permissions: null,
  unread: new Set(),
  waiting: new Map(),
  failures: new Map(),
  notices: [],
  modal: null,
  viewer: null,
  draft: null,
  drawer: null,
  panelOn: false,
  panelTab: 'interactions',
  panel: emptyPanel(),
};

const listeners = new Set();
let scheduled = false;

export function emptyPanel() {
  return { interactions: [], requests: [], jobs: [], ledger: null, files: null, log: [], faults: [] };
}

export function set(changes) {
  Object.assign(state, changes);
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    for (const listener of listeners) listener();
  });
}

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function me() {
  return memberOf(state.hello?.member);
}

export function memberOf(id) {
  return state.hello?.members.find((member) => member.id === id);
}

export function channels() {
  if (!state.hello) return [];
  return [...state.hello.servers.flatMap((server) => server.channels), ...state.hello.direct];
}

export function channelOf(id) {
  return channels().find((channel) => channel.id === id);
}

export function serverOf(channel) {
  return state.hello?.servers.find((server) => server.channels.some((other) => other.id === channel));
}

export const isThread = (channel) => channel.type >= 10 && channel.type <= 12;
export const isDirect = (channel) => channel.type === 1 || channel.type === 3;

export function channelName(channel) {
  if (!channel) return 'unknown channel';
  if (channel.name) return channel.name;
  const others = channel.recipients?.filter((user) => user.id !== state.hello?.member) ?? [];
  return others.map(nameOf).join(', ') || nameOf(state.hello?.application) || 'Direct message';
}

export function nameOf(user) {
  if (!user) return 'somebody';
  return memberOf(user.id)?.name ?? user.global_name ?? user.name ?? user.username ?? 'somebody';
}

// What a mention of a member, a role or a channel says.
export function mentioned({ type, id }) {
  if (type === 'role') return `@${state.hello?.roles.find((role) => role.id === id)?.name ?? 'unknown role'}`;
  if (type === 'channel') return `#${channelOf(id) ? channelName(channelOf(id)) : 'unknown'}`;
  const known = id === state.hello?.application.id ? state.hello.application : memberOf(id);
  return `@${known ? nameOf(known) : 'unknown member'}`;
}

export const isOwn = (message) => message.author?.id === state.hello?.member;

// Ids are larger than numbers can be.
export function compareIds(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

// With the message put in: in the place of its former version, or in order.
export function withMessage(messages, message) {
  const at = messages.findIndex((other) => other.id === message.id);
  if (at >= 0) return messages.with(at, message);
  const after = messages.findLastIndex((other) => compareIds(other.id, message.id) < 0);
  return messages.toSpliced(after + 1, 0, message);
}

const MEMORY = 'easel-playground';

// What outlives a reload of this tab.
export function recall(name) {
  try {
    return sessionStorage.getItem(`${MEMORY}-${name}`);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    sessionStorage.setItem(`${MEMORY}-${name}`, value);
  } catch {
    // A browser that forbids storage forgets it, and all else works.
  }
}
