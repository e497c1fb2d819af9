// A command that is being written: its options, the needed ones first.

import { html, useEffect, useLayoutEffect, useRef, useState } from './vendor/htm-preact.js';
import { command, compose } from './actions.js';
import { meaning, TYPE } from './commands.js';
import { filesOf } from './files.js';
import { choicesOf, fileFilled, OptionField } from './option_field.js';
import { Icon } from './icons.js';

export function CommandForm({ entry, values, dropped, onLeave }) {
  const [filled, setFilled] = useState(() => begin(entry, values));
  const [errors, setErrors] = useState({});
  const [focus, setFocus] = useState(() => ({ name: [...begin(entry, values).keys()][0] }));
  const box = useRef(null);
  const options = [...filled.keys()].map((name) => entry.options.find((option) => option.name === name));
  const others = entry.options.filter((option) => !filled.has(option.name));

  useLayoutEffect(() => {
    if (filled.size === 0) box.current.focus();
  }, [filled.size]);
  const fill = (name, value) => {
    setFilled((filled) => (filled.has(name) ? new Map(filled).set(name, value) : filled));
    setErrors((errors) => ({ ...errors, [name]: undefined }));
  };
  const add = (option, value = { text: '' }) => {
    setFilled((filled) => new Map(filled).set(option.name, value));
    setFocus({ name: option.name });
  };
  const remove = (name) => {
    const without = new Map(filled);
    without.delete(name);
    setFilled(without);
    setFocus({ name: [...without.keys()].at(-1) });
  };
  // A file goes to the first option for one that is free.
  const takeFile = ([file]) => {
    const wants = (option) => option.type === TYPE.file;
    const option = options.find((option) => wants(option) && !filled.get(option.name).file) ?? others.find(wants);
    if (file && option) add(option, fileFilled(file, (value) => fill(option.name, value)));
  };
  useEffect(() => {
    if (dropped) takeFile(dropped.files);
  }, [dropped?.id]);

  const send = () => {
    const wrong = {};
    const given = [];
    for (const option of options) {
      const { value, error } = meaning(option, filled.get(option.name), choicesOf(option));
      if (error) wrong[option.name] = error;
      else if (value !== undefined) given.push({ name: option.name, value });
    }
    setErrors(wrong);
    const first = options.find((option) => wrong[option.name]);
    if (first) return setFocus({ name: first.name });
    const again = () => compose(entry.path, Object.fromEntries(filled));
    return command(entry.path, given, again) ? onLeave() : setErrors({ '': 'There is no connection. What you wrote stays here.' });
  };
  const asked = (name, text) => ({
    path: entry.path,
    options: options.flatMap((option) => {
      if (option.name === name) return [{ name, value: text }];
      const { value } = meaning(option, filled.get(option.name), choicesOf(option));
      return value === undefined ? [] : [{ name: option.name, value }];
    }),
  });
  const onKeyDown = (event) => {
    if (event.key === 'Escape') onLeave();
    else if (event.key === 'Enter' && event.target === box.current) send();
    else return;
    event.preventDefault();
  };
  const onPaste = (event) => {
    const files = filesOf(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    takeFile(files);
  };
  return html`<div ref=${box} class="command-form" role="group" tabindex="-1" aria-label=${`The command ${entry.path}: ${entry.description}. Enter sends it.`} onKeyDown=${onKeyDown} onPaste=${onPaste}>
    <div class="command-head"><b>/${entry.path}</b><span class="hint">${entry.description}</span>
      <button type="button" class="tool" aria-label="Leave the command" onClick=${() => onLeave()}><${Icon} name="close" /></button></div>
    <div class="options">
      ${options.map((option) => html`<${OptionField} key=${option.name} option=${option} filled=${filled.get(option.name)} error=${errors[option.name]}
        focus=${focus?.name === option.name ? focus : null} onFill=${(value) => fill(option.name, value)} onSend=${send} onLeave=${() => onLeave()}
        onRemove=${() => remove(option.name)} asked=${(text) => asked(option.name, text)} />`)}
    </div>
    ${errors[''] && html`<p class="option-error" role="alert">${errors['']}</p>`}
    <div class="command-end">
      <span class="more-options" role="group" aria-label="Options that can be added">
        ${others.map((option) => html`<button key=${option.name} type="button" class="chip" title=${option.description} onClick=${() => add(option)}>+ ${option.name}</button>`)}
      </span>
      <button type="button" class="button primary" onClick=${send}>Send <kbd aria-hidden="true">Enter</kbd></button>
    </div>
  </div>`;
}

// The options that are there at first: those that are needed, and those with a value.
function begin(entry, values) {
  const shown = entry.options.filter((option) => option.required || values[option.name] !== undefined);
  const filledWith = (value) => (value && typeof value === 'object' ? value : { text: value === undefined ? '' : String(value) });
  return new Map(shown.map((option) => [option.name, filledWith(values[option.name])]));
}
