// The components of a message: rows of buttons and menus, and panels of the second version.

import { html, useState } from './vendor/htm-preact.js';
import { choose, click } from './actions.js';
import { FileLink, hex, Pictures, picture } from './media.js';
import { SELECTS, Select } from './select.js';
import { Icon } from './icons.js';
import { fileUrl } from './socket.js';
import { Text } from './text.js';

// `pressed` is the custom id that the bot has not responded to.
export function Components({ parts, message, pressed }) {
  return parts.map((part, at) => html`<${Part} key=${part.id ?? at} part=${part} message=${message} pressed=${pressed} />`);
}

function Part({ part, message, pressed }) {
  const within = (parts) => html`<${Components} parts=${parts} message=${message} pressed=${pressed} />`;
  if (SELECTS.has(part.type)) return html`<${MessageSelect} part=${part} message=${message} busy=${pressed === part.custom_id} />`;
  switch (part.type) {
    case 1: return html`<div class="row">${within(part.components)}</div>`;
    case 2: return html`<${Button} part=${part} message=${message} busy=${pressed === part.custom_id} />`;
    case 9: return html`<div class="section"><div>${within(part.components)}</div><div class="accessory">${within([part.accessory])}</div></div>`;
    case 10: return html`<${Text} content=${part.content} />`;
    case 11: return html`<div class="thumbnail"><${Pictures} pictures=${[shown(part.media, part, message)]} /></div>`;
    case 12: return html`<${Pictures} pictures=${part.items.map((item) => shown(item.media, item, message))} />`;
    case 13: return html`<${FileLink} file=${fileOf(part, message)} />`;
    case 14: return html`<hr class=${`${part.divider === false ? 'invisible' : ''} ${part.spacing === 2 ? 'large' : ''}`} />`;
    case 17: return html`<${Container} part=${part}>${within(part.components)}<//>`;
    default: return html`<p class="hint">A component of type ${part.type} that this page does not know.</p>`;
  }
}

function Container({ part, children }) {
  const [hidden, setHidden] = useState(Boolean(part.spoiler));
  const accent = part.accent_color != null ? hex(part.accent_color) : undefined;
  if (hidden) return html`<button type="button" class="container spoiler" onClick=${() => setHidden(false)}>Spoiler: press to see it</button>`;
  return html`<div class="container" style=${{ borderInlineStartColor: accent }}>${children}</div>`;
}

function attached(media, message) {
  const name = media.url?.match(/^attachment:\/\/(.+)$/)?.[1];
  return name ? message.attachments?.find((file) => file.filename === name) ?? media : media;
}

function shown(media, { description, spoiler }, message) {
  return { ...picture(attached(media, message), description), spoiler };
}

function fileOf(part, message) {
  const media = attached(part.file, message);
  const filename = part.name ?? media.filename ?? media.url.split(/[?#]/)[0].split('/').pop();
  return { ...media, filename, size: part.size ?? media.size };
}

const STYLES = { 1: 'primary', 2: 'plain', 3: 'success', 4: 'danger', 5: 'plain' };

function Button({ part, message, busy }) {
  const label = html`${part.emoji?.name && html`<span>${part.emoji.name}</span>`}<span>${part.label}</span>`;
  if (part.style === 5) {
    return html`<a class="button plain ${part.disabled ? 'disabled' : ''}" href=${part.disabled ? undefined : fileUrl(part.url)} target="_blank" rel="noreferrer noopener">${label}<${Icon} name="external" /></a>`;
  }
  const press = (event) => {
    if (!busy) click(message.id, part.custom_id, event.currentTarget);
  };
  return html`<button type="button" class="button ${STYLES[part.style] ?? 'plain'} ${busy ? 'busy' : ''}" disabled=${part.disabled}
    data-action=${part.custom_id?.split(':')[1]} aria-busy=${busy ? 'true' : undefined} onClick=${press}>${label}${busy && html`<span class="spinner"></span>`}</button>`;
}

function MessageSelect({ part, message, busy }) {
  const preset = part.type === 3
    ? (part.options ?? []).filter((option) => option.default).map((option) => option.value)
    : (part.default_values ?? []).map((value) => value.id);
  return html`<${Select} component=${part} values=${preset} busy=${busy} onChoose=${(values, opener) => choose(message.id, part.custom_id, values, opener)} />`;
}
