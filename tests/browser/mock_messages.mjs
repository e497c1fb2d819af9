// Messages in the shapes that Easel sends and Discord shows.

const JOB = '01M82MR71296GXRQK4S1NTKEXB';
const author = { id: '9000', username: 'easel', global_name: 'Easel', bot: true };
const button = (label, action, style = 2) => ({ type: 2, style, label, custom_id: `v1:${action}:${JOB}:0` });
const row = (...components) => ({ type: 1, components });
const by = (member, name) => ({ id: '1', type: 2, name, user: { id: member.id, username: member.name } });

function message(place, channel_id, more) {
  return { id: place.id(), type: 20, channel_id, author, application_id: author.id, content: '', attachments: [], embeds: [], components: [], timestamp: new Date().toISOString(), flags: 0, ...more };
}

export function finished(place, channel, member, prompt, count = 1, width = 1024, height = 1024) {
  const attachments = Array.from({ length: count }, (_, n) => place.picture(`${prompt}${' '.repeat(n)}`, width, height));
  return message(place, channel, {
    content: `> ${prompt}\n-# \`core\` · 1:1 · seed${count > 1 ? 's' : ''} ${Array.from({ length: count }, (_, n) => 4711 + n).join(', ')}`,
    attachments, interaction_metadata: by(member, 'imagine'),
    components: [
      row(button('Again $0.04', 'again'), button('Vary subtle $0.08', 'vary-subtle'), button('Vary strong $0.08', 'vary-strong'), button('Upscale $0.03', 'upscale'), button('Remix', 'remix')),
      row(button('Edit…', 'edit'), button('Details', 'details'), button('More…', 'more')),
    ],
  });
}

export function help(place, channel, member) {
  const words = "**Easel paints what you describe.** </imagine:5001> with a `prompt` is all it takes.\n**Finer** `aspect` · `style` · `model` · `count`; or flags at the prompt's end: `a cat --ar 16:9 --style anime --n 2`\n**Models here** `core` $0.04 a picture · `ultra` $0.14 a picture\n**Together** </session start:5003> gives this channel a style and model of its own.\nA refusal says why, and what AWS may bill for it all the same.";
  return message(place, channel, { flags: 64 | (1 << 15), interaction_metadata: by(member, 'help'), components: [{ type: 17, components: [{ type: 10, content: words }, row({ type: 2, style: 2, label: 'Try it: a cat eating ice cream, $0.04', custom_id: 'v1:example:0:0' })] }] });
}

export function gallery(place, channel, member) {
  const options = ['1 a lighthouse in a storm', '2 (4 pictures) a red fox'].map((label, n) => ({ label, value: `job${n}`, description: n === 0 ? 'today' : undefined }));
  return message(place, channel, {
    flags: 64, interaction_metadata: by(member, 'gallery mine'), attachments: [place.picture('sheet', 900, 600)],
    content: `**Your pictures**, the latest first. Only you read this.\n**1** a lighthouse in a storm · <t:${Math.floor(Date.now() / 1000) - 300}:R> · [show](https://discord.com/channels/1000/1001/1)`,
    components: [row({ type: 3, custom_id: 'v1:open:0:0', placeholder: 'Open one, with all that can be done with it', options }), row(button('Older', 'gallery'))],
  });
}

