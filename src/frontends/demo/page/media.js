// Pictures, files and embeds.

import { html, useState } from './vendor/htm-preact.js';
import { view } from './actions.js';
import { Icon } from './icons.js';
import { fileUrl } from './socket.js';
import { Text } from './text.js';
import { bytes } from './time.js';

const MOST_WIDE = 420;
const MOST_HIGH = 380;

const isPicture = (file) => file.content_type?.startsWith('image/') || /\.(png|jpe?g|webp|gif)$/i.test(file.filename ?? '');

// As the viewer and the grid want it, from an attachment, a gallery's item or an embed's picture.
export function picture(media, alt, filename) {
  const address = media.proxy_url || media.url;
  return {
    url: address, alt: alt || media.description || '', filename: filename ?? media.filename ?? address.split(/[?#]/)[0].split('/').pop(),
    width: media.width, height: media.height, spoiler: media.spoiler || media.is_spoiler || filename?.startsWith('SPOILER_'),
  };
}

export function Pictures({ pictures }) {
  const n = pictures.length;
  if (n === 1) return html`<div class="pictures one"><${Picture} pictures=${pictures} at=${0} alone /></div>`;
  const columns = n === 2 || n === 4 ? 2 : 3;
  // The first row takes what does not fill a row of its own: all rows are full then.
  const lead = n % columns;
  const span = (at) => (at < lead ? (columns * 2) / lead : 2);
  const ratio = shared(pictures) ?? 1;
  return html`<div class="pictures many columns-${columns}">
    ${pictures.map((one, at) => html`<${Picture} key=${one.url} pictures=${pictures} at=${at} span=${span(at)} ratio=${(ratio * span(at)) / 2} />`)}
  </div>`;
}

// The form that all pictures have.
function shared(pictures) {
  const [first] = pictures;
  const same = pictures.every((one) => one.width === first.width && one.height === first.height);
  return same && first.width && first.height ? first.width / first.height : null;
}

function Picture({ pictures, at, alone, span, ratio }) {
  const one = pictures[at];
  const [hidden, setHidden] = useState(Boolean(one.spoiler));
  const [broken, setBroken] = useState(false);
  const size = alone ? fitted(one) : { gridColumn: `span ${span}`, aspectRatio: String(ratio) };
  const name = one.alt || one.filename;
  if (broken) return html`<span class="picture broken" style=${size}>This picture cannot be fetched: ${name}</span>`;
  const press = (event) => (hidden ? setHidden(false) : view(pictures, at, event.currentTarget));
  return html`<button type="button" class="picture ${hidden ? 'hidden' : ''}" style=${size} onClick=${press}
    aria-label=${hidden ? 'A hidden picture: press to see it' : `Open picture${pictures.length > 1 ? ` ${at + 1} of ${pictures.length}` : ''}: ${name}`}>
    <img src=${fileUrl(one.url)} alt="" title=${one.alt} loading="lazy" decoding="async" width=${one.width} height=${one.height} onError=${() => setBroken(true)} />
    ${hidden && html`<span class="veil">Spoiler</span>`}
  </button>`;
}

function fitted({ width, height }) {
  if (!width || !height) return { width: '320px', aspectRatio: '1' };
  const scale = Math.min(1, MOST_WIDE / width, MOST_HIGH / height);
  return { width: `${Math.round(width * scale)}px`, aspectRatio: `${width} / ${height}` };
}

export function FileLink({ file }) {
  const url = fileUrl(file.url);
  return html`<div class="file"><${Icon} name="file" />
    <span><a href=${url} download=${file.filename}>${file.title ? `${file.title} (${file.filename})` : file.filename}</a>
      <small>${file.size != null ? bytes(file.size) : ''}${file.description ? ` · ${file.description}` : ''}</small></span></div>`;
}

export function Attachments({ files }) {
  const images = files.filter(isPicture).map((file) => picture(file));
  const others = files.filter((file) => !isPicture(file));
  return html`<div class="attachments">
    ${images.length > 0 && html`<${Pictures} pictures=${images} />`}
    ${others.map((file) => html`<${FileLink} key=${file.id} file=${file} />`)}
  </div>`;
}

export function Embed({ embed }) {
  const colour = embed.color != null ? hex(embed.color) : undefined;
  const bare = embed.image && !embed.title && !embed.description && !embed.fields?.length && !embed.author && !embed.footer;
  const image = embed.image && html`<${Pictures} pictures=${[picture(embed.image, embed.image.description)]} />`;
  if (bare) return html`<div class="attachments">${image}</div>`;
  return html`<article class="embed" style=${{ borderInlineStartColor: colour }}>
    ${embed.thumbnail && html`<div class="thumbnail"><${Pictures} pictures=${[picture(embed.thumbnail)]} /></div>`}
    ${embed.author?.name && html`<p class="embed-author">${embed.author.name}</p>`}
    ${embed.title && html`<${Text} class="embed-title" content=${embed.url ? `[${embed.title}](${embed.url})` : embed.title} />`}
    ${embed.description && html`<${Text} content=${embed.description} />`}
    ${embed.fields?.length > 0 && html`<dl>${embed.fields.map((field) => html`<div class=${field.inline ? 'inline' : ''}><dt><${Text} content=${field.name} /></dt><dd><${Text} content=${field.value} /></dd></div>`)}</dl>`}
    ${image}
    ${embed.footer?.text && html`<p class="small">${embed.footer.text}</p>`}
  </article>`;
}

export function hex(colour) {
  return `#${colour.toString(16).padStart(6, '0')}`;
}
