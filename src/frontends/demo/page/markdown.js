// Discord's markdown as a tree: pure, so that it is tested without a page. A node is a string or `{ type, … }`.

const ESCAPED = /^\\([^\p{L}\p{N}\s])/u;

// Each rule: how it begins, and what it makes of the match. The first that fits wins.
const INLINE = [
  [ESCAPED, (match) => match[1]],
  [/^(`+)([\s\S]*?[^`])\1(?!`)/, (match) => ({ type: 'code', text: match[2].trim() || ' ' })],
  [/^<(https?:\/\/[^\s>]+)>/, (match) => link(match[1], [match[1]])],
  [/^<t:(-?\d{1,13})(?::([tTdDfFR]))?>/, (match) => ({ type: 'time', at: Number(match[1]), style: match[2] ?? 'f' })],
  [/^<@!?(\d+)>/, (match) => ({ type: 'user', id: match[1] })],
  [/^<@&(\d+)>/, (match) => ({ type: 'role', id: match[1] })],
  [/^<#(\d+)>/, (match) => ({ type: 'channel', id: match[1] })],
  [/^<\/([^:>\n]{1,100}):(\d+)>/, (match) => ({ type: 'command', path: match[1] })],
  [/^<a?:(\w+):\d+>/, (match) => `:${match[1]}:`],
  [/^@(everyone|here)\b/, (match) => ({ type: 'everyone', text: match[0] })],
  [/^\[((?:\\.|[^\]\\\n])+)\]\(\s*<?(https?:\/\/[^\s)>]+)>?\s*\)/, (match) => link(match[2], inline(match[1]))],
  [/^\*\*\*((?:\\.|[^\\])+?)\*\*\*(?!\*)/s, (match) => ({ type: 'strong', nodes: [{ type: 'em', nodes: inline(match[1]) }] })],
  [/^\*\*((?:\\.|`[^`]*`|[^\\])+?)\*\*(?!\*)/s, (match) => ({ type: 'strong', nodes: inline(match[1]) })],
  [/^__((?:\\.|[^\\])+?)__(?!_)/s, (match) => ({ type: 'u', nodes: inline(match[1]) })],
  [/^\*(?!\s)((?:\\.|[^\\*]|\*\*(?:\\.|[^\\*])+?\*\*)+?)(?<!\s)\*(?!\*)/s, (match) => ({ type: 'em', nodes: inline(match[1]) })],
  [/^_((?:\\.|[^\\_])+?)_(?![\p{L}\p{N}_])/su, (match) => ({ type: 'em', nodes: inline(match[1]) })],
  [/^~~((?:\\.|[^\\])+?)~~/s, (match) => ({ type: 's', nodes: inline(match[1]) })],
  [/^\|\|((?:\\.|[^\\])+?)\|\|/s, (match) => ({ type: 'spoiler', nodes: inline(match[1]) })],
  [/^https?:\/\/[^\s<>]*[^\s<>.,:;"'\])]/, (match) => link(match[0], [match[0]])],
  [/^\n/, () => ({ type: 'br' })],
];
const SPECIAL = /[\\`<@[*_~|\n]|https?:\/\//g;

function link(url, nodes) {
  return { type: 'link', url, nodes };
}

export function inline(text) {
  const nodes = [];
  let rest = text;
  const add = (node) => {
    if (typeof node === 'string' && typeof nodes.at(-1) === 'string') nodes[nodes.length - 1] += node;
    else nodes.push(node);
  };
  while (rest) {
    const rule = INLINE.find(([pattern]) => pattern.test(rest));
    if (rule) {
      const match = rest.match(rule[0]);
      add(rule[1](match));
      rest = rest.slice(match[0].length);
    } else {
      SPECIAL.lastIndex = 1;
      const next = SPECIAL.exec(rest)?.index ?? rest.length;
      add(rest.slice(0, next));
      rest = rest.slice(next);
    }
  }
  return nodes;
}

// The blocks of a message.
export function parse(text) {
  const blocks = [];
  const fence = /```(?:([\w+-]+)\n)?\n?([\s\S]*?)\n?```/g;
  let from = 0;
  for (const match of text.matchAll(fence)) {
    if (!match[2].trim()) continue;
    blocks.push(...lines(text.slice(from, match.index).replace(/\n$/, '')));
    blocks.push({ type: 'pre', text: match[2] });
    from = match.index + match[0].length;
    if (text[from] === '\n') from += 1;
  }
  return [...blocks, ...lines(text.slice(from))];
}

function lines(text) {
  if (!text) return [];
  const blocks = [];
  const all = text.split('\n');
  let paragraph = [];
  const flush = () => {
    if (paragraph.length > 0) blocks.push({ type: 'p', nodes: inline(paragraph.join('\n')) });
    paragraph = [];
  };
  for (let at = 0; at < all.length; at += 1) {
    const line = all[at];
    const rest = (pattern) => {
      const taken = [];
      while (at < all.length && pattern.test(all[at])) taken.push(all[at++].replace(pattern, ''));
      at -= 1;
      return taken;
    };
    let match;
    if (line.startsWith('>>> ')) {
      flush();
      const quoted = [line.slice(4), ...all.slice(at + 1)].join('\n');
      blocks.push({ type: 'quote', blocks: lines(quoted) });
      break;
    } else if (/^> /.test(line)) {
      flush();
      blocks.push({ type: 'quote', blocks: lines(rest(/^> ?/).join('\n')) });
    } else if ((match = line.match(/^(#{1,3}) +(.+)$/))) {
      flush();
      blocks.push({ type: 'heading', level: match[1].length, nodes: inline(match[2]) });
    } else if ((match = line.match(/^-# +(.+)$/))) {
      flush();
      blocks.push({ type: 'small', nodes: inline(match[1]) });
    } else if (/^ {0,8}[-*] +\S/.test(line)) {
      flush();
      blocks.push({ type: 'ul', items: rest(/^ {0,8}[-*] +/).map(inline) });
    } else if ((match = line.match(/^ {0,8}(\d{1,9})\. +\S/))) {
      flush();
      blocks.push({ type: 'ol', start: Number(match[1]), items: rest(/^ {0,8}\d{1,9}\. +/).map(inline) });
    } else {
      paragraph.push(line);
    }
  }
  flush();
  return blocks;
}

// The words alone, for a reader who hears them or a list that has one line for them. `named` says what a mention is called.
export function plainText(text, named = () => '') {
  return spoken(parse(text), named).replace(/\s+/g, ' ').trim();
}

function spoken(nodes, named) {
  return nodes.map((node) => {
    if (typeof node === 'string') return node;
    if (node.type === 'br') return ' ';
    if (node.type === 'spoiler') return 'spoiler';
    if (node.type === 'time') return new Date(node.at * 1000).toLocaleString();
    if (node.type === 'command') return `/${node.path}`;
    if (node.id) return named(node);
    const within = node.nodes ?? node.blocks ?? node.items?.flat();
    return within ? `${spoken(within, named)}${node.blocks || node.items || node.type === 'p' ? ' ' : ''}` : node.text ?? '';
  }).join('');
}
