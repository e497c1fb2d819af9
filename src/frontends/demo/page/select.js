// Discord's select menus, in messages and in forms.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from './vendor/htm-preact.js';
import { Avatar } from './avatar.js';
import { Icon } from './icons.js';
import { Popup } from './popup.js';
import { channels, channelName, isDirect, serverOf, state } from './state.js';

export const SELECTS = new Set([3, 5, 6, 7, 8]);
const NOUNS = { 3: 'an option', 5: 'a member', 6: 'a role', 7: 'a member or role', 8: 'a channel' };
let serial = 0;

// What can be chosen from a select of each kind.
export function choicesOf(component) {
  switch (component.type) {
    case 3: return component.options ?? [];
    case 5: return members();
    case 6: return roles();
    case 7: return [...members(), ...roles()];
    default: return places(component.channel_types);
  }
}

export function members() {
  const { hello } = state;
  const all = serverOf(state.channel) ? hello.members.filter((member) => !member.stranger) : hello.members;
  const option = (user, name, about) => ({ value: user.id, label: name, description: about, before: html`<${Avatar} user=${user} small />` });
  const bot = hello.application;
  return [...all.map((member) => option(member, member.name, member.about)), option(bot, bot.global_name ?? bot.username, 'the bot')];
}

export function roles() {
  return state.hello.roles.map((role) => ({ value: role.id, label: role.name.startsWith('@') ? role.name : `@${role.name}` }));
}

export function places(types) {
  const fits = (channel) => !isDirect(channel) && (!types?.length || types.includes(channel.type));
  return channels().filter(fits).map((channel) => ({ value: channel.id, label: `#${channelName(channel)}` }));
}

// `values` are those that are chosen; `onChoose` gets them anew.
export function Select({ component, values, onChoose, busy, labelledby, describedby, invalid }) {
  const [open, setOpen] = useState(false);
  const [picked, setPicked] = useState(values);
  const anchor = useRef(null);
  const id = useMemo(() => `select-${++serial}`, []);
  const most = component.max_values ?? 1;
  const least = component.min_values ?? 1;
  const choices = choicesOf(component);
  const label = component.placeholder || `Choose ${NOUNS[component.type] ?? 'an option'}`;
  const names = values.map((value) => choices.find((choice) => choice.value === value)?.label ?? value);

  const close = (back, chosen = picked) => {
    setOpen(false);
    const changed = chosen.length !== values.length || chosen.some((value) => !values.includes(value));
    if (changed && chosen.length >= least) onChoose(chosen, anchor.current);
    if (back) anchor.current?.focus();
  };
  const toggle = (value) => {
    if (most === 1) {
      const again = picked.includes(value) && least === 0;
      return again ? close(true, []) : picked.includes(value) ? close(true) : close(true, [value]);
    }
    const without = picked.filter((other) => other !== value);
    if (without.length < picked.length) setPicked(without);
    else if (picked.length < most) setPicked([...picked, value]);
    return undefined;
  };
  const show = () => {
    setPicked(values);
    setOpen(true);
  };
  const onKeyDown = (event) => {
    if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !open) {
      event.preventDefault();
      show();
    }
  };
  return html`<div class="select">
    <button ref=${anchor} type="button" class="select-button" aria-haspopup="listbox" aria-expanded=${open}
      aria-label=${labelledby ? undefined : `${label}${names.length > 0 ? `: ${names.join(', ')}` : ''}`}
      aria-labelledby=${labelledby ? `${labelledby} ${id}` : undefined} aria-describedby=${describedby} aria-invalid=${invalid ? 'true' : undefined}
      disabled=${component.disabled || busy} onClick=${() => (open ? close(true) : show())} onKeyDown=${onKeyDown}>
      <span id=${id} class=${names.length > 0 ? '' : 'placeholder'}>${names.length > 0 ? names.join(', ') : label}</span>
      ${busy ? html`<span class="spinner"></span>` : html`<${Icon} name="down" />`}
    </button>
    ${open && html`<${List} anchor=${anchor} choices=${choices} picked=${picked} most=${most} least=${least} label=${label} onToggle=${toggle} onClose=${close} />`}
  </div>`;
}

function List({ anchor, choices, picked, most, least, label, onToggle, onClose }) {
  const [typed, setTyped] = useState('');
  const shown = choices.filter((choice) => choice.label.toLowerCase().includes(typed.trim().toLowerCase()));
  const first = Math.max(0, shown.findIndex((choice) => picked.includes(choice.value)));
  const [at, setAt] = useState(first);
  const box = useRef(null);
  const input = useRef(null);
  const id = useMemo(() => `choices-${++serial}`, []);
  useLayoutEffect(() => input.current.focus(), []);
  useEffect(() => box.current.querySelector('.active')?.scrollIntoView({ block: 'nearest' }), [at, typed]);
  const onKeyDown = (event) => {
    const go = { ArrowDown: at + 1, ArrowUp: at - 1 + shown.length, Home: 0, End: shown.length - 1 }[event.key];
    if (go !== undefined) setAt(shown.length > 0 ? go % shown.length : 0);
    else if (event.key === 'Enter') shown[at] && onToggle(shown[at].value);
    else if (event.key === 'Escape') onClose(true, most === 1 ? undefined : picked);
    else if (event.key === 'Tab') return onClose(false);
    else return undefined;
    event.preventDefault();
    return event.stopPropagation();
  };
  return html`<${Popup} anchor=${anchor} onClose=${onClose} wide class="choices">
    <input ref=${input} type="text" role="combobox" class="search" aria-label=${`${label}: filter`} aria-expanded="true" aria-controls=${id}
      aria-activedescendant=${shown[at] ? `${id}-${at}` : undefined} placeholder="Filter" autocomplete="off" value=${typed}
      onKeyDown=${onKeyDown} onInput=${(event) => { setTyped(event.target.value); setAt(0); }} />
    <ul ref=${box} id=${id} role="listbox" aria-label=${label} aria-multiselectable=${most > 1}>
      ${shown.map((choice, n) => html`<${Choice} key=${choice.value} id=${`${id}-${n}`} choice=${choice} active=${n === at}
        selected=${picked.includes(choice.value)} onPick=${() => onToggle(choice.value)} onHover=${() => setAt(n)} />`)}
      ${shown.length === 0 && html`<li class="hint" role="option" aria-disabled="true" aria-selected="false">Nothing fits.</li>`}
    </ul>
    ${most > 1 && html`<div class="choices-end"><small>${picked.length} chosen; ${least === most ? most : `${least} to ${most}`} ${most === 1 ? 'is' : 'are'} wanted</small>
      <button type="button" class="button primary" disabled=${picked.length < least} onClick=${() => onClose(true)}>Done</button></div>`}
  <//>`;
}

// One row of a list box; also that of the composer.
export function Choice({ id, choice, active, selected, onPick, onHover }) {
  return html`<li id=${id} role="option" aria-selected=${Boolean(selected ?? active)} class="choice ${active ? 'active' : ''}"
    onPointerMove=${active ? undefined : onHover} onPointerDown=${(event) => event.preventDefault()} onClick=${onPick}>
    ${choice.before}${choice.emoji?.name && html`<span>${choice.emoji.name}</span>`}
    <span class="choice-words"><span>${choice.label}</span>${choice.description && html`<small>${choice.description}</small>`}</span>
    ${selected && html`<${Icon} name="check" />`}
  </li>`;
}
