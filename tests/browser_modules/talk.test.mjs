import assert from "node:assert/strict";
import { test } from "node:test";
import { serversOf, Talk } from "../../src/limen/web/static/web/talk.js";

const silent = { polite: true, send: () => undefined, onstate: () => undefined, onsound: () => undefined };

test("A call asks the servers that its page names, and no others.", () => {
  /** @type {object[]} */
  const asked = [];
  globalThis.RTCPeerConnection = class {
    /** @param {object} how */
    constructor(how) {
      asked.push(how);
    }
  };
  const relay = { urls: ["turns:calls.example:5349"], username: "1795289520", credential: "c2hhcmVk" };
  new Talk({ ...silent, servers: serversOf({ dataset: { servers: JSON.stringify([relay]) } }) });
  new Talk({ ...silent, servers: serversOf({ dataset: {} }) });
  assert.deepEqual(asked, [{ iceServers: [relay] }, { iceServers: [] }]);
});
