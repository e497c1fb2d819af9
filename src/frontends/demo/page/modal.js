// The bot's forms.

import { html, useLayoutEffect, useRef, useState } from './vendor/htm-preact.js';
import { submit } from './actions.js';
import { Dialog } from './dialog.js';
import { FileButton, filesOf, forget, Given, give } from './files.js';
import { SELECTS, Select } from './select.js';
import { set } from './state.js';
import { Text } from './text.js';

const TEXT = 4;
const FILES = 19;
const RADIO = 21;
const CHECKBOXES = 22;
const CHECKBOX = 23;

export function Modal({ modal, busy }) {
  const inputs = modal.components.flatMap(inputsOf);
  const [values, setValues] = useState(() => new Map(inputs.map((input) => [input.custom_id, preset(input)])));
  const [errors, setErrors] = useState({});
  const form = useRef(null);
  const close = () => set({ modal: null });
  const fill = (id, value) => {
    setValues((values) => new Map(values).set(id, typeof value === 'function' ? value(values.get(id)) : value));
    setErrors((errors) => ({ ...errors, [id]: undefined }));
  };
  useLayoutEffect(() => form.current.querySelector('textarea, input:not([type=file]), .field button')?.focus(), []);
  const send = (event) => {
    event.preventDefault();
    if (busy) return;
    const wrong = Object.fromEntries(inputs.map((input) => [input.custom_id, fault(input, values.get(input.custom_id))]).filter(([, error]) => error));
    setErrors(wrong);
    const first = inputs.find((input) => wrong[input.custom_id]);
    if (first) return document.getElementById(`field-${first.custom_id}`)?.querySelector('textarea, input, button')?.focus();
    const fields = inputs.map((input) => field(input, values.get(input.custom_id)));
    if (!submit(modal.message, modal.custom_id, fields)) set({ modal: { ...modal, error: 'There is no connection. What you wrote stays here.' } });
    return undefined;
  };
  const part = (component, at) => {
    if (component.type === 10) return html`<${Text} key=${at} content=${component.content} />`;
    if (component.type === 1) return component.components.map((input) => row(input.label, null, input));
    return row(component.label, component.description, component.component ?? component);
  };
  const row = (label, description, input) => html`<${Field} key=${input.custom_id} label=${label} description=${description} input=${input}
    value=${values.get(input.custom_id)} error=${errors[input.custom_id]} onFill=${(value) => fill(input.custom_id, value)} />`;
  return html`<${Dialog} class="modal" labelledby="modal-title" opener=${modal.opener} onClose=${close}>
    <form ref=${form} onSubmit=${send} novalidate>
      <h2 id="modal-title">${modal.title}</h2>
      <div class="fields">${modal.components.map(part)}</div>
      ${modal.error && html`<p class="failure" role="alert">${modal.error}</p>`}
      <div class="modal-end">
        <button type="button" class="button plain" onClick=${close}>Cancel</button>
        <button type="submit" class="button primary" aria-busy=${busy ? 'true' : undefined}>Submit${busy && html`<span class="spinner"></span>`}</button>
      </div>
    </form>
  <//>`;
}

function inputsOf(component) {
  if (component.type === 18) return [component.component];
  if (component.type === 1) return component.components;
  return component.type === 10 ? [] : [component];
}

const isRequired = (input) => (input.type === CHECKBOX ? false : input.required !== false);
const chosenOf = (options) => (options ?? []).filter((option) => option.default).map((option) => option.value);

function preset(input) {
  switch (input.type) {
    case TEXT: return input.value ?? '';
    case RADIO: return chosenOf(input.options)[0] ?? null;
    case CHECKBOX: return Boolean(input.default);
    case FILES: return [];
    case 3: case CHECKBOXES: return chosenOf(input.options);
    default: return (input.default_values ?? []).map((value) => value.id);
  }
}

function fault(input, value) {
  if (input.type === CHECKBOX) return null;
  if (input.type === FILES && value.some((file) => !file.attachment)) return value.find((file) => file.error)?.error ?? 'A file is still on its way.';
  const length = typeof value === 'string' ? [...value].length : value?.length ?? 0;
  if (length === 0) return isRequired(input) ? 'This one is needed.' : null;
  const [least, most] = input.type === TEXT ? [input.min_length, input.max_length] : [input.min_values, input.max_values];
  const noun = input.type === TEXT ? 'characters' : 'chosen';
  if (input.type === RADIO) return null;
  if (least && length < least) return `At least ${least} ${noun}; there are ${length}.`;
  if (most && length > most) return `At most ${most} ${noun}; there are ${length}.`;
  return null;
}

