"""The service as a phone reaches it: `/gateway/*` with its token, `/home/api/phones` with the session of a person. No signal is an ordinary answer."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import httpx

from limen.phone import inbox
from limen.phone.outbox import Item, Status
from limen.phone.wallet import View
from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed, Value, WireError

CBOR: Final = "application/cbor"
PATIENCE_S: Final = 30.0
ANSWERS_BYTES: Final = 2 << 20


class NoSignal(Exception):
    """The service cannot be reached now; what was to be sent stays."""


class PhoneRemoved(Exception):
    """The service no longer knows this phone: sign in again."""


class Said(Exception):
    """The service said no; the text is its own sentence, `status` its HTTP status, `kind` the type of its problem."""

    def __init__(self, status: int, kind: str, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.kind = kind


@dataclass(frozen=True)
class Begun:
    """An activation that was begun: the service's nonce, and DoorInfo and grant for a lock whose inside button was held."""

    n_s: bytes
    info: bytes | None = None
    grant: bytes | None = None


class Service:
    """One phone's way to its service; `transport` leads to one in this process."""

    def __init__(self, origin: str, token: str = "", transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.origin = origin.rstrip("/")
        self.http = httpx.Client(
            base_url=self.origin, timeout=PATIENCE_S, headers=headers, follow_redirects=True, trust_env=False, transport=transport
        )

    def close(self) -> None:
        """Ends its connections."""
        self.http.close()

    def inbox(self, view: View) -> inbox.Inbox:
        """What there is to carry, in one view."""
        return inbox.read(self._post("/gateway/inbox", inbox.ask(view)))

    def hand_in(self, items: Iterable[Item]) -> list[tuple[bytes, Status]]:
        """Hands in one batch; answers by key, for as many as the service answered."""
        said = [{"key": one.key, "kind": one.kind, "lock": one.lock_id, "data": one.data} for one in items]
        table = self._table(self._post("/gateway/outbox", cbor.encode({"items": said})))
        return [_answer(value) for value in shape.array(table.get("answers", []), 0, 64)]

    def time(self, lock_id: bytes, nonce: bytes) -> bytes:
        """The signed time for one nonce of one lock."""
        return self._bytes("/gateway/time", {"lock": lock_id, "nonce": nonce}, "time")

    def nonce(self, lock_id: bytes) -> bytes:
        """Sixteen bytes that make a receipt a fresh proof."""
        return self._bytes("/gateway/nonce", {"lock": lock_id}, "nonce")

    def image(self, digest: bytes) -> bytes:
        """The firmware of this digest; the caller checks it."""
        return self._bytes("/gateway/image", {"digest": digest}, "image", most=limits.IMAGE_BYTES_MAX)

    def begin_activation(self, door_id: bytes, lock_id: bytes, *, swap: bool = False) -> Begun:
        """The service's nonce for the attestation, and how to meet the lock if it is active there already."""
        table = self._table(self._post("/gateway/activation/begin", cbor.encode({"door": door_id, "lock": lock_id, "swap": swap})))
        info, grant = (None if table.get(name) is None else shape.blob(table[name], most=4096) for name in ("info", "grant"))
        return Begun(shape.blob(table.get("n_s"), 16), info, grant)

    def finish_activation(self, door_id: bytes, attest: bytes, h: bytes) -> tuple[bytes, bytes]:
        """Ticket and first list for an attestation; the lock takes both or neither."""
        table = self._table(self._post("/gateway/activation/finish", cbor.encode({"door": door_id, "attest": attest, "h": h})))
        return shape.blob(table.get("ticket")), shape.blob(table.get("snapshot"))

    def register(self, public_key: bytes, name: str) -> tuple[str, str]:
        """Registers this phone for the person who is signed in; gives its id and, once, its token."""
        said = {"public_key": base64.urlsafe_b64encode(public_key).rstrip(b"=").decode("ascii"), "platform": "native", "name": name}
        answer = self._send("POST", "/home/api/phones", json=said)
        found = answer.json()
        return str(found["id"]), str(found.get("token") or "")

    def remove(self, phone: str) -> None:
        """Removes this phone; it gets nothing new from then on."""
        self._send("DELETE", f"/home/api/phones/{phone}")

    def _bytes(self, path: str, said: dict[str, bytes], name: str, most: int = 4096) -> bytes:
        return shape.blob(self._table(self._post(path, cbor.encode(said))).get(name), most=most)

    def _table(self, data: bytes) -> dict[cbor.Key, Value]:
        value = cbor.decode(data, ANSWERS_BYTES)
        if not isinstance(value, dict):
            raise Malformed("answer")
        return value

    def _post(self, path: str, body: bytes) -> bytes:
        return self._send("POST", path, content=body, headers={"Content-Type": CBOR, "Accept": CBOR}).content

    def _send(self, method: str, path: str, **how: object) -> httpx.Response:
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken") or "", "Referer": f"{self.origin}/"}
        headers.update(how.pop("headers", {}))  # type: ignore[call-overload]
        try:
            answer = self.http.request(method, path, headers=headers, **how)  # type: ignore[arg-type]
        except httpx.TransportError as problem:
            raise NoSignal from problem
        if answer.status_code >= 400 or answer.history:
            raise self._problem(answer)
        return answer

    def _problem(self, answer: httpx.Response) -> Exception:
        kind, words = _words(answer)
        if answer.status_code in {401, 410} or kind.endswith(("phone-removed", "phone_removed")):
            return PhoneRemoved("This phone was removed. Sign in again.")
        if answer.status_code in {502, 503, 504}:
            return NoSignal()
        return Said(answer.status_code, kind, words)


def _words(answer: httpx.Response) -> tuple[str, str]:
    """Type and sentence of a problem, in whichever form it came."""
    said: object = None
    try:
        said = cbor.decode(answer.content) if CBOR in answer.headers.get("Content-Type", "") else answer.json()
    except (ValueError, WireError):
        said = None
    if not isinstance(said, dict):
        return "", f"The service answered {answer.status_code} at {answer.url.path}."
    words = " ".join(str(said[name]) for name in ("title", "detail") if said.get(name))
    return str(said.get("type", "")), words or f"The service answered {answer.status_code}."


def _answer(value: Value) -> tuple[bytes, Status]:
    if not isinstance(value, dict):
        raise Malformed("answer")
    statuses: dict[str, Status] = {"taken": "taken", "known": "known", "refused": "refused"}
    status = statuses.get(shape.text(value.get("status")))
    if status is None:
        raise Malformed("status")
    return shape.blob(value.get("key"), 16), status
