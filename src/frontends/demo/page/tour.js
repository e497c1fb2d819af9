// The card of the tour, and the ring around what it speaks of.

import { html, useEffect, useReducer } from './vendor/htm-preact.js';
import { Icon } from './icons.js';
import { currentStep, go, onStep, STEPS } from './tour_steps.js';

export function Tour() {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => onStep(again), []);
  const step = currentStep();
  useEffect(() => {
    document.body.dataset.tour = step === null ? '' : STEPS[step].place;
  }, [step]);
  if (step === null) return null;
  const { title, words } = STEPS[step];
  const isLast = step === STEPS.length - 1;
  return html`<aside class="tour" aria-label="Tour">
    <div aria-live="polite"><p class="tour-step">Step ${step + 1} of ${STEPS.length}</p><h2>${title}</h2><p>${words}</p></div>
    <div class="tour-end">
      <button type="button" class="link" onClick=${() => go(null)}>Skip the tour</button>
      <span>${step > 0 && html`<button type="button" class="button plain" onClick=${() => go(step - 1)}>Back</button>`}
      <button type="button" class="button primary" onClick=${() => go(isLast ? null : step + 1)}>${isLast ? 'Done' : 'Next'}</button></span>
    </div>
    <button type="button" class="tool shut" aria-label="Close the tour" onClick=${() => go(null)}><${Icon} name="close" /></button>
  </aside>`;
}
