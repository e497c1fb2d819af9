// One option of a command that is being written, with what can be chosen for it.

import { html, useEffect, useLayoutEffect, useRef, useState } from './vendor/htm-preact.js';
import { interact } from './actions.js';
import { isLong, range, TYPE } from './commands.js';
import { FileButton, forget, Given, give } from './files.js';
import { Icon } from './icons.js';
import { Popup } from './popup.js';
import { Choice, members, places, roles } from './select.js';

const PAUSE_MS = 150;

// What an option offers without asking the bot: `{ name, value }`.
export function choicesOf(option) {
  const named = (list) => list.map(({ label, value, description, before }) => ({ name: label, value, description, before }));
  switch (option.type) {
    case TYPE.flag: return [{ name: 'True', value: true }, { name: 'False', value: false }];
    case TYPE.user: return named(members());
    case TYPE.role: return named(roles());
    case TYPE.mentionable: return named([...members(), ...roles()]);
    case TYPE.channel: return named(places(option.channel_types));
    default: return option.choices;
  }
}

// `asked()` gives the path and the options so far, for the bot's suggestions.
export function OptionField({ option, filled, error, focus, onFill, onSend, onLeave, onRemove, asked }) {
  const id = `option-${option.name}`;
  const describedby = `${id}-hint${error ? ` ${id}-error` : ''}`;
  const field = option.type === TYPE.file
    ? html`<${FileField} id=${id} filled=${filled} focus=${focus} onFill=${onFill} describedby=${describedby} />`
    : html`<${TextField} id=${id} option=${option} filled=${filled} focus=${focus} invalid=${Boolean(error)} describedby=${describedby}
        onFill=${onFill} onSend=${onSend} onLeave=${onLeave} onRemove=${onRemove} asked=${asked} />`;
  return html`<div class="option ${error ? 'wrong' : ''} ${isLong(option) ? 'long' : ''}">
    <label for=${id}>${option.name}${option.required && html`<span class="needed" aria-hidden="true"> *</span>`}</label>
    ${field}
    ${!option.required && html`<button type="button" class="tool" aria-label=${`Remove the option ${option.name}`} onClick=${onRemove}><${Icon} name="close" /></button>`}
    <span id=${`${id}-hint`} class="visually-hidden">${option.description} ${range(option)}</span>
    ${error && html`<span id=${`${id}-error`} class="option-error" role="alert">${error}</span>`}
  </div>`;
}

function FileField({ id, filled, focus, onFill, describedby }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    if (focus) box.current.querySelector('button').focus();
  }, [focus]);
  const take = ([file]) => file && onFill(fileFilled(file, onFill));
  return html`<span ref=${box} class="file-field">
    ${filled.file
      ? html`<${Given} file=${filled.file} onRemove=${() => { forget(filled.file); onFill({ text: '' }); }} />`
      : html`<${FileButton} id=${id} class="button plain" label=${null} describedby=${describedby} onFiles=${take}>Choose, paste or drop a file<//>`}
  </span>`;
}

// An attachment option with a file that is on its way.
export function fileFilled(file, onFill) {
  const filled = (file) => ({ text: file.name, value: file.attachment?.id, error: file.error, file });
  return filled(give(file, (file) => onFill(filled(file))));
}

function TextField({ id, option, filled, focus, invalid, describedby, onFill, onSend, onLeave, onRemove, asked }) {
  const input = useRef(null);
  const anchor = useRef(null);
  const [offered, setOffered] = useState(null);
  const [at, setAt] = useState(-1);
  const question = useRef(0);
  const timer = useRef(null);
  const own = choicesOf(option);

  useLayoutEffect(() => {
    if (!focus) return;
    input.current.focus();
    input.current.setSelectionRange?.(filled.text.length, filled.text.length);
  }, [focus]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLayoutEffect(() => {
    const element = input.current;
    if (element.tagName !== 'TEXTAREA') return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [filled.text]);

  const offer = (text, pause) => {
    if (own) {
      const wanted = text.trim().toLowerCase();
      const fits = own.filter((choice) => choice.name.toLowerCase().includes(wanted));
      setOffered(fits.slice(0, 50));
      setAt(wanted && fits.length > 0 ? 0 : -1);
    } else if (option.autocomplete) {
      clearTimeout(timer.current);
      const number = ++question.current;
      const onChoices = (choices, reason) => {
        if (number !== question.current) return;
        setOffered(reason ? [] : choices);
        const exact = choices.some((choice) => String(choice.value) === text);
        setAt(text.trim() && choices.length > 0 && !exact ? 0 : -1);
      };
      const { path, options } = asked(text);
      timer.current = setTimeout(() => interact({ kind: 'autocomplete', path, options, focused: option.name }, { onChoices }), pause);
    }
  };
  const hide = () => {
    question.current += 1;
    clearTimeout(timer.current);
    setOffered(null);
    setAt(-1);
  };
  const pick = (choice) => {
    onFill({ text: choice.name, value: choice.value });
    hide();
  };
  const listed = Boolean(offered) && (offered.length > 0 || Boolean(own));
  const onKeyDown = (event) => {
    const n = offered?.length ?? 0;
    if (event.isComposing) return;
    if (n > 0 && event.key === 'ArrowDown') setAt((at + 1) % n);
    else if (n > 0 && event.key === 'ArrowUp') setAt((at <= 0 ? n : at) - 1);
    else if (!offered && event.key === 'ArrowDown' && (own || option.autocomplete)) offer(filled.text, 0);
    else if (n > 0 && at >= 0 && (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey))) {
      pick(offered[at]);
      if (event.key === 'Tab') return;
    } else if (event.key === 'Enter' && !event.shiftKey) {
      hide();
      onSend();
    } else if (event.key === 'Escape') listed ? hide() : onLeave();
    else if (event.key === 'Backspace' && !filled.text) option.required ? onLeave() : onRemove();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const combobox = own || option.autocomplete
    ? { role: 'combobox', 'aria-expanded': listed, 'aria-controls': `${id}-list`, 'aria-autocomplete': 'list', 'aria-activedescendant': listed && at >= 0 ? `${id}-${at}` : undefined }
    : {};
  const tag = isLong(option) ? 'textarea' : 'input';
  return html`<span ref=${anchor} class="text-field">
    <${tag} ref=${input} id=${id} rows=${tag === 'textarea' ? 1 : undefined} autocomplete="off" spellcheck=${isLong(option)} aria-describedby=${describedby}
      aria-required=${option.required ? 'true' : undefined} aria-invalid=${invalid ? 'true' : undefined} inputmode=${option.type === TYPE.integer ? 'numeric' : option.type === TYPE.number ? 'decimal' : undefined}
      placeholder=${range(option) || option.description} value=${filled.text} ...${combobox}
      onFocus=${() => offer(filled.value === undefined ? filled.text : '', 0)} onBlur=${hide} onKeyDown=${onKeyDown}
      onInput=${(event) => { onFill({ text: event.target.value }); offer(event.target.value, PAUSE_MS); }} />
    ${listed && html`<${Popup} anchor=${anchor} onClose=${hide} wide above class="choices">
      <ul id=${`${id}-list`} role="listbox" aria-label=${option.name}>
        ${offered.map((choice, n) => html`<${Choice} key=${String(choice.value)} id=${`${id}-${n}`} choice=${{ ...choice, label: choice.name }} active=${n === at} onPick=${() => pick(choice)} onHover=${() => setAt(n)} />`)}
        ${offered.length === 0 && html`<li class="hint" role="option" aria-disabled="true" aria-selected="false">Nothing fits.</li>`}
      </ul>
    <//>`}
  </span>`;
}
