// A picture in full size, with its alt text and the others of its message.

import { html } from './vendor/htm-preact.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';
import { fileUrl } from './socket.js';
import { set } from './state.js';

export function Viewer({ viewer }) {
  const { pictures, at, opener } = viewer;
  const one = pictures[at];
  const go = (step) => set({ viewer: { ...viewer, at: (at + step + pictures.length) % pictures.length } });
  const onKeyDown = (event) => {
    if (event.key === 'ArrowRight') go(1);
    if (event.key === 'ArrowLeft') go(-1);
  };
  const several = pictures.length > 1;
  return html`<${Dialog} class="viewer" label="Picture" opener=${opener} onClose=${() => set({ viewer: null })} onKeyDown=${onKeyDown}>
    <figure>
      <img key=${one.url} src=${fileUrl(one.url)} alt=${one.alt || 'A picture without a description'} width=${one.width} height=${one.height} />
      <figcaption aria-live="polite">
        <p>${one.alt || html`<i>No description</i>`}</p>
        <small>${several && `${at + 1} of ${pictures.length} · `}${one.width && `${one.width} × ${one.height} · `}<a href=${fileUrl(one.url)} target="_blank" rel="noreferrer noopener">Open ${one.filename}</a></small>
      </figcaption>
    </figure>
    ${several && html`<button type="button" class="tool turn left" aria-label="Picture before" onClick=${() => go(-1)}><${Icon} name="left" /></button>
      <button type="button" class="tool turn right" aria-label="Next picture" onClick=${() => go(1)}><${Icon} name="right" /></button>`}
    <button type="button" class="tool shut" aria-label="Close" onClick=${() => set({ viewer: null })}><${Icon} name="close" /></button>
  <//>`;
}
