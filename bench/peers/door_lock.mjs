// matter.js's own door lock in this process: people and codes set one by one, as its cluster has it, then codes tried. Prints one line of JSON.

import { LogLevel, Logger, ServerNode } from "@matter/main";
import { DoorLockServer } from "@matter/main/behaviors/door-lock";
import { DoorLock } from "@matter/main/clusters/door-lock";
import { DoorLockDevice } from "@matter/main/devices/door-lock";
import { Bytes } from "@matter/general";
import { LocalActorContext } from "@matter/node";
import { TlvOfModel } from "@matter/types";

const PEOPLE = Number(process.argv[2]);
const TRIES = Number(process.argv[3]);
Logger.level = LogLevel.FATAL;

const node = await ServerNode.create({ id: "peer", network: { port: 0 } });
const door = await node.add(DoorLockDevice.with(DoorLockServer.with("PinCredential", "User", "CredentialOverTheAirAccess")), {
  id: "door",
  doorLock: {
    lockType: DoorLock.LockType.DeadBolt,
    lockState: DoorLock.LockState.Locked,
    actuatorEnabled: true,
    operatingMode: DoorLock.OperatingMode.Normal,
    numberOfTotalUsersSupported: PEOPLE,
    numberOfPinUsersSupported: PEOPLE,
    numberOfCredentialsSupportedPerUser: 1,
    maxPinCodeLength: 8,
    minPinCodeLength: 4,
    requirePinForRemoteOperation: true,
    credentialRulesSupport: { single: true },
    wrongCodeEntryLimit: 255,
    userCodeTemporaryDisableTime: 1,
  },
});

/** Acts on the lock for its first controller, without a network. */
const acts = (deed) => LocalActorContext.act("bench", (context) => deed(door.agentFor(context).doorLock), { fabric: 1 });
/** Seven digits. */
const pin = (n) => Bytes.fromString(String(4_000_000 + n * 7));
/** Milliseconds of each deed. */
async function timed(times, deed) {
  const taken = [];
  for (let n = 0; n < times; n++) {
    const start = performance.now();
    await deed(n);
    taken.push(performance.now() - start);
  }
  return taken;
}

const { Add } = DoorLock.DataOperationType;
const credential = (n) => ({ credentialType: DoorLock.CredentialType.Pin, credentialIndex: n });
const user = (n) => ({ operationType: Add, userIndex: n, userName: `P${n}`, userUniqueId: n, userStatus: null, userType: null, credentialRule: null });
const code = (n) => ({ operationType: Add, credential: credential(n), credentialData: pin(n), userIndex: n, userStatus: null, userType: null });
const provisioned = await timed(PEOPLE, async (n) => {
  await acts((lock) => lock.setUser(user(n + 1)));
  const { status } = await acts((lock) => lock.setCredential(code(n + 1)));
  if (status !== 0) throw new Error(`person ${n + 1}: status ${status}`);
});
const right = await timed(TRIES, (n) => acts((lock) => lock.unlockDoor({ pinCode: pin(1 + ((n * 389) % PEOPLE)) })));
const sized = (command, fields) => TlvOfModel(DoorLock.commands[command].schema).encode(fields).byteLength;
const bytes = provisioned.reduce((sum, _, n) => sum + sized("setUser", user(n + 1)) + sized("setCredential", code(n + 1)), 0);
const provision = provisioned.reduce((a, b) => a + b, 0);
process.stdout.write(`${JSON.stringify({ provision_ms: provision, right_ms: right, bytes, commands: 2 * PEOPLE })}\n`);
await node.close();
process.exit(0);
