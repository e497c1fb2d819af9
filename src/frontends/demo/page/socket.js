// The line to `easel demo`: frames both ways, files up, and the addresses of files.

import { keep, recall, set, state } from './state.js';

const LONGEST_WAIT = 10_000;

let token = null;
let socket = null;
let attempts = 0;
let retry = null;
let receive = () => {};

export function start(onFrame) {
  receive = onFrame;
  const address = new URL(location.href);
  token = address.searchParams.get('token') ?? recall('token');
  if (address.searchParams.has('token')) {
    keep('token', token);
    address.searchParams.delete('token');
    history.replaceState(null, '', address);
  }
  connect();
}

export function connect() {
  clearTimeout(retry);
  if (!token) return set({ connection: 'no-token' });
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const opened = new WebSocket(`${scheme}://${location.host}/socket?token=${encodeURIComponent(token)}`);
  socket = opened;
  opened.onopen = () => {
    attempts = 0;
    set({ connection: 'open' });
  };
  opened.onmessage = (event) => receive(JSON.parse(event.data));
  opened.onclose = () => {
    if (socket !== opened) return;
    set({ connection: 'lost' });
    receive({ type: 'lost' });
    const wait = Math.min(LONGEST_WAIT, 500 * 2 ** attempts++);
    retry = setTimeout(connect, wait * (0.75 + Math.random() / 2));
  };
}

// Whether the frame could be sent.
export function send(frame) {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(frame));
  return true;
}

// The attachment that the server made of a person's file.
export async function upload(file) {
  const query = new URLSearchParams({ token, name: file.name || 'file' });
  const headers = { 'Content-Type': file.type || 'application/octet-stream' };
  const response = await fetch(`/files?${query}`, { method: 'POST', headers, body: file });
  if (!response.ok) throw new Error((await response.text()) || `the upload failed (${response.status})`);
  return response.json();
}

// Where this page finds what Discord's address of a file names.
export function fileUrl(address) {
  if (!address) return '';
  if (address.startsWith('blob:') || address.startsWith('data:')) return address;
  const cdn = state.hello?.cdn;
  if (!cdn || !address.startsWith(cdn)) return address;
  const url = new URL(address);
  url.searchParams.set('token', token);
  return `/cdn${url.pathname}${url.search}`;
}

export function isOwnFile(address) {
  return Boolean(state.hello?.cdn && address?.startsWith(state.hello.cdn));
}