export function formOf(custom_id) {
  const input = (custom_id, label, more) => ({ type: 18, label, component: { type: 4, custom_id, style: 1, required: false, ...more } });
  const options = ['1:1', '16:9', '3:2'].map((value) => ({ label: value, value, default: value === '1:1' }));
  if (custom_id.includes('form')) {
    return { custom_id, title: 'All inputs', components: [
      { type: 10, content: 'A **text display** above the inputs.' },
      { type: 18, label: 'A file', description: 'To start from', component: { type: 19, custom_id: 'file', max_values: 2, required: false } },
      { type: 18, label: 'A member', component: { type: 5, custom_id: 'who', required: true } },
      { type: 18, label: 'One of', component: { type: 21, custom_id: 'radio', required: true, options: [{ label: 'This', value: 'this', description: 'the first' }, { label: 'That', value: 'that' }] } },
      { type: 18, label: 'Some of', component: { type: 22, custom_id: 'boxes', required: false, options: [{ label: 'A', value: 'a' }, { label: 'B', value: 'b', default: true }] } },
      { type: 18, label: 'Really', component: { type: 23, custom_id: 'really' } }] };
  }
  return { custom_id, title: 'Remix', components: [
    input('prompt', 'What the picture shows', { style: 2, required: true, max_length: 4000, value: 'a lighthouse in a storm' }), input('negative', 'What to leave out', { style: 2, max_length: 4000 }),
    { type: 18, label: 'Width to height', component: { type: 3, custom_id: 'aspect', options, min_values: 0, max_values: 1, required: false } },
    input('seed', 'Seed; empty for another one', { max_length: 10, value: '4711' })] };
}

export function conversation(place, channel) {
  const [ada, ben] = [{ id: '2001', name: 'Ada' }, { id: '2002', name: 'Ben Okafor' }];
  const said = (member, content, more = {}) => message(place, channel, { type: 0, author: { id: member.id, username: member.name }, application_id: undefined, content, ...more });
  const now = Math.floor(Date.now() / 1000);
  const first = said(ada, 'Shall we begin with the posters? The deadline is in <#1002>.');
  const record = place.upload('easel-usage.csv', 'text/csv', 'day,member,pictures\n2026-11-27,Ada,4\n');
  return [
    first, said(ada, '- one for the door\n- one for the hall\n\nNo text on them, `--no text` does it.'),
    said(ben, 'I will try a fox first, <@2001>.', { referenced_message: first, message_reference: { message_id: first.id } }),
    finished(place, channel, ben, 'a red fox asleep in the snow', 4), finished(place, channel, ada, 'a lighthouse in a storm, the last light of the day on the water --ar 16:9', 1, 1344, 768),
    message(place, channel, { content: '**November 2026** (days and months are UTC): $1.24; 31 pictures delivered, 33 calls of models.', attachments: [record], interaction_metadata: by(ada, 'easel usage'),
      embeds: [{ title: 'Models', color: 0xe0a73b, description: '`core`: $0.84, 21 pictures\n`ultra`: $0.40, 10 pictures', fields: [{ name: 'Ada', value: '$0.90', inline: true }, { name: 'Ben', value: '$0.34', inline: true }], thumbnail: { url: place.picture('thumb').url, width: 512, height: 512 }, footer: { text: 'Days are UTC' } }] }),
    message(place, channel, { flags: 1 << 15, interaction_metadata: by(ada, 'easel access show'), components: [{ type: 17, accent_color: 0x0f766e, components: [
      { type: 10, content: `## Who may do what\nA denial wins. Changed <t:${now - 7200}:R> by <@2001>.` }, { type: 14 },
      { type: 9, components: [{ type: 10, content: '**Painters** may use every model.' }, { type: 10, content: '-# ||a secret word|| is blocked' }], accessory: { type: 11, media: { url: place.picture('role').url, width: 400, height: 400 }, description: 'A palette' } },
      { type: 12, items: [1, 2, 3].map((n) => ({ media: { url: place.picture(`gallery ${n}`).url, width: 1024, height: 1024 }, description: `Sample ${n}`, spoiler: n === 3 })) },
      { type: 13, file: { url: record.url }, name: 'easel-usage.csv', size: 40 },
      { type: 1, components: [{ type: 6, custom_id: 'v1:roles:0:0', placeholder: 'Roles', min_values: 0, max_values: 2 }] },
      { type: 1, components: [{ type: 8, custom_id: 'v1:channels:0:0', placeholder: 'A channel' }] },
      { type: 1, components: [button('All inputs', 'form', 1), button('Save', 'save', 3), button('Delete', 'delete', 4), { type: 2, style: 5, label: 'Docs', url: 'https://example.org/' }, { ...button('Not now', 'no'), disabled: true }] }] }] }),
    finished(place, channel, ada, 'ten small boats', 10),
  ];
}
