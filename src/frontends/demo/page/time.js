// Times in the words and the zone of the browser.

const STYLES = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
};
const formats = new Map();

export function shown(date, style) {
  if (!formats.has(style)) formats.set(style, new Intl.DateTimeFormat(undefined, STYLES[style] ?? STYLES.f));
  return formats.get(style).format(date);
}

const UNITS = [
  ['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1],
];
const words = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

export function relative(at, now) {
  const seconds = (at - now) / 1000;
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
  return words.format(Math.trunc(seconds / length), unit);
}

// When a message was sent: an id holds the milliseconds since 2015.
export function sentAt(message) {
  const written = Date.parse(message.timestamp);
  return Number.isNaN(written) ? Number(BigInt(message.id) >> 22n) + 1_420_070_400_000 : written;
}

export function clock(ms) {
  return new Date(ms).toLocaleTimeString(undefined, { hour12: false });
}

export function duration(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

export function dollars(micros) {
  if (micros == null) return '–';
  const value = micros / 1e6;
  return `$${value.toFixed(Number.isInteger(Math.round(value * 1e4) / 100) ? 2 : 4)}`;
}

export function bytes(n) {
  if (n < 1024) return `${n} B`;
  return n < 1024 * 1024 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 1024 / 1024).toFixed(1)} MiB`;
}
