// Markdown as elements.

import { html, useReducer, useEffect, useMemo, useState } from './vendor/htm-preact.js';
import { compose, openChannel } from './actions.js';
import { parse } from './markdown.js';
import { fileUrl, isOwnFile } from './socket.js';
import { channelOf, mentioned, state } from './state.js';
import { relative, shown } from './time.js';

export function Text({ content, class: className = '' }) {
  const blocks = useMemo(() => parse(content), [content]);
  return html`<div class="text ${className}">${blocks.map(block)}</div>`;
}

function block(node) {
  switch (node.type) {
    case 'pre': return html`<pre tabindex="0"><code>${node.text}</code></pre>`;
    case 'quote': return html`<blockquote>${node.blocks.map(block)}</blockquote>`;
    case 'heading': return html`<p class=${`heading heading-${node.level}`}>${node.nodes.map(span)}</p>`;
    case 'small': return html`<p class="small">${node.nodes.map(span)}</p>`;
    case 'ul': return html`<ul>${node.items.map((item) => html`<li>${item.map(span)}</li>`)}</ul>`;
    case 'ol': return html`<ol start=${node.start}>${node.items.map((item) => html`<li>${item.map(span)}</li>`)}</ol>`;
    default: return html`<p>${node.nodes.map(span)}</p>`;
  }
}

function span(node) {
  if (typeof node === 'string') return node;
  switch (node.type) {
    case 'br': return html`<br />`;
    case 'code': return html`<code>${node.text}</code>`;
    case 'link': return html`<${Link} url=${node.url}>${node.nodes.map(span)}<//>`;
    case 'time': return html`<${Time} at=${node.at * 1000} style=${node.style} />`;
    case 'user': case 'role': return html`<span class="mention">${mentioned(node)}</span>`;
    case 'everyone': return html`<span class="mention">${node.text}</span>`;
    case 'channel': return html`<${ChannelMention} id=${node.id} />`;
    case 'command': return html`<button type="button" class="mention" onClick=${() => compose(node.path)}>/${node.path}</button>`;
    case 'spoiler': return html`<${Spoiler}>${node.nodes.map(span)}<//>`;
    default: return html`<${node.type}>${node.nodes.map(span)}<//>`;
  }
}

function ChannelMention({ id }) {
  const channel = channelOf(id);
  if (!channel) return html`<span class="mention">#unknown</span>`;
  return html`<button type="button" class="mention" onClick=${() => openChannel(id)}>${mentioned({ type: 'channel', id })}</button>`;
}

const JUMP = /^https:\/\/(?:\w+\.)?discord\.com\/channels\/(?:@me|\d+)\/(\d+)(?:\/(\d+))?$/;

function Link({ url, children }) {
  const [, channel, message] = url.match(JUMP) ?? [];
  if (channel) return html`<button type="button" class="link" onClick=${() => jump(channel, message)}>${children}</button>`;
  const isFile = isOwnFile(url);
  return html`<a href=${fileUrl(url)} target="_blank" rel="noreferrer noopener" download=${isFile ? '' : undefined}>${children}</a>`;
}

// Goes to a message, as soon as it is there.
export function jump(channel, message) {
  if (channelOf(channel) && channel !== state.channel) openChannel(channel);
  let tries = 20;
  const look = () => {
    const element = message && document.getElementById(`message-${message}`);
    if (!element) return tries-- > 0 ? setTimeout(look, 100) : undefined;
    element.scrollIntoView({ block: 'center' });
    // Those above it have taken their true size by then.
    requestAnimationFrame(() => element.scrollIntoView({ block: 'center' }));
    element.focus({ preventScroll: true });
    element.classList.add('found');
    return setTimeout(() => element.classList.remove('found'), 2000);
  };
  look();
}

function Spoiler({ children }) {
  const [open, setOpen] = useState(false);
  if (open) return html`<span class="spoiler open">${children}</span>`;
  return html`<button type="button" class="spoiler" aria-label="Spoiler: press to read" onClick=${() => setOpen(true)}>
    <span aria-hidden="true">${children}</span>
  </button>`;
}

export function Time({ at, style = 'f', class: className = 'time' }) {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => {
    if (style !== 'R') return undefined;
    const timer = setInterval(again, 15_000);
    return () => clearInterval(timer);
  }, [style]);
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return html`<span>an unknown time</span>`;
  const words = style === 'R' ? relative(at, Date.now()) : shown(date, style);
  return html`<time class=${className} datetime=${date.toISOString()} title=${shown(date, 'F')}>${words}</time>`;
}
