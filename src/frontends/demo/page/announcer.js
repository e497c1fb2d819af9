// Says to people who cannot see it what is new in the open channel.

import { isOwn, mentioned, nameOf } from './state.js';
import { plainText } from './markdown.js';

const LOADING = 128;

function announce(text) {
  const place = document.getElementById('announcer');
  if (!place) return;
  const line = document.createElement('p');
  line.textContent = text;
  place.append(line);
  while (place.childElementCount > 4) place.firstElementChild.remove();
}

// A new message, the end of the thinking, or more pictures: not each step of a progress.
export function announceMessage(message, before) {
  if (isOwn(message)) return;
  const name = nameOf(message.author);
  if (message.flags & LOADING) {
    if (!before) announce(`${name} is thinking`);
    return;
  }
  const pictures = alts(message);
  const isNews = !before || before.flags & LOADING || pictures.length > alts(before).length;
  if (!isNews) return;
  const words = clip(textOf(message));
  const shown = pictures.length > 0 ? `. ${pictures.length === 1 ? 'A picture' : `${pictures.length} pictures`}: ${clip(pictures[0])}` : '';
  announce(`${name}: ${words}${shown}`);
}

const clip = (text) => (text.length > 160 ? `${text.slice(0, 160)} …` : text);

function alts(message) {
  const images = (message.attachments ?? []).filter((file) => file.content_type?.startsWith('image/'));
  const galleries = within(message.components ?? []).flatMap((part) => part.items ?? []);
  return [...images, ...galleries].map((image) => image.description || 'without a description');
}

function textOf(message) {
  const texts = within(message.components ?? []).flatMap((part) => (part.type === 10 ? [part.content] : []));
  const embeds = (message.embeds ?? []).map((embed) => [embed.title, embed.description].filter(Boolean).join('. '));
  return [message.content, ...embeds, ...texts].filter(Boolean).map((words) => plainText(words, mentioned)).join(' ');
}

function within(components) {
  return components.flatMap((part) => [part, ...within(part.components ?? [])]);
}
