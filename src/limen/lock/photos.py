"""Stills: ordered after the decision, waiting unseen, sealed, told of, gone (protocol F.5, LOCK-9).

The table is in camera.py; here is what becomes of a picture. One that was kept has its PHOTO record; one that had to go afterwards has a LOSS.
Pictures of wrong codes at a unit door wait in memory alone: a resident who comes in, or a power cut, and nobody ever sees them.
"""

from dataclasses import dataclass

from limen.lock.album import Album
from limen.lock.camera import QUARANTINE_MS, REFUSAL_EVERY_MS, reason_of, waits, wants_photo
from limen.lock.flash import FlashError
from limen.lock.memory import Memory, draft
from limen.wire import limits
from limen.wire.cbor import Malformed
from limen.wire.events import Kind, Loss, LossReason, Method, Result
from limen.wire.grants import Cls
from limen.wire.hpke import HpkeSealer
from limen.wire.photos import PhotoReason, SealedPhoto, seal_photo

DAY_S = 86_400
ORDERED_MAX = 8
"""How many stills the sensor may owe us."""


@dataclass(frozen=True, slots=True)
class _Ordered:
    """A still that was ordered for a record."""

    reason: PhotoReason
    waits: bool


class Photos:
    """At most 64 stills; those of wrong codes at most 16, and one a minute."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._ordered: dict[int, _Ordered] = {}
        self._waiting: dict[int, bytes] = {}
        self._until: int | None = None
        self._refused_at: int | None = None

    @property
    def _album(self) -> Album:
        return self._memory.album

    def booted(self, at: int) -> None:
        """Whatever a power cut left without its record goes, and is said to be gone."""
        self._lose([seq for seq, still in self._album.held.items() if not still.told], LossReason.POWER, at)

    def wanted(self, seq: int, method: Method, cls: Cls | None, at: int, *, granted: bool) -> bool:
        """Whether the sensor is powered for this record; remembers what becomes of the picture."""
        memory, held = self._memory, self._memory.held
        if held is None or memory.faulty or not memory.model.camera or held.config.photo_key is None:
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
        self._ordered[seq] = _Ordered(reason_of(cls, granted=granted), waits(kind, granted=granted))
        while len(self._ordered) > ORDERED_MAX:
            del self._ordered[min(self._ordered)]
        return True

    def taken(self, seq: int, jpeg: bytes, at: int) -> None:
        """A picture nobody ordered is dropped unseen."""
        ordered = self._ordered.pop(seq, None)
        if ordered is None:
            return
        if ordered.waits and self._until is not None:
            self._waiting[seq] = jpeg
        else:
            self._keep(seq, ordered.reason, jpeg, at)

    def forget(self) -> None:
        """The lock changes hands: what waits was the last owner's (inv. 71)."""
        self._ordered.clear()
        self._waiting.clear()
        self._until = self._refused_at = None

    def resident_entered(self) -> None:
        """Somebody at home was mistyping: all waiting pictures go unseen, and those still to come."""
        self._waiting.clear()
        self._until = None
        self._ordered = {seq: ordered for seq, ordered in self._ordered.items() if not ordered.waits}

    def tick(self, at: int) -> None:
        if self._until is not None and at >= self._until:
            waiting, self._waiting, self._until = self._waiting, {}, None
            for seq, jpeg in waiting.items():
                self._keep(seq, PhotoReason.WRONG_CODE, jpeg, at)
        self._forget_old(at)

    def due(self) -> int | None:
        return self._until if self._waiting else None

    def numbers(self) -> list[int]:
        """The records whose stills a courier may carry, oldest first."""
        return [seq for seq, still in self._album.held.items() if still.told]

    def read(self, seq: int) -> SealedPhoto | None:
        try:
            return self._album.read(seq)
        except LookupError:
            return None

    def acknowledge(self, digest: bytes) -> None:
        """The service has this still and those before it, or wants them no more (KL's word). Raises FlashError."""
        last = next((seq for seq, still in self._album.held.items() if still.digest == digest), None)
        if last is not None:
            for seq in [seq for seq in self._album.held if seq <= last]:
                self._album.drop(seq)

    def discard(self, until_utime: int, at: int) -> None:
        """All stills up to that lock time, with a LOSS (F.6)."""
        self._lose([seq for seq, still in self._album.held.items() if still.taken <= until_utime], LossReason.PRIVACY, at)

    def _keep(self, seq: int, reason: PhotoReason, jpeg: bytes, at: int) -> None:
        """Sealed, then told of. What cannot be written is not kept: a picture is never worth an error at a door."""
        held = self._memory.held
        if held is None or held.config.photo_key is None:
            return
        try:
            photo = seal_photo(self._memory.lock_id, seq, reason, jpeg, HpkeSealer(held.config.photo_key))
            self._make_room(reason, at)
            self._album.put(photo, self._memory.read_clock(at).utime)
            self._memory.record(draft(kind=Kind.PHOTO, result=_result(reason), of_seq=seq, photo=photo.digest), at)
            self._album.tell(seq)
        except (FlashError, Malformed):
            return

    def _make_room(self, reason: PhotoReason, at: int) -> None:
        """Wrong codes evict each other beyond 16; beyond 64 the oldest goes, whatever it shows."""
        refusals = [seq for seq, still in self._album.held.items() if still.reason is PhotoReason.WRONG_CODE]
        gone = refusals[:1] if reason is PhotoReason.WRONG_CODE and len(refusals) >= limits.REFUSAL_PHOTOS_MAX else []
        if not gone and len(self._album.held) >= limits.PHOTOS_MAX:
            gone = list(self._album.held)[:1]
        self._lose(gone, LossReason.OVERFLOW, at)

    def _forget_old(self, at: int) -> None:
        since = self._memory.read_clock(at).utime - limits.PHOTO_DAYS * DAY_S
        old = [seq for seq, still in self._album.held.items() if still.taken <= since]
        self._lose(old, LossReason.PRIVACY, at)

    def _lose(self, gone: list[int], reason: LossReason, at: int) -> None:
        """The LOSS is durable before the first of them goes."""
        if not gone:
            return
        lost = Loss(min(gone), max(gone), len(gone), reason)
        refusals = all(self._album.held[seq].reason is PhotoReason.WRONG_CODE for seq in gone)
        result = _result(PhotoReason.WRONG_CODE if refusals else PhotoReason.ENTRY)
        try:
            self._memory.record(draft(kind=Kind.LOSS, result=result, photos_lost=lost), at)
            for seq in gone:
                self._album.drop(seq)
        except FlashError:
            return


def _result(reason: PhotoReason) -> Result:
    """Refusals' stills rank with refusals in the record."""
    return Result.REFUSED if reason is PhotoReason.WRONG_CODE else Result.NOTED
