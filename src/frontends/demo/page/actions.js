// What the person does, as frames to the server.

import { happened } from './tour_steps.js';
import { send } from './socket.js';
import { emptyPanel, keep, set, state } from './state.js';

let counter = 0;

export function openChannel(channel) {
  const unread = new Set(state.unread);
  unread.delete(channel);
  const changed = state.channel !== channel;
  set({ channel, unread, drawer: null, ...(changed ? { messages: [], more: false, loaded: false, commands: [] } : {}) });
  keep('channel', channel);
  send({ type: 'open', channel });
}

export function be(member) {
  keep('member', member);
  if (state.hello) {
    set({ channel: null, messages: [], commands: [], loaded: false, notices: [], failures: new Map(), unread: new Set() });
    happened('member');
  }
  set({ drawer: null });
  send({ type: 'be', member });
}

export function openDirect() {
  set({ directAsked: true });
  send({ type: 'direct' });
}

export function askOlder() {
  const first = state.messages[0];
  if (state.more && first) send({ type: 'older', channel: state.channel, before: first.id });
}

export function say(content, files) {
  return send({ type: 'say', channel: state.channel, content, files });
}

// Whether it could be sent. `call` is kept until the bot has responded.
export function interact(action, call = {}) {
  counter += 1;
  const nonce = `${Date.now().toString(36)}-${counter}`;
  if (!send({ type: 'interact', nonce, channel: state.channel, action })) return null;
  const waiting = new Map(state.waiting);
  waiting.set(nonce, { kind: action.kind, path: action.path, message: action.message, custom_id: action.custom_id, ...call });
  const failures = new Map(state.failures);
  failures.delete(action.message);
  set({ waiting, failures });
  return nonce;
}

export function command(path, options, again) {
  const nonce = interact({ kind: 'command', path, options }, { again });
  if (nonce) happened('command', path);
  return nonce;
}

export function click(message, custom_id, opener) {
  interact({ kind: 'click', message, custom_id }, { opener });
  happened('click', custom_id);
}

export function choose(message, custom_id, values, opener) {
  interact({ kind: 'choose', message, custom_id, values }, { opener });
}

export function messageCommand(name, message, opener) {
  interact({ kind: 'message_command', name, message }, { opener });
  happened('apps');
}

export function submit(message, custom_id, fields) {
  return interact({ kind: 'submit', message, custom_id, fields });
}

// Fills the composer with a command.
export function compose(path, values = {}) {
  counter += 1;
  set({ draft: { id: counter, path, values }, drawer: null });
}

export function dismiss(id) {
  if (id.startsWith('notice-')) set({ notices: state.notices.filter((notice) => notice.id !== id) });
  else set({ messages: state.messages.filter((message) => message.id !== id) });
}

export function togglePanel(on = !state.panelOn) {
  set({ panelOn: on, panel: emptyPanel(), drawer: null });
  send({ type: 'panel', on });
  if (on) happened('panel');
}

export function showTab(panelTab) {
  set({ panelTab });
  happened('tab', panelTab);
}

export function fault(id, on) {
  send({ type: 'fault', id, on });
  happened(on ? 'fault-on' : 'fault-off');
}

export function view(pictures, at, opener) {
  set({ viewer: { pictures, at, opener } });
  happened('viewer');
}
