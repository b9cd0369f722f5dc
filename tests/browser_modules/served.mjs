// Modules of a room import those of the face as the server serves them, all below one address; on disk the face's are in a folder of their own.
import { register } from "node:module";

const FACE = new URL("../../src/limen/web/static/", import.meta.url);

register(
  `data:text/javascript,${encodeURIComponent(`
  export async function resolve(specifier, context, next) {
    const found = /^\\.\\.\\/((?:web|courier)\\/.*)$/.exec(specifier);
    const fromRoom = found && /\\/(resident|visitor|console)\\/static\\//.test(context.parentURL ?? "");
    return fromRoom ? next(new URL(found[1], ${JSON.stringify(FACE.href)}).href, context) : next(specifier, context);
  }`)}`,
);

/** @param {string} path below `src/limen`, as "resident/over.js" @returns {Promise<any>} */
export function module(path) {
  const [room] = path.split("/");
  return import(new URL(`../../src/limen/${room}/static/${path}`, import.meta.url).href);
}
