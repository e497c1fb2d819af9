// Something that floats beside the element that opened it, above all else. The browser's top layer holds it, so that
// no scrolling box cuts it off.

import { html, useLayoutEffect, useRef } from './vendor/htm-preact.js';

const GAP = 4;

export function Popup({ anchor, onClose, class: className = '', children, align = 'start', wide, above, ...rest }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const element = box.current;
    element.showPopover?.();
    const move = () => place(element, anchor.current, { align, wide, above });
    move();
    const away = (event) => {
      if (!element.contains(event.target) && !anchor.current?.contains(event.target)) onClose(false);
    };
    const scrolled = (event) => {
      if (!element.contains(event.target)) move();
    };
    document.addEventListener('pointerdown', away, true);
    window.addEventListener('resize', move);
    document.addEventListener('scroll', scrolled, true);
    const watcher = new ResizeObserver(move);
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      document.removeEventListener('pointerdown', away, true);
      window.removeEventListener('resize', move);
      document.removeEventListener('scroll', scrolled, true);
    };
  }, []);
  return html`<div ref=${box} popover="manual" class="popup ${className}" ...${rest}>${children}</div>`;
}

function place(element, anchor, { align, wide, above: prefersAbove }) {
  if (!anchor) return;
  const at = anchor.getBoundingClientRect();
  // Above the whole composer: what is written in it stays in sight.
  const edge = (prefersAbove && anchor.closest('.composer')?.getBoundingClientRect()) || at;
  if (wide) element.style.width = `${Math.max(at.width, 220)}px`;
  element.style.maxHeight = '';
  const natural = element.getBoundingClientRect().height;
  const below = innerHeight - edge.bottom - 2 * GAP;
  const above = edge.top - 2 * GAP;
  const isBelow = prefersAbove ? above < 160 && below > above : below >= Math.min(natural, 320) || below >= above;
  element.style.maxHeight = `${Math.min(360, isBelow ? below : above)}px`;
  const size = element.getBoundingClientRect();
  element.style.top = `${isBelow ? edge.bottom + GAP : edge.top - GAP - size.height}px`;
  const left = align === 'end' ? at.right - size.width : at.left;
  element.style.left = `${Math.max(GAP, Math.min(left, innerWidth - size.width - GAP))}px`;
}

// A menu of actions with the keys that menus have. Each item: `{ label, hint, act, checked, danger }`.
export function Menu({ anchor, label, items, onClose, align }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const all = buttons();
    (all.find((item) => item.getAttribute('aria-checked') === 'true') ?? all[0])?.focus();
  }, []);
  const buttons = () => [...box.current.querySelectorAll('[role^=menuitem]')];
  const onKeyDown = (event) => {
    const all = buttons();
    const at = all.indexOf(document.activeElement);
    const go = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (go !== undefined) {
      all[go % all.length]?.focus();
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      onClose(true);
    } else if (event.key.length === 1) {
      const letter = event.key.toLowerCase();
      const found = [...all.slice(at + 1), ...all].find((item) => item.textContent.trim().toLowerCase().startsWith(letter));
      if (!found) return;
      found.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const pick = (item) => {
    onClose(true);
    item.act();
  };
  return html`<${Popup} anchor=${anchor} onClose=${onClose} align=${align} class="menu">
    <div ref=${box} role="menu" aria-label=${label} tabindex="-1" onKeyDown=${onKeyDown}>
      ${items.length === 0 && html`<p class="hint">Nothing here for you.</p>`}
      ${items.map((item) => html`<button key=${item.key ?? item.label} type="button" tabindex="-1"
        role=${item.checked === undefined ? 'menuitem' : 'menuitemradio'} aria-checked=${item.checked}
        onClick=${() => pick(item)}>
        ${item.before}<span class="menu-words"><span>${item.label}</span>${item.hint && html`<small>${item.hint}</small>`}</span>
      </button>`)}
    </div>
  <//>`;
}
