// The page of `easel demo`: a chat in which the real bot answers.

import { html, render, useEffect, useReducer, useRef, useState } from './vendor/htm-preact.js';
import { togglePanel } from './actions.js';
import { Composer, listenForSlash } from './composer.js';
import { filesOf } from './files.js';
import { receive } from './frames.js';
import { Icon } from './icons.js';
import { Messages } from './messages.js';
import { Modal } from './modal.js';
import { Panel } from './panel.js';
import { Sidebar } from './sidebar.js';
import { connect, start } from './socket.js';
import { channelName, channelOf, isDirect, isThread, set, state, subscribe } from './state.js';
import { isDark, onSystemTheme, restoreTheme, toggleTheme } from './theme.js';
import { Tour } from './tour.js';
import { go, resume } from './tour_steps.js';
import { Viewer } from './viewer.js';

function App() {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => subscribe(again), []);
  const { hello, channel, connection, modal, viewer } = state;
  if (connection === 'no-token') return html`<p class="boot">The address lacks its token: open the one that <code>easel demo</code> prints.</p>`;
  if (!hello) return html`<p class="boot" role="status">${connection === 'lost' ? 'The playground does not answer. Trying again …' : 'Opening the playground …'}</p>`;
  const busy = [...state.waiting.values()].some((call) => call.kind === 'submit');
  return html`<div class="app ${state.panelOn ? 'with-panel' : ''}">
    <a class="skip" href="#compose" onClick=${skip}>To the message box</a>
    <${Sidebar} hello=${hello} channel=${channel} unread=${state.unread} open=${state.drawer === 'sidebar'} />
    ${(state.drawer || state.panelOn) && html`<button type="button" class="shade" tabindex="-1" aria-hidden="true" onClick=${closeDrawers}></button>`}
    <${Chat} />
    ${state.panelOn && html`<${Panel} panel=${state.panel} tab=${state.panelTab} bot=${state.bot} />`}
    <${Tour} />
    ${modal && html`<${Modal} key=${modal.custom_id} modal=${modal} busy=${busy} />`}
    ${viewer && html`<${Viewer} viewer=${viewer} />`}
  </div>`;
}

function skip(event) {
  event.preventDefault();
  document.querySelector('#compose :is(textarea, input)')?.focus();
}

function onEscape(event) {
  if (event.key === 'Escape' && !event.defaultPrevented && state.drawer) set({ drawer: null });
}

function closeDrawers() {
  if (state.drawer) set({ drawer: null });
  else togglePanel(false);
}

let drops = 0;

function Chat() {
  const [dropped, setDropped] = useState(null);
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  const { channel } = state;
  const carries = (event) => event.dataTransfer?.types.includes('Files');
  const enter = (event) => {
    if (!carries(event)) return;
    depth.current += 1;
    setOver(true);
  };
  const leave = () => {
    depth.current = Math.max(0, depth.current - 1);
    if (depth.current === 0) setOver(false);
  };
  const drop = (event) => {
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    const files = filesOf(event.dataTransfer);
    if (files.length > 0) setDropped({ id: ++drops, files });
  };
  return html`<main class="chat" onDragEnter=${enter} onDragLeave=${leave} onDragOver=${(event) => event.preventDefault()} onDrop=${drop}>
    <${Header} />
    <${Banners} />
    ${channel
      ? html`<${Messages} channel=${channel} messages=${state.messages} notices=${state.notices} loaded=${state.loaded} more=${state.more}
            waiting=${state.waiting} failures=${state.failures} commands=${state.commands} />
          <${Composer} channel=${channel} commands=${state.commands} permissions=${state.permissions} draft=${state.draft} dropped=${dropped} />`
      : html`<p class="hint centre">${state.loaded ? 'This member is in no server: the direct messages remain.' : 'Opening …'}</p>`}
    ${over && html`<div class="drop-here" aria-hidden="true">Drop the file here</div>`}
  </main>`;
}

function Header() {
  const [, again] = useReducer((n) => n + 1, 0);
  const place = channelOf(state.channel);
  const icon = place && isDirect(place) ? 'person' : place && isThread(place) ? 'thread' : 'hash';
  const change = () => {
    toggleTheme();
    again();
  };
  const openSidebar = () => set({ drawer: state.drawer === 'sidebar' ? null : 'sidebar' });
  return html`<header class="top">
    <button type="button" class="tool only-narrow" aria-label="Show channels" aria-expanded=${state.drawer === 'sidebar'} aria-controls="sidebar" onClick=${openSidebar}><${Icon} name="menu" />${state.unread.size > 0 && html`<span class="dot"></span>`}</button>
    <h1><${Icon} name=${icon} /><span>${place ? channelName(place) : 'Easel'}</span></h1>
    ${place?.nsfw && html`<span class="mark">18+</span>`}
    <p class="topic">${place?.topic ?? ''}</p>
    <span class="engine" title="What paints the pictures">${state.hello.engine === 'bedrock' ? 'Amazon Bedrock' : 'sketch engine, no account'}</span>
    <button type="button" class="tool" onClick=${() => go(0)}><${Icon} name="tour" /><span class="wide-only">Tour</span><span class="visually-hidden narrow-label">Tour</span></button>
    <button type="button" class="tool" aria-label=${isDark() ? 'Use the light theme' : 'Use the dark theme'} onClick=${change}><${Icon} name=${isDark() ? 'light' : 'dark'} /></button>
    <button type="button" class="tool" data-tour-place="panel-toggle" aria-label="Behind the scenes" aria-pressed=${state.panelOn} onClick=${() => togglePanel()}><${Icon} name="panel" /></button>
  </header>`;
}

function Banners() {
  const { connection, bot } = state;
  return html`<div class="banners" role="status">
    ${connection === 'lost' && html`<p class="banner bad">The connection to the playground is lost. Trying again … <button type="button" class="link" onClick=${connect}>Now</button></p>`}
    ${connection !== 'lost' && bot && bot.state !== 'running' && html`<p class="banner">${bot.state === 'starting' ? 'Easel is starting …' : 'Easel is offline. What is sent now gets no answer.'}</p>`}
  </div>`;
}

restoreTheme();
onSystemTheme(() => set({}));
listenForSlash();
document.addEventListener('keydown', onEscape);
start(receive);
resume();
const root = document.getElementById('app');
root.textContent = '';
render(html`<${App} />`, root);
