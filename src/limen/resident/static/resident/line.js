// The line to the service for calls: a socket that comes back by itself, and questions in JSON.

/** What somebody did is asked for also while its page goes: who declines and walks on has declined. @param {string} path @param {Record<string, unknown>} [body] @param {string} [method] */
export async function ask(path, body = {}, method = "POST") {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  const language = document.documentElement.lang.startsWith("es") ? "es" : "en";
  try {
    const answer = await fetch(`${path}?lang=${language}`, {
      method,
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
      ...(method === "GET" ? {} : { body: JSON.stringify(body), keepalive: true }),
    });
    const said = await answer.json().catch(() => ({}));
    return { ok: answer.ok, signal: true, status: answer.status, said };
  } catch {
    return { ok: false, signal: false, status: 0, said: {} };
  }
}

/** @typedef {Awaited<ReturnType<typeof ask>>} Answer */

/** Whether the service itself has spoken, and not the air or a gateway in between. @param {Answer} answer */
export function answered(answer) {
  return answer.signal && Boolean(answer.said.title);
}

/**
 * Why not, and what to do. Without an answer nobody knows whether it was done, unless the phone knows that it has no signal at all.
 * @param {Answer} answer @param {HTMLElement | null} page which holds the words for both as `data-unknown` and `data-nosignal` @returns {string}
 */
export function wordsOf(answer, page) {
  if (answered(answer)) return [answer.said.title, answer.said.detail].filter(Boolean).join(" ");
  return (navigator.onLine ? page?.dataset.unknown : page?.dataset.nosignal) ?? "";
}

const AGAIN_MS = 2000;

export class Line {
  /** @param {{onnews: (news: any) => void, online?: (there: boolean) => void, call?: string}} facts `call`: the one whose page this is */
  constructor({ onnews, online = () => undefined, call }) {
    this.onnews = onnews;
    this.online = online;
    this.call = call;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.closed = false;
    this.ask = ask;
  }

  /** @returns {Promise<void>} when the service listens, or could not be reached */
  open() {
    return new Promise((resolve) => {
      const socket = new WebSocket(`${location.origin.replace("http", "ws")}/home/ws`);
      this.socket = socket;
      socket.onopen = () => socket.send(JSON.stringify({ t: "hello", call: this.call }));
      socket.onmessage = ({ data }) => {
        resolve();
        this.online(true);
        this.onnews(JSON.parse(data));
      };
      socket.onclose = ({ code }) => {
        resolve();
        this.online(false);
        if (!this.closed && code !== 4401) setTimeout(() => this.closed || this.open(), AGAIN_MS);
      };
    });
  }

  /** @param {Record<string, unknown>} message @returns {boolean} whether it went */
  send(message) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  close() {
    this.closed = true;
    this.socket?.close();
  }
}
