"""Stills after they were taken: sealed, or waiting unseen, or gone (protocol F.5, LOCK-9). In memory of this body; flash for them is issue 3's."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from limen.lock.camera import PHOTOS_MAX, QUARANTINE_MS, REFUSAL_EVERY_MS, REFUSALS_MAX, waits, wants_photo
from limen.lock.memory import Memory, draft
from limen.wire.events import Kind, Method
from limen.wire.grants import Cls
from limen.wire.shape import u32


@dataclass
class _Wanted:
    """A still that was ordered for a record."""

    seq: int
    waits: bool
    refusal: bool


class Photos:
    """At most 64 sealed stills; those of wrong codes at most 16 and one a minute."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._wanted: dict[int, _Wanted] = {}
        self._waiting: dict[int, bytes] = {}
        self._until: int | None = None
        self._sealed: OrderedDict[int, tuple[bytes, bool]] = OrderedDict()
        self._refused_at: int | None = None

    def wanted(self, seq: int, method: Method, cls: Cls | None, at: int, *, granted: bool) -> bool:
        """Whether the sensor is powered for this record; remembers what becomes of the picture."""
        held = self._memory.held
        if held is None or not self._memory.model.camera:
            return False
        kind = held.config.door_kind
        if not wants_photo(kind, method, cls, granted=granted):
            return False
        if not granted:
            if waits(kind, granted=granted):
                self._until = at + QUARANTINE_MS
            if self._refused_at is not None and at - self._refused_at < REFUSAL_EVERY_MS:
                return False
            self._refused_at = at
        self._wanted[seq] = _Wanted(seq, waits(kind, granted=granted), not granted)
        return True

    def taken(self, seq: int, jpeg: bytes, at: int) -> None:
        """A picture nobody ordered is dropped unseen."""
        wanted = self._wanted.pop(seq, None)
        if wanted is None:
            return
        if wanted.waits:
            self._waiting[seq] = jpeg
        else:
            self._seal(seq, jpeg, at, refusal=wanted.refusal)

    def resident_entered(self) -> None:
        """Somebody at home was mistyping: all waiting pictures go unseen."""
        self._waiting.clear()
        self._until = None

    def tick(self, at: int) -> None:
        if self._until is None or at < self._until:
            return
        waiting, self._waiting, self._until = self._waiting, {}, None
        for seq, jpeg in waiting.items():
            self._seal(seq, jpeg, at, refusal=True)

    def due(self) -> int | None:
        return self._until if self._waiting else None

    def read(self, seq: int, offset: int, most: int) -> bytes:
        """Part of a sealed picture; empty if there is no such one or no such part."""
        return self._sealed.get(seq, (b"", False))[0][offset : offset + most]

    def _seal(self, seq: int, jpeg: bytes, at: int, *, refusal: bool) -> None:
        owner = self._memory.owner
        if owner is None:
            return
        refusals = [key for key, (_, of_refusal) in self._sealed.items() if of_refusal]
        if refusal and len(refusals) >= REFUSALS_MAX:
            del self._sealed[refusals[0]]
        while len(self._sealed) >= PHOTOS_MAX:
            self._sealed.popitem(last=False)
        self._sealed[seq] = (owner.log.seal(jpeg, b"dl/photo/1" + self._memory.lock_id + u32(seq)), refusal)
        self._memory.try_record(draft(kind=Kind.PHOTO, of_seq=seq, photo=hashlib.sha256(jpeg).digest()[:16]), at)
