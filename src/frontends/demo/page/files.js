// Files that somebody gives: chosen, pasted or dropped, and uploaded at once.

import { html, useRef } from './vendor/htm-preact.js';
import { Icon } from './icons.js';
import { upload } from './socket.js';
import { bytes } from './time.js';

let serial = 0;

// A file on its way: `update` gets it again when it has arrived or failed.
export function give(file, update) {
  serial += 1;
  const given = {
    key: serial, name: file.name || 'pasted.png', size: file.size,
    preview: file.type.startsWith('image/') ? URL.createObjectURL(file) : null,
  };
  const done = (changes) => update({ ...given, ...changes });
  upload(file).then((attachment) => done({ attachment }), (error) => done({ error: error.message }));
  return given;
}

export function forget(file) {
  if (file?.preview) URL.revokeObjectURL(file.preview);
}

export function Given({ file, onRemove }) {
  return html`<span class="given ${file.error ? 'wrong' : ''}">
    ${file.preview ? html`<img src=${file.preview} alt="" />` : html`<${Icon} name="file" />`}
    <span class="given-words"><span>${file.name}</span><small>${file.error ?? (file.attachment ? bytes(file.size) : 'uploading …')}</small></span>
    <button type="button" class="tool" aria-label=${`Remove ${file.name}`} onClick=${onRemove}><${Icon} name="close" /></button>
  </span>`;
}

export function FileButton({ label, multiple, onFiles, children, id, class: className = 'tool', describedby }) {
  const input = useRef(null);
  const taken = () => {
    onFiles([...input.current.files]);
    input.current.value = '';
  };
  return html`<button type="button" id=${id} class=${className} aria-label=${label} aria-describedby=${describedby} onClick=${() => input.current.click()}>${children}</button>
    <input ref=${input} type="file" class="visually-hidden" tabindex="-1" aria-hidden="true" multiple=${multiple} onChange=${taken} />`;
}

export const filesOf = (transfer) => [...(transfer?.files ?? [])];
