// The registered commands as one types them: pure.

export const TYPE = { text: 3, integer: 4, flag: 5, user: 6, channel: 7, role: 8, mentionable: 9, number: 10, file: 11 };
const CHAT_INPUT = 1;
const SUBCOMMAND = 1;
const GROUP = 2;

// Each command, subcommand and subcommand of a group: `{ path, description, options }`.
export function flatten(commands) {
  return commands.filter((command) => (command.type ?? CHAT_INPUT) === CHAT_INPUT).flatMap((command) => leaves(command, command.name));
}

function leaves({ description, options = [] }, path) {
  const below = options.filter((option) => option.type === SUBCOMMAND || option.type === GROUP);
  if (below.length > 0) return below.flatMap((option) => leaves(option, `${path} ${option.name}`));
  const sorted = [...options.filter((option) => option.required), ...options.filter((option) => !option.required)];
  return [{ path, description, options: sorted }];
}

// Those that fit what is typed, the best first.
export function matching(entries, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const query = words.join(' ');
  const score = ({ path, description }) => {
    if (path === query) return 0;
    if (path.startsWith(query)) return 1;
    const parts = path.split(/[\s-]/);
    if (words.every((word) => parts.some((part) => part.startsWith(word)))) return 2;
    if (words.every((word) => path.includes(word))) return 3;
    return words.every((word) => path.includes(word) || description.toLowerCase().includes(word)) ? 4 : null;
  };
  const scored = entries.map((entry) => [score(entry), entry]).filter(([points]) => points !== null);
  return scored.sort(([a], [b]) => a - b).map(([, entry]) => entry);
}

// `/imagine a cat`: the command and what stands behind it, if a space ends its name.
export function begun(entries, text) {
  const fits = entries.filter(({ path }) => text.startsWith(`/${path} `));
  const entry = fits.sort((a, b) => b.path.length - a.path.length)[0];
  return entry && { entry, rest: text.slice(entry.path.length + 2) };
}

// What a filled option means: `{ value }`, `{ error }`, or neither if it is empty. `filled` is `{ text, value }`; `value`
// is there if something was chosen or uploaded.
export function meaning(option, filled, choices = option.choices) {
  const text = filled.text.trim();
  if (!text && filled.value === undefined) return option.required ? { error: 'This one is needed.' } : {};
  switch (option.type) {
    case TYPE.integer: return choices?.length ? chosen(filled, choices) : number(option, text, /^[-+]?\d+$/, 'a whole number');
    case TYPE.number: return choices?.length ? chosen(filled, choices) : number(option, text, /^[-+]?(\d+\.?\d*|\.\d+)$/, 'a number');
    case TYPE.file: return filled.value === undefined ? { error: filled.error ?? 'The file is still on its way.' } : { value: filled.value };
    case TYPE.text: return choices?.length ? chosen(filled, choices) : words(option, filled);
    default: return chosen(filled, choices ?? []);
  }
}

function chosen(filled, choices) {
  if (filled.value !== undefined) return { value: filled.value };
  const text = filled.text.trim().toLowerCase();
  const found = choices.find((choice) => choice.name.toLowerCase() === text || String(choice.value).toLowerCase() === text)
    ?? choices.find((choice) => choice.name.toLowerCase().replace(/^[@#]/, '') === text.replace(/^[@#]/, ''));
  return found ? { value: found.value } : { error: 'Choose one from the list.' };
}

function number(option, text, form, noun) {
  const value = Number(text.replace(',', '.'));
  if (!form.test(text.replace(',', '.'))) return { error: `This is not ${noun}.` };
  if (option.min_value !== undefined && value < option.min_value) return { error: `${option.min_value} is the least.` };
  if (option.max_value !== undefined && value > option.max_value) return { error: `${option.max_value} is the most.` };
  return { value };
}

function words(option, filled) {
  const value = filled.value ?? filled.text;
  const { length } = [...value];
  if (option.min_length && length < option.min_length) return { error: `At least ${option.min_length} characters.` };
  if (option.max_length && length > option.max_length) return { error: `${length} characters: ${option.max_length} are the most.` };
  return { value };
}

export const isLong = (option) => option.type === TYPE.text && !option.choices?.length && !option.autocomplete;

// What the option takes, in words.
export function range({ type, min_value: least, max_value: most }) {
  if (type !== TYPE.integer && type !== TYPE.number) return '';
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  if (least !== undefined) return `${least} or more`;
  return most !== undefined ? `at most ${most}` : '';
}
