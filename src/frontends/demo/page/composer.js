// Where one writes: plain words, or a command with its options.

import { html, useEffect, useLayoutEffect, useRef, useState } from './vendor/htm-preact.js';
import { say } from './actions.js';
import { begun, flatten, matching } from './commands.js';
import { CommandForm } from './command_form.js';
import { FileButton, filesOf, forget, Given, give } from './files.js';
import { Icon } from './icons.js';
import { Popup } from './popup.js';
import { Choice } from './select.js';
import { channelName, channelOf, isDirect, serverOf, set } from './state.js';

const SEND_MESSAGES = 1n << 11n;
const SHOWN = 40;

export function Composer({ channel, commands, permissions, draft, dropped }) {
  const [text, setText] = useState('');
  const [files, setFiles] = useState([]);
  const [active, setActive] = useState(null);
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState(false);
  const [back, setBack] = useState(0);
  const input = useRef(null);
  const box = useRef(null);
  const entries = flatten(commands);
  const place = channelOf(channel);
  const mayWrite = !serverOf(channel) || permissions == null || Boolean(BigInt(permissions) & SEND_MESSAGES);

  const begin = (entry, values = {}) => {
    setText('');
    setActive({ entry, values, key: `${entry.path}-${Date.now()}` });
  };
  const leave = (words = '') => {
    setActive(null);
    setText(words);
    setBack((back) => back + 1);
  };
  useLayoutEffect(() => {
    if (back > 0) input.current?.focus();
  }, [back]);
  useEffect(() => {
    if (!draft) return;
    set({ draft: null });
    const entry = entries.find(({ path }) => path === draft.path);
    if (entry) begin(entry, draft.values);
    else {
      leave(`/${draft.path}`);
      setClosed(false);
    }
  }, [draft?.id]);
  useEffect(() => {
    setActive(null);
    setFiles([]);
  }, [channel]);
  const attach = (list) => {
    const update = (file) => setFiles((files) => files.map((other) => (other.key === file.key ? file : other)));
    setFiles((files) => [...files, ...list.map((file) => give(file, update))].slice(0, 10));
  };
  useEffect(() => {
    if (dropped && !active) attach(dropped.files);
  }, [dropped?.id]);
  useLayoutEffect(() => {
    const element = input.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, 200)}px`;
  }, [text, active]);

  if (active) {
    return html`<div class="composer" id="compose"><${CommandForm} key=${active.key} entry=${active.entry} values=${active.values} dropped=${dropped} onLeave=${leave} /></div>`;
  }
  const isCommand = /^\/[^\n]*$/.test(text);
  const listed = isCommand && !closed ? matching(entries, text.slice(1)).slice(0, SHOWN) : [];
  const current = Math.min(at, listed.length - 1);

  const type = (value) => {
    const started = begun(entries, value);
    const first = started?.entry.options[0];
    if (started && (started.rest || !listedLonger(entries, started.entry))) {
      begin(started.entry, started.rest && first?.type === 3 ? { [first.name]: started.rest } : {});
      return;
    }
    setText(value);
    setAt(0);
    setClosed(false);
  };
  const send = () => {
    const ready = files.filter((file) => file.attachment);
    if ((!text.trim() && ready.length === 0) || ready.length < files.length || !mayWrite) return;
    if (!say(text.trim(), ready.map((file) => file.attachment.id))) return;
    files.forEach(forget);
    setText('');
    setFiles([]);
  };
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    const n = listed.length;
    if (n > 0 && event.key === 'ArrowDown') setAt((current + 1) % n);
    else if (n > 0 && event.key === 'ArrowUp') setAt((current - 1 + n) % n);
    else if (n > 0 && (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey))) begin(listed[current]);
    else if (event.key === 'Escape' && isCommand) closed ? setText('') : setClosed(true);
    else if (event.key === 'Enter' && !event.shiftKey) send();
    else return;
    event.preventDefault();
  };
  const onPaste = (event) => {
    const given = filesOf(event.clipboardData);
    if (given.length === 0) return;
    event.preventDefault();
    attach(given);
  };
  const name = place ? (isDirect(place) ? channelName(place) : `#${channelName(place)}`) : '';
  return html`<div class="composer" id="compose" ref=${box}>
    ${files.length > 0 && html`<div class="given-list">${files.map((file) => html`<${Given} key=${file.key} file=${file}
      onRemove=${() => { forget(file); setFiles(files.filter((other) => other !== file)); }} />`)}</div>`}
    <div class="line">
      <${FileButton} label="Attach files" multiple onFiles=${attach}><${Icon} name="plus" /><//>
      <textarea ref=${input} id="composer" rows="1" aria-label=${`Message ${name}; a slash lists the commands`} placeholder=${mayWrite ? `Message ${name}, or type /` : 'You may not write here, but / lists commands'}
        value=${text} aria-haspopup="listbox" aria-controls=${listed.length > 0 ? 'command-list' : undefined} aria-autocomplete="list" aria-activedescendant=${listed.length > 0 ? `command-${current}` : undefined}
        onInput=${(event) => type(event.target.value)} onKeyDown=${onKeyDown} onPaste=${onPaste} onBlur=${() => setClosed(true)} onFocus=${() => setClosed(false)}></textarea>
      <button type="button" class="tool send" aria-label="Send" onClick=${send} disabled=${!text.trim() && files.length === 0}><${Icon} name="send" /></button>
    </div>
    ${listed.length > 0 && html`<${Popup} anchor=${box} onClose=${() => setClosed(true)} wide above class="choices commands"><${CommandList} listed=${listed} current=${current} onPick=${begin} onHover=${setAt} /><//>`}
  </div>`;
}

// Whether another command begins with this one's words.
function listedLonger(entries, { path }) {
  return entries.some((entry) => entry.path.startsWith(`${path} `));
}

function CommandList({ listed, current, onPick, onHover }) {
  const list = useRef(null);
  useEffect(() => list.current.querySelector('.active')?.scrollIntoView({ block: 'nearest' }), [current]);
  const needed = (entry) => entry.options.filter((option) => option.required).map((option) => ` ${option.name}`).join('');
  return html`<ul ref=${list} id="command-list" role="listbox" tabindex="0" aria-label="Commands">
    ${listed.map((entry, n) => html`<${Choice} key=${entry.path} id=${`command-${n}`} active=${n === current} onPick=${() => onPick(entry)} onHover=${() => onHover(n)}
      choice=${{ label: html`<b>/${entry.path}</b><span class="args">${needed(entry)}</span>`, description: entry.description }} />`)}
  </ul>`;
}

// A slash, wherever nothing is being written, begins a command.
export function listenForSlash() {
  document.addEventListener('keydown', (event) => {
    const writes = event.target.closest?.('input, textarea, select, [role=menu], dialog');
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || writes) return;
    document.getElementById('composer')?.focus();
  });
}
