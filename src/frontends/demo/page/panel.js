// For the curious: what goes on between Discord, the bot and Bedrock, and switches that break it.

import { html, useRef } from './vendor/htm-preact.js';
import { fault, showTab, togglePanel } from './actions.js';
import { Icon } from './icons.js';
import { Interactions, Requests } from './panel_calls.js';
import { Jobs, Ledger } from './panel_money.js';
import { bytes, clock } from './time.js';

const TABS = [
  ['interactions', 'Interactions', Interactions],
  ['jobs', 'Jobs', Jobs],
  ['ledger', 'Ledger', Ledger],
  ['faults', 'Faults', Faults],
  ['files', 'Files', Files],
  ['requests', 'Requests', Requests],
  ['log', 'Bot log', Log],
];

export function Panel({ panel, tab, bot }) {
  const list = useRef(null);
  const [, label, Content] = TABS.find(([id]) => id === tab) ?? TABS[0];
  const onKeyDown = (event) => {
    const at = TABS.findIndex(([id]) => id === tab);
    const go = { ArrowRight: at + 1, ArrowLeft: at - 1 + TABS.length, Home: 0, End: TABS.length - 1 }[event.key];
    if (go === undefined) return;
    event.preventDefault();
    const next = go % TABS.length;
    showTab(TABS[next][0]);
    list.current.children[next].focus();
  };
  const faultsOn = panel.faults.filter((one) => one.on && !one.once).length;
  return html`<aside class="panel" id="panel" aria-label="Behind the scenes" data-tour-place="panel">
    <header><h2>Behind the scenes</h2><button type="button" class="tool" aria-label="Close the panel" onClick=${() => togglePanel(false)}><${Icon} name="close" /></button></header>
    <div ref=${list} class="tabs" role="tablist" aria-label="What to show" onKeyDown=${onKeyDown}>
      ${TABS.map(([id, name]) => html`<button key=${id} type="button" role="tab" id=${`tab-${id}`} aria-selected=${id === tab} aria-controls="tab-content"
        tabindex=${id === tab ? 0 : -1} onClick=${() => showTab(id)}>${name}${id === 'faults' && faultsOn > 0 && html` <span class="count">${faultsOn}</span>`}</button>`)}
    </div>
    <div class="tab-content" id="tab-content" role="tabpanel" aria-labelledby=${`tab-${tab}`} tabindex="0"><${Content} panel=${panel} bot=${bot} label=${label} /></div>
  </aside>`;
}

export function Nothing({ children }) {
  return html`<p class="hint nothing">${children}</p>`;
}

function Faults({ panel }) {
  if (panel.faults.length === 0) return html`<${Nothing}>No faults can be switched here.<//>`;
  const groups = [...new Set(panel.faults.map((one) => one.group))];
  return html`<p class="hint">Switch one on, order a picture, and watch Easel cope. The ledger shows what it cost.</p>
    ${groups.map((group) => html`<section key=${group} class="faults" aria-label=${group}><h3>${group}</h3>
      ${panel.faults.filter((one) => one.group === group).map((one) => html`<${Fault} key=${one.id} one=${one} />`)}</section>`)}`;
}

function Fault({ one }) {
  const id = `fault-${one.id}`;
  const button = one.once
    ? html`<button type="button" class="button danger" aria-labelledby=${`${id} ${id}-do`} aria-describedby=${`${id}-hint`} onClick=${() => fault(one.id, true)}><span id=${`${id}-do`}>Do it</span></button>`
    : html`<button type="button" role="switch" class="switch" aria-checked=${one.on} aria-labelledby=${id} aria-describedby=${`${id}-hint`} onClick=${() => fault(one.id, !one.on)}><span></span></button>`;
  return html`<div class="fault ${one.on ? 'on' : ''}"><span><b id=${id}>${one.label}</b><small id=${`${id}-hint`}>${one.hint}</small></span>${button}</div>`;
}

function Files({ panel }) {
  const { files } = panel;
  if (!files || files.files.length === 0) return html`<${Nothing}>The archive is empty: the first picture fills it.<//>`;
  return html`<p class="hint">${files.total} files in the archive, the newest first.</p>
    <table><thead><tr><th scope="col">File</th><th scope="col">Size</th><th scope="col">At</th></tr></thead>
    <tbody>${files.files.map((file) => html`<tr key=${file.name}><td class="mono wrap">${file.name}</td><td class="number">${bytes(file.bytes)}</td><td class="number">${clock(file.at)}</td></tr>`)}</tbody></table>`;
}

function Log({ panel, bot }) {
  const state = bot ? `The bot is ${bot.state}${bot.pid ? `, process ${bot.pid}` : ''}${bot.starts > 1 ? `, started ${bot.starts} times` : ''}.` : '';
  return html`<p class="hint">${state}</p>${panel.log.length === 0 ? html`<${Nothing}>It has said nothing.<//>` : html`<pre class="log" tabindex="0">${panel.log.join('\n')}</pre>`}`;
}
