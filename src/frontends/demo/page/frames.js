// What each frame of the server changes.

import { announceMessage } from './announcer.js';
import { be, openChannel } from './actions.js';
import { send } from './socket.js';
import {
  channelOf, channels, compareIds, emptyPanel, isDirect, recall, set, state, withMessage,
} from './state.js';

const KEPT = 200;

export function receive(frame) {
  const take = handlers[frame.type] ?? panelHandlers[frame.type];
  if (take) take(frame);
  else console.warn('a frame of an unknown type', frame.type);
}

const handlers = {
  lost() {
    set({ waiting: new Map() });
  },
  hello(frame) {
    const { type, ...hello } = frame;
    const known = new Set(hello.members.map((member) => member.id));
    const wanted = recall('member');
    if (wanted && wanted !== hello.member && known.has(wanted)) {
      be(wanted);
      return;
    }
    set({ hello, bot: hello.bot ?? state.bot });
    const places = channels();
    const last = places.find((channel) => channel.id === (state.channel ?? recall('channel')));
    const first = last ?? places.find((channel) => !channel.nsfw && channel.type === 0) ?? places[0];
    if (first) openChannel(first.id);
    else set({ channel: null, messages: [], loaded: true });
    if (state.panelOn) {
      set({ panel: emptyPanel() });
      send({ type: 'panel', on: true });
    }
  },
  opened(frame) {
    if (frame.channel !== state.channel) return;
    const { messages, commands, permissions } = frame;
    set({ messages, commands, permissions, more: Boolean(frame.more), loaded: true });
  },
  older(frame) {
    if (frame.channel !== state.channel) return;
    const known = new Set(state.messages.map((message) => message.id));
    const older = frame.messages.filter((message) => !known.has(message.id));
    set({ messages: [...older, ...state.messages], more: Boolean(frame.more) });
  },
  commands(frame) {
    if (frame.channel === state.channel) set({ commands: frame.commands });
  },
  message({ message }) {
    if (message.channel_id !== state.channel) {
      if (message.author?.id !== state.hello?.member) markUnread(message.channel_id);
      return;
    }
    const before = state.messages.find((other) => other.id === message.id);
    // Of a stretch of the past, only what is known of it is shown: the rest comes with `older`.
    const first = state.messages[0];
    if (!before && state.more && first && compareIds(message.id, first.id) < 0) return;
    set({ messages: withMessage(state.messages, message) });
    announceMessage(message, before);
  },
  gone(frame) {
    if (frame.channel === state.channel) {
      set({ messages: state.messages.filter((message) => message.id !== frame.id) });
    }
  },
  channel({ server, channel }) {
    const placed = (list) => {
      const at = list.findIndex((other) => other.id === channel.id);
      return at >= 0 ? list.with(at, { ...list[at], ...channel }) : [...list, channel];
    };
    const asked = state.directAsked;
    const known = channelOf(channel.id);
    const hello = { ...state.hello };
    if (isDirect(channel)) hello.direct = placed(hello.direct);
    else {
      const own = (other) => other.id === server;
      hello.servers = hello.servers.map((other) => (own(other) ? { ...other, channels: placed(other.channels) } : other));
    }
    set({ hello, directAsked: asked && !isDirect(channel) });
    if (asked && isDirect(channel)) openChannel(channel.id);
    else if (!known) markUnread(channel.id);
  },
  response({ nonce, kind, data }) {
    const call = state.waiting.get(nonce);
    if (!call) return;
    stopWaiting(nonce);
    if (kind === 8) call.onChoices?.(data?.choices ?? []);
    if (call.kind === 'submit' && kind !== 9) set({ modal: null });
    if (kind === 9) set({ modal: { ...data, message: call.message ?? null, opener: call.opener, error: null } });
  },
  failed({ nonce, reason }) {
    const call = state.waiting.get(nonce);
    if (!call) return;
    stopWaiting(nonce);
    if (call.kind === 'autocomplete') call.onChoices?.([], reason);
    else if (call.kind === 'submit' && state.modal) set({ modal: { ...state.modal, error: reason } });
    else if (call.kind === 'command') notice(`/${call.path}`, reason, call.again);
    else if (call.message) set({ failures: new Map(state.failures).set(call.message, reason) });
    else notice('', reason);
  },
  bot({ type, ...bot }) {
    set({ bot });
  },
  bad({ reason }) {
    console.warn('the server did not understand', reason);
    notice('', reason);
  },
};

const panelHandlers = {
  interaction({ type, ...interaction }) {
    const interactions = [{ ...interaction, answers: [] }, ...state.panel.interactions].slice(0, KEPT);
    panel({ interactions });
  },
  answer({ type, ...answer }) {
    const add = (one) => (one.id === answer.interaction ? { ...one, answers: [...one.answers, answer] } : one);
    panel({ interactions: state.panel.interactions.map(add) });
  },
  request({ type, ...request }) {
    serial += 1;
    panel({ requests: [{ ...request, serial }, ...state.panel.requests].slice(0, KEPT) });
  },
  jobs: ({ jobs }) => panel({ jobs }),
  ledger: ({ type, ...ledger }) => panel({ ledger }),
  files: ({ type, ...files }) => panel({ files }),
  log: ({ lines }) => panel({ log: [...state.panel.log, ...lines].slice(-KEPT) }),
  faults: ({ faults }) => panel({ faults }),
};

let serial = 0;

function panel(changes) {
  set({ panel: { ...state.panel, ...changes } });
}

function stopWaiting(nonce) {
  const waiting = new Map(state.waiting);
  waiting.delete(nonce);
  set({ waiting });
}

function notice(about, reason, again) {
  serial += 1;
  set({ notices: [...state.notices, { id: `notice-${serial}`, channel: state.channel, after: state.messages.at(-1)?.id, about, reason, again }] });
}

function markUnread(channel) {
  if (channel !== state.channel) set({ unread: new Set(state.unread).add(channel) });
}
