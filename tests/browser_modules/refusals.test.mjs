// What a person reads when the service or the lock says no: the service's own sentence, the lock's word.
import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "../../src/limen/web/static/courier/cbor.js";
import { httpService, NoSignal, Refused } from "../../src/limen/web/static/courier/service.js";

const OWNED = "This lock has another owner. It must be released there first.";

/** @param {Map<string, unknown>} said a service that answers 409 with this @param {string} type */
function refusing(said, type) {
  const body = type.includes("cbor") ? encode(said) : JSON.stringify(Object.fromEntries(said));
  const fetch = async () => new Response(body, { status: 409, headers: { "Content-Type": type } });
  return httpService({ origin: "http://localhost", csrf: () => "", fetch });
}

/** @param {Promise<unknown>} asked @returns {Promise<any>} */
function refusalOf(asked) {
  return asked.then(
    () => assert.fail("it was refused"),
    (problem) => problem,
  );
}

test("A refusal whose reason stands in its title alone is told in those words.", async () => {
  const said = new Map([
    ["type", "about:limen/lock_has_owner"],
    ["title", OWNED],
  ]);
  for (const type of ["application/problem+cbor", "application/problem+json"]) {
    const problem = await refusalOf(refusing(said, type).ask("/gateway/activation/begin", new Map()));
    assert.ok(problem instanceof Refused);
    assert.deepEqual([problem.status, problem.type, problem.detail], [409, "lock_has_owner", OWNED]);
  }
});

test("The reason comes first, then what to do; where neither is said, nothing is made up.", async () => {
  const both = new Map([
    ["type", "about:limen/x"],
    ["title", "That is full."],
    ["detail", "Empty it."],
  ]);
  assert.equal((await refusalOf(refusing(both, "application/problem+json").tell("/x", {}))).detail, "That is full. Empty it.");
  assert.equal((await refusalOf(refusing(new Map(), "application/problem+json").tell("/x", {}))).detail, "");
  const away = httpService({ origin: "", csrf: () => "", fetch: async () => new Response("", { status: 502 }) });
  assert.ok((await refusalOf(away.tell("/x", {}))) instanceof NoSignal);
});
