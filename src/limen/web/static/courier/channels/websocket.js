/**
 * A lock behind a websocket: `/air/{lock-id}`, one message for one frame, one connection for one link (development and demonstration).
 */
/** @import { Bytes } from "../bytes.js" */
/** @import { Channel, Link } from "../channel.js" */

import { hex } from "../bytes.js";
import { Arrivals, LinkEnded, NoLockChosen, OutOfReach } from "../channel.js";
import { FRAME_BYTES_MAX } from "../frames.js";

const REACH_MS = 5000;

/** @param {string} origin `http…` or `ws…` of the page or of a lock process @returns {Channel} */
export function webSocketChannel(origin) {
  const base = origin.replace(/^http/, "ws").replace(/\/$/, "");
  return {
    asks: async () => null,
    choose: async () => undefined,
    // In a demonstration every lock is near: the one that waits longest, as the service named them.
    chooseAmong: async ([first]) => {
      if (first === undefined) throw new NoLockChosen("none to choose from");
      return first;
    },
    open: ({ lockId }, signal) => connect(`${base}/air/${hex(lockId)}`, signal),
    openNamed: (name, signal) => connect(`${base}/air/${name}`, signal),
  };
}

/** @param {string} address @param {AbortSignal} [signal] @returns {Promise<Link>} */
function connect(address, signal) {
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  const arrivals = new Arrivals();
  let closed = false;
  return new Promise((resolve, reject) => {
    // Nobody waits for the closing handshake: a socket that was given up says nothing more, or takes its time about it.
    const close = () => {
      if (closed) return;
      closed = true;
      clearTimeout(late);
      arrivals.end();
      socket.close();
      reject(new OutOfReach("the lock does not answer"));
    };
    const late = setTimeout(close, REACH_MS);
    signal?.addEventListener("abort", close, { once: true });
    socket.onmessage = (message) => arrivals.put(new Uint8Array(message.data));
    socket.onclose = close;
    socket.onerror = close;
    socket.onopen = () => {
      clearTimeout(late);
      resolve({ frameBytes: FRAME_BYTES_MAX, send: (frame) => send(socket, frame), receive: () => arrivals.next(), close });
    };
    if (signal?.aborted) close();
  });
}

/** @param {WebSocket} socket @param {Bytes} frame */
async function send(socket, frame) {
  if (socket.readyState !== WebSocket.OPEN) throw new LinkEnded("the link is gone");
  socket.send(frame);
}
