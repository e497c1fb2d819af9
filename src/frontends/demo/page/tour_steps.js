// The guided start: each step waits for one deed. What was done is told by `happened`.

const MEMORY = 'easel-playground-tour';

export const STEPS = [
  { place: 'suggestions', title: 'Ask for a picture', words: 'Press one of the suggested prompts, or type /imagine and some words. Then press Enter.', deed: (name, what) => name === 'command' && what === 'imagine' },
  { place: 'messages', title: 'Watch it come', words: 'Easel answers at once, says how far it is, and puts the picture in the same message. Press the picture to see it in full size, then Esc.', deed: (name) => name === 'viewer' },
  { place: 'messages', title: 'Go on from it', words: 'Every button below a picture says what it costs. Press one: Again, Vary, Remix or Details.', deed: (name) => name === 'click' },
  { place: 'member', title: 'Be somebody else', words: 'An admin sets defaults, limits and budgets with /easel; the others live with them. Switch the member, down at the left.', deed: (name) => name === 'member' },
  { place: 'panel-toggle', title: 'Look behind it', words: 'The panel shows what Discord and the bot say to each other, each job with its dollars, and the files. Open it.', deed: (name) => name === 'panel' },
  { place: 'panel', title: 'Break something', words: 'Under Faults, switch one on – Bedrock throttled, say – and ask for another picture. Easel copes, and says so.', deed: (name) => name === 'fault-on' },
  { place: 'panel', title: 'Check the money', words: 'Switch the fault off again when you have seen enough. The ledger proves that nothing was lost or paid twice: open Ledger.', deed: (name, what) => name === 'tab' && what === 'ledger' },
];

let step = null;
const listeners = new Set();

export const currentStep = () => step;

export function onStep(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// Where the tour was left; from its beginning for somebody who was never here.
export function resume() {
  const left = remembered();
  go(left === 'done' ? null : Number(left ?? 0) || 0);
}

export function go(next) {
  step = next !== null && next < STEPS.length ? next : null;
  remember(step === null ? 'done' : String(step));
  for (const listener of listeners) listener();
}

export function happened(name, what) {
  if (step !== null && STEPS[step].deed(name, what)) go(step + 1);
}

function remembered() {
  try {
    return localStorage.getItem(MEMORY);
  } catch {
    return 'done';
  }
}

function remember(value) {
  try {
    localStorage.setItem(MEMORY, value);
  } catch {
    // It begins anew the next time.
  }
}
