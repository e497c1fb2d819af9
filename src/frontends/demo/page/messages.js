// The list of messages of the open channel, and where the reader is in it.

import { Component, html } from './vendor/htm-preact.js';
import { askOlder, compose } from './actions.js';
import { isGrouped, Message, Notice } from './message.js';
import { channelName, channelOf, isDirect, state } from './state.js';
import { sentAt } from './time.js';

const NEAR = 80;
const ANCHORS = CSS.supports('overflow-anchor', 'auto');

export class Messages extends Component {
  list = { current: null };
  atBottom = true;

  componentDidMount() {
    this.watcher = new ResizeObserver(() => this.atBottom && this.toBottom());
    this.watcher.observe(this.list.current);
    this.watcher.observe(this.list.current.firstElementChild);
    this.toBottom();
  }

  componentWillUnmount() {
    this.watcher.disconnect();
  }

  // The first message in sight stays where it is, whatever becomes of those above it. Browsers that anchor the scrolling do
  // this themselves, but not at the very top, nor surely while somebody scrolls and older messages come in.
  getSnapshotBeforeUpdate(before) {
    const list = this.list.current;
    if (this.atBottom || before.channel !== this.props.channel) return null;
    const isOlder = before.messages[0]?.id !== this.props.messages[0]?.id;
    if (ANCHORS && list.scrollTop > 0 && !isOlder) return null;
    const top = list.getBoundingClientRect().top;
    for (const item of list.querySelectorAll('.message')) {
      const box = item.getBoundingClientRect();
      if (box.bottom <= top) continue;
      list.style.overflowAnchor = 'none';
      return { item, top: box.top };
    }
    return null;
  }

  componentDidUpdate(before, _, held) {
    const list = this.list.current;
    if (before.channel !== this.props.channel || this.atBottom || this.isOwnNews(before)) this.toBottom();
    else if (held?.item.isConnected) list.scrollTop += held.item.getBoundingClientRect().top - held.top;
    if (held) requestAnimationFrame(() => (list.style.overflowAnchor = ''));
  }

  isOwnNews(before) {
    const last = this.props.messages.at(-1);
    return last && last !== before.messages.at(-1) && !before.messages.some((message) => message.id === last.id)
      && (last.author?.id === state.hello.member || last.interaction_metadata?.user?.id === state.hello.member);
  }

  toBottom() {
    const list = this.list.current;
    list.scrollTop = list.scrollHeight;
    this.setBottom(true);
  }

  setBottom(atBottom) {
    if (this.atBottom === atBottom) return;
    this.atBottom = atBottom;
    this.setState({ away: !atBottom });
  }

  onScroll = () => {
    const list = this.list.current;
    this.setBottom(list.scrollHeight - list.scrollTop - list.clientHeight < NEAR);
    const first = this.props.messages[0]?.id;
    if (list.scrollTop < 400 && this.props.more && this.asked !== first) {
      this.asked = first;
      askOlder();
    }
  };

  onKeyDown = (event) => {
    const item = event.target.closest('.message');
    if (event.target !== item && event.target !== this.list.current) return;
    const all = [...this.list.current.querySelectorAll('.message')];
    const at = item ? all.indexOf(item) : all.length;
    const next = { ArrowUp: all[at - 1], ArrowDown: all[at + 1], Home: all[0], End: all.at(-1) }[event.key];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  };

  render({ channel, messages, notices, loaded, more, waiting, failures, commands }, { away }) {
    const pressed = new Map([...waiting.values()].filter((call) => call.message).map((call) => [call.message, call.custom_id]));
    const known = messageCommands(commands);
    const own = notices.filter((notice) => notice.channel === channel);
    const noticesAfter = (id) => own.filter((notice) => notice.after === id).map((notice) => html`<${Notice} key=${notice.id} notice=${notice} />`);
    return html`<div class="scroller" ref=${this.list} onScroll=${this.onScroll} tabindex="0" role="region" aria-label="Messages" onKeyDown=${this.onKeyDown}>
      <div class="scrolled">
        ${!loaded && html`<p class="hint centre">Opening …</p>`}
        ${loaded && !more && html`<${Beginning} channel=${channel} empty=${messages.length === 0 && own.length === 0} />`}
        ${more && html`<p class="hint centre"><button type="button" class="link" onClick=${askOlder}>Older messages</button></p>`}
        <ol class="messages" aria-label="Messages">
          ${noticesAfter(undefined)}
          ${messages.flatMap((message, at) => [...rendered(message, messages[at - 1], pressed, failures, known), ...noticesAfter(message.id)])}
        </ol>
      </div>
      ${away && html`<button type="button" class="to-bottom" onClick=${() => this.toBottom()}>To the newest ↓</button>`}
    </div>`;
  }
}

// One flat list for all: a key counts among its siblings only.
function rendered(message, before, pressed, failures, commands) {
  const day = new Date(sentAt(message)).toDateString();
  const isNewDay = !before || new Date(sentAt(before)).toDateString() !== day;
  const grouped = !isNewDay && isGrouped(message, before);
  return [
    isNewDay && html`<li key=${`day-${message.id}`} class="day"><span>${dayName(message)}</span></li>`,
    html`<${Message} key=${message.id} message=${message} grouped=${grouped} pressed=${pressed.get(message.id)}
      failure=${failures.get(message.id)} commands=${commands} members=${state.hello.members} />`,
  ];
}

const days = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });

function dayName(message) {
  return days.format(sentAt(message));
}

let lastCommands = null;
let lastKnown = [];

// The same list as long as the commands are the same: messages compare it.
function messageCommands(commands) {
  if (commands !== lastCommands) {
    lastCommands = commands;
    lastKnown = commands.filter((command) => command.type === 3);
  }
  return lastKnown;
}

function Beginning({ channel, empty }) {
  const place = channelOf(channel);
  const name = channelName(place);
  const suggestions = state.hello.suggestions ?? [];
  return html`<div class="beginning ${empty ? 'empty' : ''}">
    <h2>${place && isDirect(place) ? name : `#${name}`}</h2>
    <p>${place?.topic ?? (place && isDirect(place) ? `Your conversation with ${name} begins here.` : 'This is where the channel begins.')}</p>
    ${empty && suggestions.length > 0 && html`<div class="suggestions" data-tour-place="suggestions">
      <p>Try one of these: press it, then Enter.</p>
      ${suggestions.map((prompt) => html`<button type="button" class="suggestion" onClick=${() => compose('imagine', { prompt })}>
        <code>/imagine</code> ${prompt}</button>`)}
    </div>`}
  </div>`;
}
