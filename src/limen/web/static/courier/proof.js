/**
 * The lock's word, checked here before anything is shown, kept until the service has it.
 */
/** @import { Bytes } from "./bytes.js" */
/** @import { Courier } from "./courier.js" */
/** @import { Receipt } from "./receipts.js" */
/** @import { Entry } from "./wallet.js" */

import { NotCanonical } from "./cbor.js";
import { readDoorInfo } from "./doorinfo.js";
import { openReceipt } from "./receipts.js";

/**
 * @param {{courier: Courier, entry: Entry, statement: Bytes}} facts
 * @returns {Promise<number | null>} the version that the lock has signed for, null if it did not
 */
export async function keepReceipt({ courier, entry, statement }) {
  return (await checkedReceipt({ courier, entry, statement }))?.receipt.ver ?? null;
}

/**
 * The word of a lock that was told that its ownership has ended; with it there is nothing left to bring there.
 * @param {{courier: Courier, entry: Entry, statement: Bytes}} facts
 * @returns {Promise<string>} its key in the outbox @throws {NotSigned | NotCanonical} when the lock did not sign that it is empty
 */
export async function wipedReceipt({ courier, entry, statement }) {
  const receipt = await openReceipt(statement, readDoorInfo(entry.info));
  if (!("wiped" in receipt)) throw new NotCanonical("a lock that is not empty");
  const key = await courier.outbox.put("receipt", entry.lock, statement);
  await courier.wallet.forget(entry.lock);
  return key;
}

/**
 * Hands in again and again until the service has this proof. What merely lies here no more proves nothing (SYNC-12).
 * @param {{courier: Pick<Courier, "outbox">, key: string, every_ms: number, goesOn: () => boolean}} facts `goesOn`: whether somebody still wants to know
 * @returns {Promise<boolean>} false when this page will never hear it: refused, gone with the phone, or nobody wants to know
 */
export async function handedInLater({ courier: { outbox }, key, every_ms, goesOn }) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, every_ms));
    if (!goesOn()) return false;
    await outbox.handIn().catch(() => undefined); // signed out, or no answer: it stays as it is
    if (outbox.took(key)) return goesOn();
    if (!(await outbox.waits(key))) return false;
  }
}

/**
 * @param {{courier: Courier, entry: Entry, statement: Bytes}} facts
 * @returns {Promise<{receipt: Receipt, key: string} | null>} the receipt and its key in the outbox
 * @throws {NotSigned | NotCanonical} nothing is kept of what this lock did not sign
 */
export async function checkedReceipt({ courier, entry, statement }) {
  const receipt = await openReceipt(statement, readDoorInfo(entry.info));
  const key = await courier.outbox.put("receipt", entry.lock, statement);
  if ("wiped" in receipt) return null;
  await courier.wallet.hold(entry.lock, receipt.ver);
  return { receipt, key };
}
