/**
 * A sealed update for a door of the building that is not one's own (SYNC-13): a person who passes it picks its lock, and the phone pushes.
 *
 * Nothing is read from the lock, nothing opens, and no door has a name here. A browser cannot do that in passing: its list of locks needs a tap.
 */
/** @import { Courier } from "./courier.js" */

import { hex } from "./bytes.js";
import { readDoorInfo } from "./doorinfo.js";
import { Unsupported, whomOf } from "./reach.js";

/**
 * Call it while the person's tap still counts.
 * @param {Courier} courier @returns {Promise<string | null>} the lock they picked of those that wait, ready for `update` with `pull: false`; null: none waits
 * @throws {NoLockChosen | Unsupported}
 */
export async function pickWaiting({ channel, wallet }) {
  if (channel === null) throw new Unsupported("this browser cannot talk to locks");
  const waiting = await wallet.elsewhere();
  if (waiting.length === 0) return null;
  return hex((await channel.chooseAmong(waiting.map((entry) => whomOf(readDoorInfo(entry.info))))).lockId);
}
