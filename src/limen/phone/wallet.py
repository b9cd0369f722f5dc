"""What this phone may open and carry: its key, behind a handle that only signs, and for each door the newest of everything it was given.

Two views share one key (decision 0042): `resident` holds access of one's own and, for passing by, other doors of the building; `manager`
holds push-only grants from device management. Nothing of one view is ever used in the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal, Protocol

from limen.wire.doorinfo import DoorInfo
from limen.wire.grants import Cls, Grant

View = Literal["resident", "manager"]
VIEWS: Final[tuple[View, ...]] = ("resident", "manager")
ERRAND_MS: Final = 2 * 3600 * 1000  # protocol B.9 T2: an answer is good for two hours


class KeyHandle(Protocol):
    """The phone's P-256 key. There is no way to read the private half: an enclave, a browser or a file signs, and that is all."""

    @property
    def public(self) -> bytes:
        """33 bytes, compressed."""

    @property
    def kid(self) -> bytes:
        """The first 4 bytes of SHA-256 over the public key."""

    def sign(self, data: bytes) -> bytes:
        """ES256 over `data`, 64 bytes r || s."""


@dataclass(frozen=True)
class Held:
    """A grant as it was signed, and what it says. The lock believes the bytes; the phone reads them only to choose."""

    data: bytes
    grant: Grant


@dataclass(frozen=True, kw_only=True)
class Door:
    """One door in one view. `until` is the end of the lease in seconds since 1970.

    At doors one only passes (class 7) `serial`, `door_id` and `name` are None: this phone knows the lock and not the door (SYNC-13).
    """

    lock_id: bytes
    serial: str | None
    door_id: bytes | None
    name: str | None
    cls: Cls
    until: int
    info: DoorInfo
    info_data: bytes
    grants: tuple[Held, ...]
    ver: int
    proven: int
    bundle: bytes | None = None
    ack: bytes | None = None
    firmware: tuple[bytes, bytes] | None = None  # the offer, and the digest by which this phone keeps the image
    at_lock: int = 0  # the version in the newest receipt that this phone itself has checked
    release: bytes | None = None  # the lock's ownership ended: it is to be told that, and nothing else

    @property
    def news(self) -> bool:
        """True while this phone carries a list that it has not seen arrive, or the end of an ownership."""
        return self.release is not None or (self.bundle is not None and self.ver > max(self.proven, self.at_lock))

    @property
    def called(self) -> str:
        """How a person at this phone would call it: its name, or for a door one only passes the lock-id."""
        return self.name or self.serial or self.lock_id.hex()


@dataclass(frozen=True)
class Errand:
    """A question for the time that a lock asked, and the service's answer once there was signal. `since_ms` is the phone's clock."""

    lock_id: bytes
    nonce: bytes
    since_ms: int
    assertion: bytes | None = None


@dataclass
class Wallet:
    """Doors by view and lock, and open errands by lock. The key is only ever asked to sign."""

    key: KeyHandle
    doors: dict[View, dict[bytes, Door]] = field(default_factory=lambda: {"resident": {}, "manager": {}})
    errands: dict[bytes, Errand] = field(default_factory=dict)

    def find(self, view: View, called: str) -> Door | None:
        """The door of that name, serial or lock-id (16 hex digits), as people type it: capitals and outer spaces do not matter."""
        wanted = called.strip().casefold()
        for door in self.doors[view].values():
            if wanted in {(door.name or "").casefold(), (door.serial or "").casefold(), door.lock_id.hex()} - {""}:
                return door
        return None

    def held(self) -> frozenset[bytes]:
        """Locks of doors with access of one's own: only their records may be in the outbox."""
        return frozenset(lock for lock, door in self.doors["resident"].items() if door.cls != Cls.COURIER)

    def saw_receipt(self, lock_id: bytes, ver: int) -> None:
        """Notes in both views that the lock itself said which version it holds."""
        for view in VIEWS:
            door = self.doors[view].get(lock_id)
            if door is not None and ver > door.at_lock:
                self.doors[view][lock_id] = replace(door, at_lock=ver)

    def saw_wiped(self, lock_id: bytes) -> None:
        """Forgets a lock that has signed that it is empty: there is nothing left to bring there."""
        for view in VIEWS:
            door = self.doors[view].get(lock_id)
            if door is not None and door.release is not None:
                del self.doors[view][lock_id]

    def take_errand(self, lock_id: bytes, nonce: bytes, now_ms: int) -> None:
        """Keeps the lock's newest question; it remembers only its last four, and each answer counts once."""
        self.errands[lock_id] = Errand(lock_id=lock_id, nonce=nonce, since_ms=now_ms)

    def answer_errand(self, lock_id: bytes, nonce: bytes, assertion: bytes) -> None:
        """Adds the service's answer, if the question is still the one that waits."""
        errand = self.errands.get(lock_id)
        if errand is not None and errand.nonce == nonce:
            self.errands[lock_id] = replace(errand, assertion=assertion)

    def time_for(self, lock_id: bytes, now_ms: int) -> bytes | None:
        """An answer that was fetched upstairs and may still be in time; taken once."""
        self.drop_late_errands(now_ms)
        errand = self.errands.get(lock_id)
        if errand is None or errand.assertion is None:
            return None
        del self.errands[lock_id]
        return errand.assertion

    def drop_errand(self, lock_id: bytes) -> None:
        """The lock is none of this person's any more: nobody will bring it an answer."""
        self.errands.pop(lock_id, None)

    def drop_late_errands(self, now_ms: int) -> None:
        """Forgets questions that are older than two hours: the lock would refuse the answer."""
        late = [lock for lock, errand in self.errands.items() if not 0 <= now_ms - errand.since_ms <= ERRAND_MS]
        for lock in late:
            del self.errands[lock]


def in_order(grants: Iterable[Held], now: int) -> tuple[Held, ...]:
    """Grants in the order in which to present them: those that hold by the phone's clock first, the longest first.

    The phone's clock (seconds since 1970) only orders; the lock decides by its own (decision 0042).
    """

    def rank(held: Held) -> tuple[bool, int]:
        grant = held.grant
        holds_now = (grant.nbf or 0) <= now < grant.exp
        return (not holds_now, -grant.exp)

    return tuple(sorted(grants, key=rank))