function field({ type, custom_id }, value) {
  if (type === TEXT || type === CHECKBOX) return { custom_id, value: String(value) };
  if (type === RADIO) return { custom_id, values: value === null ? [] : [value] };
  return { custom_id, values: type === FILES ? value.map((file) => file.attachment.id) : value };
}

function Field({ label, description, input, value, error, onFill }) {
  const id = `field-${input.custom_id}`;
  const describedby = [description && `${id}-about`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  return html`<div id=${id} class="field ${error ? 'wrong' : ''}">
    <label id=${`${id}-label`} for=${`${id}-input`}>${label}${isRequired(input) && html`<span class="needed" aria-hidden="true"> *</span>`}</label>
    ${description && html`<p id=${`${id}-about`} class="hint">${description}</p>`}
    <${Input} id=${`${id}-input`} labelledby=${`${id}-label`} describedby=${describedby} input=${input} value=${value} invalid=${Boolean(error)} onFill=${onFill} />
    ${error && html`<p id=${`${id}-error`} class="option-error" role="alert">${error}</p>`}
  </div>`;
}

function Input({ id, labelledby, describedby, input, value, invalid, onFill }) {
  if (SELECTS.has(input.type)) {
    const component = { ...input, min_values: isRequired(input) ? input.min_values ?? 1 : 0 };
    return html`<${Select} component=${component} values=${value} labelledby=${labelledby} describedby=${describedby} invalid=${invalid} onChoose=${onFill} />`;
  }
  switch (input.type) {
    case TEXT: return html`<${TextInput} id=${id} describedby=${describedby} input=${input} value=${value} invalid=${invalid} onFill=${onFill} />`;
    case FILES: return html`<${FilesInput} id=${id} describedby=${describedby} input=${input} value=${value} onFill=${onFill} />`;
    case CHECKBOX: return html`<input id=${id} type="checkbox" checked=${value} aria-describedby=${describedby} onChange=${(event) => onFill(event.target.checked)} />`;
    case RADIO: return html`<${Options} kind="radio" labelledby=${labelledby} describedby=${describedby} input=${input} picked=${[value]} onToggle=${(picked) => onFill(picked)} />`;
    case CHECKBOXES: {
      const toggle = (picked) => onFill(value.includes(picked) ? value.filter((other) => other !== picked) : [...value, picked]);
      return html`<${Options} kind="checkbox" labelledby=${labelledby} describedby=${describedby} input=${input} picked=${value} onToggle=${toggle} />`;
    }
    default: return html`<p class="hint">An input of type ${input.type} that this page does not know.</p>`;
  }
}

function TextInput({ id, describedby, input, value, invalid, onFill }) {
  const common = {
    id, value, placeholder: input.placeholder, 'aria-describedby': describedby, 'aria-required': isRequired(input) ? 'true' : undefined,
    'aria-invalid': invalid ? 'true' : undefined, autocomplete: 'off', onInput: (event) => onFill(event.target.value),
  };
  const left = input.max_length && value.length > input.max_length * 0.8 ? html`<small class="left">${[...value].length} / ${input.max_length}</small>` : null;
  const sendByKey = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.target.form.requestSubmit();
  };
  return input.style === 2
    ? html`<textarea rows="4" ...${common} onKeyDown=${sendByKey}></textarea>${left}`
    : html`<input type="text" ...${common} />${left}`;
}

function FilesInput({ id, describedby, input, value, onFill }) {
  const most = input.max_values ?? 1;
  const add = (files) => {
    const update = (file) => onFill((value) => value.map((other) => (other.key === file.key ? file : other)));
    onFill([...value, ...files.slice(0, most - value.length).map((file) => give(file, update))]);
  };
  const drop = (event) => {
    event.preventDefault();
    event.stopPropagation();
    add(filesOf(event.dataTransfer));
  };
  return html`<div class="drop" onDragOver=${(event) => event.preventDefault()} onDrop=${drop}>
    ${value.map((file) => html`<${Given} key=${file.key} file=${file} onRemove=${() => { forget(file); onFill(value.filter((other) => other !== file)); }} />`)}
    ${value.length < most && html`<${FileButton} id=${id} class="button plain" describedby=${describedby} multiple=${most > 1} onFiles=${add}>Choose or drop ${most > 1 ? `up to ${most} files` : 'a file'}<//>`}
  </div>`;
}

function Options({ kind, labelledby, describedby, input, picked, onToggle }) {
  return html`<div role=${kind === 'radio' ? 'radiogroup' : 'group'} aria-labelledby=${labelledby} aria-describedby=${describedby}>
    ${input.options.map((option) => html`<label key=${option.value} class="tick"><input type=${kind} name=${input.custom_id} checked=${picked.includes(option.value)} onChange=${() => onToggle(option.value)} />
      <span>${option.label}${option.description && html`<small>${option.description}</small>`}</span></label>`)}
  </div>`;
}
