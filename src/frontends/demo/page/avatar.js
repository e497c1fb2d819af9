// Coloured circles with initials.

import { html } from './vendor/htm-preact.js';
import { memberOf, nameOf, state } from './state.js';

// Dark enough for white letters.
const COLOURS = ['#8a4b2d', '#5b5f97', '#2f6f5e', '#96405b', '#6b5b1f', '#3c6a91', '#7a4a8c', '#4d6b2c'];

function colourOf(id) {
  const given = memberOf(id)?.color;
  if (typeof given === 'number') return `#${given.toString(16).padStart(6, '0')}`;
  if (given) return given;
  if (id === state.hello?.application.id) return '#0f766e';
  const sum = [...String(id)].reduce((sum, digit) => sum * 31 + digit.charCodeAt(0), 7);
  return COLOURS[Math.abs(sum) % COLOURS.length];
}

export function Avatar({ user, small }) {
  const words = nameOf(user).split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? words[0][0] + words.at(-1)[0] : words[0]?.slice(0, 1) ?? '?';
  const colour = colourOf(user?.id);
  return html`<span class="avatar ${small ? 'small' : ''}" style=${{ backgroundColor: colour, color: inkOn(colour) }} aria-hidden="true">${letters.toUpperCase()}</span>`;
}

// Black or white, whichever is easier to read on it.
function inkOn(colour) {
  const [, hex] = colour.match(/^#([0-9a-f]{6})$/i) ?? [];
  if (!hex) return '#fff';
  const parts = [0, 2, 4].map((at) => (Number.parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] > 0.18 ? '#111' : '#fff';
}
