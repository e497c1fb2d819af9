// The browser's own dialog: it holds the focus, and Esc closes it. The focus goes back to what opened it.

import { html, useLayoutEffect, useRef } from './vendor/htm-preact.js';

export function Dialog({ label, labelledby, class: className = '', opener, onClose, onKeyDown, children }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const before = opener ?? document.activeElement;
    const element = box.current;
    element.showModal();
    return () => {
      element.close();
      const target = before?.isConnected ? before : document.getElementById('composer');
      target?.focus({ preventScroll: true });
    };
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onClose();
  };
  const press = (event) => {
    if (event.target === box.current) onClose();
  };
  return html`<dialog ref=${box} class=${className} aria-label=${label} aria-labelledby=${labelledby} onCancel=${cancel} onPointerDown=${press} onKeyDown=${onKeyDown}>${children}</dialog>`;
}
