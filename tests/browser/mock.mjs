// A stand-in for `easel demo`, for work on the page alone: it speaks the page's protocol, and answers from a script. Start it
// in a folder with the npm package `ws`: `node mock.mjs [PORT]`.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands, faults, Place, people } from './mock_place.mjs';

const { WebSocketServer } = createRequire(join(process.cwd(), 'x.js'))('ws');
const PAGE = process.env.PAGE ?? fileURLToPath(new URL('../../src/frontends/demo/page/', import.meta.url));
const PORT = Number(process.argv[2] ?? 8099);
const TOKEN = 'mock';
const CSP = "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'";
const KINDS = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

const place = new Place(`http://127.0.0.1:${PORT + 1}`);
const lines = new Set();

// Tells everybody who may see it.
place.tell = (frame, member) => {
  for (const line of lines) if (!member || line.member === member) line.send(frame);
};
place.tellPanel = (frame) => {
  for (const line of lines) if (line.panel) line.send(frame);
};

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const head = { 'Content-Security-Policy': CSP, 'Referrer-Policy': 'no-referrer', 'X-Content-Type-Options': 'nosniff' };
  if (url.pathname === '/files') {
    const parts = [];
    for await (const part of request) parts.push(part);
    const file = place.upload(url.searchParams.get('name'), request.headers['content-type'], Buffer.concat(parts));
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(file));
  } else if (url.pathname.startsWith('/cdn/')) {
    const file = place.file(url.pathname.slice('/cdn'.length));
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': file.type }).end(file.body);
  } else {
    const name = url.pathname === '/' ? 'index.html' : url.pathname.slice(1);
    const body = /^[\w./-]+$/.test(name) && !name.includes('..') ? await readFile(join(PAGE, name)).catch(() => null) : null;
    if (!body) return response.writeHead(404).end();
    response.writeHead(200, { ...head, 'Content-Type': KINDS[extname(name)] ?? 'text/plain' }).end(body);
  }
});

new WebSocketServer({ server, path: '/socket' }).on('connection', (socket) => {
  const line = { member: people[0].id, panel: false, send: (frame) => socket.send(JSON.stringify(frame)) };
  lines.add(line);
  socket.on('close', () => lines.delete(line));
  line.send(place.hello(line.member));
  socket.on('message', (data) => {
    const frame = JSON.parse(data);
    const take = takes[frame.type];
    if (take) take(line, frame);
    else line.send({ type: 'bad', reason: `a frame of the type ${frame.type}` });
  });
});

const takes = {
  be(line, { member }) {
    line.member = member;
    line.send(place.hello(member));
  },
  open(line, { channel }) {
    const all = place.messages(channel, line.member);
    line.send({ type: 'opened', channel, messages: all.slice(-place.page), more: all.length > place.page, commands: commands(line.member), permissions: place.permissions });
  },
  older(line, { channel, before }) {
    const all = place.messages(channel, line.member).filter((message) => BigInt(message.id) < BigInt(before));
    line.send({ type: 'older', channel, before, messages: all.slice(-100), more: all.length > 100 });
  },
  say(line, { channel, content, files }) {
    place.say(channel, line.member, content, files);
  },
  direct(line) {
    line.send({ type: 'channel', server: null, channel: place.direct(line.member) });
  },
  interact(line, frame) {
    place.interact(line, frame);
  },
  panel(line, { on }) {
    line.panel = on;
    if (on) place.panel(line);
  },
  fault(line, { id, on }) {
    const one = faults.find((fault) => fault.id === id);
    if (!one.once) one.on = on;
    place.tellPanel({ type: 'faults', faults });
    if (id === 'bot-killed') place.kill();
  },
};

server.listen(PORT, '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}/?token=${TOKEN}`));
