// Servers and channels, and who one is.

import { html, useRef, useState } from './vendor/htm-preact.js';
import { be, openChannel, openDirect } from './actions.js';
import { Avatar } from './avatar.js';
import { Icon } from './icons.js';
import { Menu } from './popup.js';
import { channelName, isThread, me } from './state.js';

export function Sidebar({ hello, channel, unread, open }) {
  return html`<nav class="sidebar ${open ? 'open' : ''}" id="sidebar" aria-label="Channels">
    <div class="brand"><span class="brand-mark" aria-hidden="true"></span><b>Easel</b><span>playground</span></div>
    <div class="places">
      ${hello.servers.map((server) => html`<section key=${server.id} aria-labelledby=${`server-${server.id}`}>
        <h2 id=${`server-${server.id}`}>${server.name}</h2>
        <ul>${ordered(server.channels).map((one) => html`<${Place} key=${one.id} place=${one} current=${channel} unread=${unread} />`)}</ul>
      </section>`)}
      <section aria-labelledby="direct"><h2 id="direct">Direct messages</h2>
        <ul>${hello.direct.map((one) => html`<${Place} key=${one.id} place=${one} current=${channel} unread=${unread} direct />`)}
          ${hello.direct.length === 0 && html`<li><button type="button" class="place" onClick=${openDirect}><${Icon} name="plus" /><span class="place-name">Message Easel</span></button></li>`}
        </ul>
      </section>
    </div>
    <${MemberSwitcher} hello=${hello} />
  </nav>`;
}

// Channels in order, each with its threads behind it.
function ordered(channels) {
  const top = channels.filter((channel) => !isThread(channel)).sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const below = (parent) => channels.filter((channel) => isThread(channel) && channel.parent_id === parent.id);
  const seen = top.flatMap((channel) => [channel, ...below(channel)]);
  return [...seen, ...channels.filter((channel) => !seen.includes(channel))];
}

function Place({ place, current, unread, direct }) {
  const isNew = unread.has(place.id);
  const icon = direct ? 'person' : isThread(place) ? 'thread' : 'hash';
  return html`<li class=${isThread(place) ? 'thread' : ''}>
    <button type="button" class="place ${isNew ? 'unread' : ''}" aria-current=${place.id === current ? 'page' : undefined} onClick=${() => openChannel(place.id)}>
      <${Icon} name=${icon} /><span class="place-name">${channelName(place)}</span>
      ${place.nsfw && html`<span class="mark" title="Age-restricted"><span aria-hidden="true">18+</span><span class="visually-hidden">age-restricted</span></span>`}
      ${place.session && html`<span class="mark session" title=${`Session: ${place.session}`}><${Icon} name="session" /><span class="visually-hidden">a session runs: ${place.session}</span></span>`}
      ${isNew && html`<span class="dot"><span class="visually-hidden">unread</span></span>`}
    </button>
  </li>`;
}

function MemberSwitcher({ hello }) {
  const [open, setOpen] = useState(false);
  const anchor = useRef(null);
  const self = me();
  const items = hello.members.map((member) => ({
    key: member.id, label: member.name, hint: member.about, checked: member.id === hello.member,
    before: html`<${Avatar} user=${member} small />`, act: () => member.id !== hello.member && be(member.id),
  }));
  const close = (back) => {
    setOpen(false);
    if (back) anchor.current?.focus();
  };
  return html`<div class="self" data-tour-place="member">
    <button ref=${anchor} type="button" aria-haspopup="menu" aria-expanded=${open} onClick=${() => setOpen(!open)}>
      <${Avatar} user=${self} /><span class="self-words"><b>${self?.name}</b><small>${self?.about}</small></span><span class="visually-hidden">: be somebody else</span><${Icon} name="down" />
    </button>
    ${open && html`<${Menu} anchor=${anchor} label="Be somebody else" items=${items} onClose=${close} />`}
  </div>`;
}
