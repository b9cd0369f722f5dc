/**
 * What an opening does for the door in passing, after the bolt has moved (SYNC-9): at most 8 KiB or 2 seconds, and nobody has to wait.
 *
 * In the order in which it matters: what may go from its record, a small update, its receipt, a piece of record.
 */
/** @import { Courier } from "./courier.js" */
/** @import { LockSession } from "./session.js" */
/** @import { Passed } from "./unlock.js" */
/** @import { Entry } from "./wallet.js" */

import { readBundle } from "./bundles.js";
import { deliver } from "./delivery.js";
import { readDoorInfo } from "./doorinfo.js";
import { RIGHT } from "./grants.js";
import { keepReceipt } from "./proof.js";
import { openTelemetry } from "./telemetry.js";

export const PASSING_BYTES = 8192;
export const PASSING_MS = 2000;
const SEGMENT_BYTES = 4096;

/**
 * @param {{courier: Courier, entry: Entry, session: LockSession, signal: AbortSignal}} facts
 * @param {Passed} passed filled as it goes, so that a link that breaks takes nothing away
 * @returns {Promise<void>}
 */
export async function passBy({ courier, entry, session, signal }, passed) {
  const late = AbortSignal.any([signal, AbortSignal.timeout(PASSING_MS)]);
  const { rights = 0 } = session.presented ?? {};
  let left = PASSING_BYTES;
  if ((rights & RIGHT.push) === 0) return;
  if (entry.ack !== null && !late.aborted) await session.acknowledge(entry.ack);
  left -= await small({ entry, session, signal: late });
  if (late.aborted) return;
  const receipt = await session.receipt(null);
  passed.ver = receipt === null ? null : await keepReceipt({ courier, entry, statement: receipt });
  if ((rights & RIGHT.pull) === 0) return;
  for (; left >= SEGMENT_BYTES && !late.aborted; left -= SEGMENT_BYTES) {
    const segment = await session.segment(passed.records);
    if (segment === null) break;
    await courier.outbox.put("segment", entry.lock, segment);
    passed.records += 1;
  }
  if (!late.aborted) passed.battery = await reading({ courier, entry, session });
}

/** @param {{entry: Entry, session: LockSession, signal: AbortSignal}} facts @returns {Promise<number>} bytes that were sent */
async function small({ entry, session, signal }) {
  const holds = Math.max(entry.held, session.presented?.ver ?? 0);
  if (entry.bundle === null || entry.bundle.length > PASSING_BYTES || entry.ver <= holds || signal.aborted) return 0;
  await deliver({ session, bundle: await readBundle(entry.bundle), signal });
  return entry.bundle.length;
}

/** @param {{courier: Courier, entry: Entry, session: LockSession}} facts @returns {Promise<number | null>} battery in percent */
export async function reading({ courier, entry, session }) {
  const telemetry = await session.telemetry();
  if (telemetry === null) return null;
  const { battery } = await openTelemetry(telemetry, readDoorInfo(entry.info));
  await courier.outbox.put("telemetry", entry.lock, telemetry);
  return battery;
}
