// The panel's interactions and requests, with their JSON.

import { html, useState } from './vendor/htm-preact.js';
import { Nothing } from './panel.js';
import { memberOf } from './state.js';
import { bytes, clock, duration } from './time.js';

const ASKED = { 1: 'ping', 2: 'command', 3: 'component', 4: 'typing', 5: 'form' };
const ANSWERED = {
  1: 'pong', 4: 'message', 5: 'thinking …', 6: 'will update', 7: 'update', 8: 'choices', 9: 'form',
};

export function Interactions({ panel }) {
  const { interactions } = panel;
  if (interactions.length === 0) return html`<${Nothing}>Use a command or press a button: what Discord sends and what the bot answers appears here.<//>`;
  return html`<ol class="calls">${interactions.map((one) => html`<${Interaction} key=${one.id} one=${one} />`)}</ol>`;
}

function Interaction({ one }) {
  const first = one.answers[0];
  return html`<li><${Fold} summary=${html`<span class="call-head"><span class="call-kind">${ASKED[one.kind] ?? one.kind}</span><b>${one.name}</b>
      <span class="call-time">${first ? duration(first.after_ms) : '…'}</span></span>
      <small>${memberOf(one.member)?.name ?? ''} · ${clock(one.at)}${first ? ` · ${ANSWERED[first.kind] ?? first.kind}` : ' · no answer yet'}</small>`}>
    <h4>Discord sends</h4><${Json} value=${one.payload} />
    ${one.answers.map((answer, at) => html`<div key=${at}><h4>The bot answers after ${duration(answer.after_ms)}: ${ANSWERED[answer.kind] ?? answer.kind}</h4><${Json} value=${answer.data ?? null} /></div>`)}
  <//></li>`;
}

export function Requests({ panel }) {
  if (panel.requests.length === 0) return html`<${Nothing}>The bot has called Discord's API for nothing yet.<//>`;
  return html`<table class="requests"><thead><tr><th scope="col">Request</th><th scope="col">Status</th><th scope="col">Size</th><th scope="col">At</th></tr></thead>
    <tbody>${panel.requests.map((one) => html`<tr key=${one.serial}><td class="mono wrap"><b>${one.method}</b> ${one.path}</td>
      <td class="number ${one.status >= 400 ? 'bad' : 'good'}">${one.status}</td><td class="number">${bytes(one.bytes ?? 0)}</td><td class="number">${clock(one.at)}</td></tr>`)}</tbody></table>`;
}

// What is folded away is not rendered.
function Fold({ summary, children }) {
  const [open, setOpen] = useState(false);
  return html`<details onToggle=${(event) => event.target === event.currentTarget && setOpen(event.currentTarget.open)}><summary>${summary}</summary>${open && html`<div class="folded">${children}</div>`}</details>`;
}

function Json({ value }) {
  return html`<div class="json"><${Value} value=${value} depth=${0} /></div>`;
}

function Value({ value, name, depth }) {
  const key = name !== undefined && html`<span class="key">${name}: </span>`;
  if (value === null || typeof value !== 'object') {
    return html`<div>${key}<span class=${`v-${value === null ? 'null' : typeof value}`}>${JSON.stringify(value)}</span></div>`;
  }
  const entries = Array.isArray(value) ? value.map((item, at) => [at, item]) : Object.entries(value);
  const [left, right] = Array.isArray(value) ? '[]' : '{}';
  if (entries.length === 0) return html`<div>${key}${left}${right}</div>`;
  return html`<${Branch} head=${html`${key}${left} <span class="v-null">${entries.length}</span> ${right}`} open=${depth < 2}>
    ${entries.map(([name, item]) => html`<${Value} key=${name} name=${name} value=${item} depth=${depth + 1} />`)}<//>`;
}

function Branch({ head, open: first, children }) {
  const [open, setOpen] = useState(first);
  return html`<details open=${first} onToggle=${(event) => event.target === event.currentTarget && setOpen(event.currentTarget.open)}><summary>${head}</summary>${open && html`<div class="branch">${children}</div>`}</details>`;
}
