"""What this phone has to hand in: receipts, sealed segments of records, readings, stills. Kept until the service has answered each by its key.

The phone cannot open any of it. Handing in twice is handing in once: the key is made from the content (decision 0041).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Literal

Kind = Literal["receipt", "segment", "telemetry", "photo"]
KINDS: Final[tuple[Kind, ...]] = ("receipt", "segment", "telemetry", "photo")
Status = Literal["taken", "known", "refused"]

BATCH_ITEMS: Final = 64
BATCH_BYTES: Final = 200 * 1024  # the gateway takes 256 KiB in all; the rest is framing
ITEM_BYTES: Final = 64 * 1024
KEEP_MS: Final = 30 * 24 * 3600 * 1000  # protocol B.8: erased after 30 days
MOST_ITEMS: Final = 20_000  # about 80 MB of segments: a phone that nobody lets near a signal


class OutboxFull(Exception):
    """The outbox holds all it may: the conversation ends here, the lock keeps the rest."""


@dataclass(frozen=True)
class Item:
    """One thing to hand in. `data` is opaque; `key` is 16 bytes; `lock_id` 8."""

    key: bytes
    kind: Kind
    lock_id: bytes
    data: bytes


def item(kind: Kind, lock_id: bytes, data: bytes) -> Item:
    """The same content always makes the same key, so a segment that was pulled twice is one item."""
    if len(data) > ITEM_BYTES:
        raise ValueError(f"an item is at most {ITEM_BYTES} bytes")
    digest = sha256(b"dl/outbox/1" + kind.encode("ascii") + b"\x00" + lock_id + data).digest()
    return Item(key=digest[:16], kind=kind, lock_id=lock_id, data=data)


@dataclass
class Outbox:
    """Items in the order in which they came, with the phone's time of keeping them (milliseconds since 1970)."""

    kept: dict[bytes, tuple[Item, int]] = field(default_factory=dict)

    def put(self, one: Item, now_ms: int) -> bool:
        """True if it was not there yet."""
        if one.key in self.kept:
            return False
        if len(self.kept) >= MOST_ITEMS:
            raise OutboxFull
        self.kept[one.key] = (one, now_ms)
        return True

    def batch(self) -> tuple[Item, ...]:
        """The oldest items, as many as one request takes."""
        chosen: list[Item] = []
        size = 0
        for one, _ in self.kept.values():
            size += len(one.data) + 64
            if len(chosen) == BATCH_ITEMS or (chosen and size > BATCH_BYTES):
                break
            chosen.append(one)
        return tuple(chosen)

    def answered(self, answers: Iterable[tuple[bytes, Status]]) -> tuple[Item, ...]:
        """Drops what the service answered, by key; any answer ends an item, silence does not. Returns what was dropped."""
        gone = [self.kept.pop(key)[0] for key, _ in answers if key in self.kept]
        return tuple(gone)

    def forget_old(self, now_ms: int) -> tuple[Item, ...]:
        """Erases what is older than 30 days: the lock still has what was never acknowledged."""
        old = [key for key, (_, since) in self.kept.items() if now_ms - since > KEEP_MS]
        return tuple(self.kept.pop(key)[0] for key in old)

    def forget_doors(self, still_held: frozenset[bytes]) -> tuple[Item, ...]:
        """Erases segments, readings and stills of doors whose grant ended; receipts stay, they prove something and reveal nothing."""
        gone = [key for key, (one, _) in self.kept.items() if one.kind != "receipt" and one.lock_id not in still_held]
        return tuple(self.kept.pop(key)[0] for key in gone)
