// One message. It is rendered again only when it or what is known about it is another object.

import { Component, html, useRef, useState } from './vendor/htm-preact.js';
import { dismiss, messageCommand } from './actions.js';
import { Avatar } from './avatar.js';
import { Components } from './components.js';
import { Icon } from './icons.js';
import { plainText } from './markdown.js';
import { Attachments, Embed } from './media.js';
import { Menu } from './popup.js';
import { mentioned, nameOf, state } from './state.js';
import { jump, Text, Time } from './text.js';
import { sentAt } from './time.js';

const EPHEMERAL = 64;
const LOADING = 128;
const V2 = 1 << 15;
const SAME_GROUP_MS = 7 * 60_000;

export class Message extends Component {
  shouldComponentUpdate(next) {
    return Object.keys(next).some((key) => next[key] !== this.props[key]);
  }

  render({ message, grouped, pressed, failure, commands }) {
    const { flags = 0, author } = message;
    const isPrivate = Boolean(flags & EPHEMERAL);
    const name = nameOf(author);
    return html`<li id=${`message-${message.id}`} class="message ${grouped ? 'grouped' : ''} ${isPrivate ? 'private' : ''}" tabindex="-1"
      aria-label=${`${name}, ${new Date(sentAt(message)).toLocaleTimeString()}`}>
      ${!grouped && html`<${Origin} message=${message} />`}
      <div class="gutter">${grouped
        ? html`<${Time} at=${sentAt(message)} style="t" class="hover-time" />`
        : html`<${Avatar} user=${author} />`}</div>
      <div class="body">
        ${!grouped && html`<p class="by"><span class="author">${name}</span>${author?.bot && html`<span class="badge">App</span>`}
          <${Time} at=${sentAt(message)} style=${today(message) ? 't' : 'f'} /></p>`}
        <${Content} message=${message} pressed=${pressed} />
        ${failure && html`<p class="failure" role="alert">${failure}</p>`}
        ${isPrivate && html`<p class="only-you"><${Icon} name="eye" />Only you can see this · <button type="button" class="link" onClick=${() => dismiss(message.id)}>Dismiss</button></p>`}
      </div>
      ${!(flags & LOADING) && html`<${AppsMenu} message=${message} name=${name} commands=${commands} />`}
    </li>`;
  }
}

// Whether the message stands under the one before it without a heading of its own.
export function isGrouped(message, before) {
  if (!before || before.author?.id !== message.author?.id) return false;
  if (message.interaction_metadata || message.message_reference || message.referenced_message) return false;
  if ((message.flags ?? 0) & EPHEMERAL || (before.flags ?? 0) & EPHEMERAL) return false;
  return sentAt(message) - sentAt(before) < SAME_GROUP_MS;
}

function today(message) {
  return new Date(sentAt(message)).toDateString() === new Date().toDateString();
}

function Content({ message, pressed }) {
  const { flags = 0, content, attachments = [], embeds = [], components = [] } = message;
  if (flags & LOADING) {
    return html`<p class="thinking"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${nameOf(message.author)} is thinking …</p>`;
  }
  if (flags & V2) return html`<div class="v2"><${Components} parts=${components} message=${message} pressed=${pressed} /></div>`;
  return html`
    ${content && html`<${Text} content=${content} />`}
    ${message.edited_timestamp && !message.author?.bot && html`<small class="edited">(edited)</small>`}
    ${attachments.length > 0 && html`<${Attachments} files=${attachments} />`}
    ${embeds.map((embed, at) => html`<${Embed} key=${at} embed=${embed} />`)}
    ${components.length > 0 && html`<div class="rows"><${Components} parts=${components} message=${message} pressed=${pressed} /></div>`}`;
}

// What the message is a reply to, or who used which command.
function Origin({ message }) {
  const used = message.interaction_metadata;
  const reply = message.referenced_message;
  if (used) {
    const command = message.interaction?.name;
    const what = command
      ? html` used <span class="mention">${command[0] === command[0].toLowerCase() ? `/${command}` : command}</span>`
      : html` ${used.type === 5 ? 'sent a form' : 'chose something'}`;
    const from = used.interacted_message_id ?? reply?.id ?? used.triggering_interaction_metadata?.interacted_message_id;
    return html`<p class="origin"><${Icon} name="reply" /><${Avatar} user=${used.user} small /><b>${nameOf(used.user)}</b>${what}
      ${from && html` · <button type="button" class="link" onClick=${() => jump(message.channel_id, from)}>of this message</button>`}</p>`;
  }
  if (!message.message_reference && !reply) return null;
  if (!reply) return html`<p class="origin"><${Icon} name="reply" />The message that this replies to is gone.</p>`;
  const words = reply.content ? plainText(reply.content, mentioned).slice(0, 120) : reply.attachments?.length > 0 ? 'pictures' : 'a message';
  return html`<p class="origin"><${Icon} name="reply" /><${Avatar} user=${reply.author} small /><b>${nameOf(reply.author)}</b>
    <button type="button" class="link quiet" onClick=${() => jump(message.channel_id, reply.id)}>${words}</button></p>`;
}

function AppsMenu({ message, name, commands }) {
  const [open, setOpen] = useState(false);
  const anchor = useRef(null);
  const items = commands.map((command) => ({ label: command.name, act: () => messageCommand(command.name, message.id, anchor.current) }));
  const close = (back) => {
    setOpen(false);
    if (back) anchor.current?.focus();
  };
  return html`<div class="tools ${open ? 'open' : ''}">
    <button ref=${anchor} type="button" class="tool" aria-haspopup="menu" aria-expanded=${open} aria-label=${`Apps for the message of ${name}`}
      onClick=${() => setOpen(!open)}><${Icon} name="apps" /><span>Apps</span></button>
    ${open && html`<${Menu} anchor=${anchor} label="Apps" items=${items} onClose=${close} align="end" />`}
  </div>`;
}

// Of the page itself: what the bot did not do.
export function Notice({ notice }) {
  return html`<li class="message private notice" role="alert">
    <div class="gutter"><${Avatar} user=${state.hello.application} /></div>
    <div class="body">
      <p>${notice.about && html`<code>${notice.about}</code> `}${notice.reason}</p>
      <p class="only-you"><${Icon} name="eye" />Only you can see this · ${notice.again && html`<button type="button" class="link" onClick=${() => { notice.again(); dismiss(notice.id); }}>Write it again</button> · `}
        <button type="button" class="link" onClick=${() => dismiss(notice.id)}>Dismiss</button></p>
    </div>
  </li>`;
}
