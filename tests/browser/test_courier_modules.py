"""The courier modules in Chromium itself: its keys, its IndexedDB, its own X25519."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

SOURCE = Path(__file__).parents[2] / "src/limen"
NOISE = SOURCE / "wire/vectors/noise.json"
ROOF = "4c4d303030313430"

STORE = """async () => {
  const { openStorage } = await import("/web/static/courier/storage.js");
  const { Wallet } = await import("/web/static/courier/wallet.js");
  const { hex } = await import("/web/static/courier/bytes.js");
  const service = { tell: async () => ({ id: "phone-1" }) };
  const storage = await openStorage();
  const wallet = new Wallet({ as: "resident", storage, service, now: () => 7 });
  window.courier = { storage, wallet, hex };
}"""
REGISTER = """async () => {
  const { wallet, hex } = window.courier;
  await wallet.register("Chromium");
  const { publicKey } = await wallet.signer();
  return [hex(publicKey), (await wallet.keyPair()).privateKey.extractable];
}"""


class Quiet(SimpleHTTPRequestHandler):
    """Files and nothing said about them."""

    extensions_map = {".js": "text/javascript", ".json": "application/json", "": "text/html"}

    def log_message(self, *_: object) -> None:
        """A test's output is its assertions."""


@pytest.fixture(scope="module")
def shelf() -> Iterator[str]:
    """The source folder over HTTP on this machine: a secure context to a browser."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SOURCE)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def opened(page: Page, shelf: str) -> Page:
    """A page of the service's own origin with nothing on it."""
    page.goto(f"{shelf}/wire/vectors/")
    return page


@pytest.mark.rule("LOCK-3")
def test_the_phone_key_outlives_the_page_and_never_leaves_it(opened: Page, context: BrowserContext, shelf: str) -> None:
    """Registered once; after a reload and in a second tab it is the same phone; nobody can export the key."""
    opened.evaluate(STORE)
    first = opened.evaluate(REGISTER)
    assert first[1] is False
    opened.reload()
    opened.evaluate(STORE)
    assert opened.evaluate(REGISTER) == first
    other = context.new_page()
    other.goto(f"{shelf}/wire/vectors/")
    other.evaluate(STORE)
    assert other.evaluate(REGISTER) == first


@pytest.mark.rule("LOCK-3")
def test_two_callers_at_once_make_one_key(opened: Page) -> None:
    """The first key that was kept is everybody's."""
    opened.evaluate(STORE)
    names = opened.evaluate(
        "async () => Promise.all([1, 2, 3].map(async () => window.courier.hex((await window.courier.wallet.signer()).publicKey)))"
    )
    assert len(set(names)) == 1


def test_a_change_is_whole_and_what_was_emptied_is_gone(opened: Page) -> None:
    """Drawers hold what was put, what is done alone is done one after the other, and a removed phone leaves nothing."""
    opened.evaluate(STORE)
    found = opened.evaluate(
        """async () => {
          const { storage, wallet } = window.courier;
          await storage.change([{ drawer: "questions", name: "a", put: 1 }, { drawer: "questions", name: "b", put: new Uint8Array([2]) }]);
          await storage.change([{ drawer: "questions", name: "a" }, { drawer: "outbox", name: "c", put: 3 }]);
          const before = [await storage.all("questions"), await storage.get("outbox", "c"), await storage.keep("outbox", "c", 4)];
          const order = [];
          const first = storage.alone(async () => order.push("one begins", await storage.count("questions"), "one ends"));
          await Promise.all([first, storage.alone(async () => order.push("other"))]);
          await wallet.empty();
          return [before.map((one) => JSON.stringify(one)), order, await storage.all("questions"), await storage.all("phone")];
        }"""
    )
    assert found == [['[["b",{"0":2}]]', "3", "3"], ["one begins", 1, "one ends", "other"], [], []]


def test_what_lies_in_the_drawers_is_sealed(opened: Page) -> None:
    """A door's name is in the wallet and not in the database."""
    opened.evaluate(STORE)
    found = opened.evaluate(
        """async (lock) => {
          const { storage, wallet } = window.courier;
          const entry = { lock, serial: "LM-0140", door: "", name: "Roof terrace", class: 1, ver: 1, proven: 1, until_ms: 1, held: 0 };
          await wallet.replace([{ ...entry, info: new Uint8Array(1), grants: [], bundle: null, ack: null, release: null, firmware: null }]);
          const kept = (await storage.all("doors")).map(([name, { sealed }]) => name + String.fromCharCode(...sealed)).join("");
          return [(await wallet.entry(lock)).name, kept.includes("Roof terrace"), await wallet.freshAt_ms()];
        }""",
        ROOF,
    )
    assert found == ["Roof terrace", False, 7]


@pytest.mark.rule("LOCK-3")
def test_chromium_shakes_hands_as_the_vectors_do(opened: Page) -> None:
    """Its own X25519 and AES-GCM give the bytes that Python gave, with and without the sticker's secret."""
    said = opened.evaluate(
        """async (cases) => {
          const { Handshake, knownKeyPair, publicOf } = await import("/web/static/courier/noise.js");
          const { hex, unhex } = await import("/web/static/courier/bytes.js");
          const out = [];
          for (const one of cases) {
            const secret = unhex(one.phone_ephemeral_private);
            const facts = { prologue: unhex(one.prologue), lockKey: unhex(one.static_public) };
            if (one.psk !== null) facts.psk = unhex(one.psk);
            const handshake = new Handshake({ ...facts, ephemeral: await knownKeyPair(secret, await publicOf(secret)) });
            const first = hex(await handshake.first());
            const { h, send } = await handshake.finish(unhex(one.message_2));
            out.push([first, hex(h), hex(await send.seal(unhex(one.transport[0].plaintext)))]);
          }
          return out;
        }""",
        json.loads(NOISE.read_text())["cases"],
    )
    cases = json.loads(NOISE.read_text())["cases"]
    assert said == [[one["message_1"], one["h"], one["transport"][0]["ciphertext"]] for one in cases]
