/**
 * One door at a time: an opening stops the opening before it, and an update gives way to an opening and goes on after it (SYNC-9).
 */
export class Turns {
  constructor() {
    /** @type {{stop: AbortController, ended: Promise<unknown>} | null} */
    this.opening = null;
    /** @type {AbortController | null} */
    this.updating = null;
  }

  /**
   * @template T
   * @param {(signal: AbortSignal, hold: (work: Promise<unknown>) => void) => Promise<T>} run `hold` keeps updates waiting for what goes on afterwards
   * @param {AbortSignal} [signal] the page's own stop
   * @returns {Promise<T>}
   */
  async open(run, signal) {
    this.opening?.stop.abort();
    this.updating?.abort();
    const stop = new AbortController();
    const { promise: ended, resolve: end } = deferred();
    const mine = { stop, ended };
    this.opening = mine;
    /** @type {Promise<unknown>[]} */
    const held = [];
    try {
      return await run(either(stop.signal, signal), (work) => held.push(work));
    } finally {
      Promise.allSettled(held).then(() => {
        if (this.opening === mine) this.opening = null;
        end(undefined);
      });
    }
  }

  /** Resolves when nobody opens a door here. @returns {Promise<void>} */
  async clear() {
    while (this.opening !== null) await this.opening.ended;
  }

  /**
   * One attempt at an update, ended by Stop or by an opening.
   * @template T
   * @param {(signal: AbortSignal) => Promise<T>} run @param {AbortSignal} [signal] the page's own stop
   * @returns {Promise<T>}
   */
  async update(run, signal) {
    const stop = new AbortController();
    this.updating = stop;
    try {
      return await run(either(stop.signal, signal));
    } finally {
      if (this.updating === stop) this.updating = null;
    }
  }
}

/** @param {AbortSignal} one @param {AbortSignal} [other] */
function either(one, other) {
  return other === undefined ? one : AbortSignal.any([one, other]);
}

function deferred() {
  /** @type {(value: unknown) => void} */
  let resolve = () => undefined;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
