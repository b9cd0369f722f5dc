/**
 * The service as a courier knows it: a handful of CBOR questions on the page's own origin, signed in by the page's session.
 *
 * No signal is an ordinary answer (`NoSignal`), never mistaken for a refusal.
 *
 * @typedef {{
 *   ask: (path: string, question: Map<string, unknown>, signal?: AbortSignal) => Promise<Map<Key, unknown>>,
 *   tell: (path: string, body: Record<string, string>) => Promise<Record<string, unknown>>,
 * }} Service `ask` speaks CBOR with the gateway, `tell` JSON with the resident's API
 */
/** @import { Key } from "./cbor.js" */

import { decode, encode } from "./cbor.js";
import { mapOf } from "./shapes.js";

/** The service was not reached, or not in time: try again when there is signal. */
export class NoSignal extends Error {}

/** The service said no. `type` is the stable end of the problem's type, `detail` what a person may read of it: the reason, then what to do. */
export class Refused extends Error {
  /** @param {number} status @param {string} type @param {string} detail */
  constructor(status, type, detail) {
    super(detail);
    this.status = status;
    this.type = type;
    this.detail = detail;
  }
}

const ANSWER_BYTES_MAX = 4 << 20;
const PATIENCE_MS = 20000;
const CBOR = "application/cbor";

/** @param {{origin: string, csrf: () => string, fetch?: typeof fetch}} facts `csrf` is asked each time: it changes at sign-in @returns {Service} */
export function httpService({ origin, csrf, fetch: fetching = globalThis.fetch.bind(globalThis) }) {
  /** @param {string} path @param {string} type @param {BodyInit} body @param {AbortSignal} [signal] */
  const post = async (path, type, body, signal) => {
    const headers = { "Content-Type": type, Accept: type, "X-CSRFToken": csrf() };
    const late = AbortSignal.timeout(PATIENCE_MS);
    const either = signal === undefined ? late : AbortSignal.any([late, signal]);
    /** @type {Response} */
    let answer;
    try {
      answer = await fetching(origin + path, {
        method: "POST",
        headers,
        body,
        credentials: "same-origin",
        redirect: "manual",
        signal: either,
      });
      if (answer.ok) return new Uint8Array(await answer.arrayBuffer()); // an answer that breaks off is no signal either
    } catch {
      throw new NoSignal("the service was not reached");
    }
    throw await refusal(answer);
  };
  return {
    ask: async (path, question, signal) => {
      return mapOf(decode(await post(path, CBOR, encode(question), signal), ANSWER_BYTES_MAX));
    },
    tell: async (path, body) => JSON.parse(new TextDecoder().decode(await post(path, "application/json", JSON.stringify(body)))),
  };
}

/** Problem details (RFC 9457), in JSON or CBOR; a gateway in between may answer with neither. @param {Response} answer @returns {Promise<Error>} */
async function refusal(answer) {
  if (answer.status === 502 || answer.status === 503 || answer.status === 504) return new NoSignal("the service was not reached");
  if (answer.type === "opaqueredirect") return new Refused(401, "signed-out", "");
  const said = await problem(answer).catch(() => new Map());
  const [type = "", ...words] = ["type", "title", "detail"].map((name) => String(said.get(name) ?? ""));
  return new Refused(answer.status, type.split(/[/:#]/).at(-1) ?? "", words.filter(Boolean).join(" "));
}

/** @param {Response} answer @returns {Promise<Map<unknown, unknown>>} */
async function problem(answer) {
  if (!answer.headers.get("Content-Type")?.includes("cbor")) return new Map(Object.entries(await answer.json()));
  return mapOf(decode(new Uint8Array(await answer.arrayBuffer()), 65536));
}

/** @param {Document} document @returns {Service} of the page's own origin */
export function pageService(document) {
  const csrf = () => {
    const said = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content");
    return said ?? /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  };
  return httpService({ origin: document.location.origin, csrf });
}
