"""From a decision to a bolt: the record first, durable, then the motor (LOCK-13, protocol C.2, inv. 35).

What is granted and cannot be recorded stays shut, except to class 1: at the door of a unit, and at any door whose model has no cylinder for a metal
key (A.3, FAULT). Their entry is counted as lost and they come in.
"""

from dataclasses import dataclass, replace

from limen.lock.bucket import Charged
from limen.lock.codes import Issue, Temporary
from limen.lock.commands import Command, LensState, Noticed, ReleaseBolt, ShowLens, TakePhoto, Words
from limen.lock.decide import Granted, Refused
from limen.lock.doorway import Doorway
from limen.lock.flash import FlashError
from limen.lock.memory import Memory, draft
from limen.lock.photos import Photos
from limen.wire.events import Event, Kind, Method, Result, TempRef
from limen.wire.grants import Cls
from limen.wire.records import DoorKind
from limen.wire.refusals import Reason

WAY = {
    Method.APP: "app",
    Method.CODE: "code",
    Method.TEMPORARY_CODE: "temporary code",
    Method.CARD: "card",
    Method.CARD_UID: "plain card",
    Method.CARD_SUN: "counting card",
    Method.METAL_KEY: "metal key",
    Method.INSIDE: "from inside",
    Method.REMOTE: "remote",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A way in that was decided: by what, and what hangs on the bolt having moved."""

    method: Method
    temporary: Temporary | None = None
    charged: Charged | None = None


@dataclass(frozen=True, slots=True)
class _Moving:
    """The bolt was told to move for this record."""

    seq: int | None
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Outcome:
    """Commands, and whether the bolt is among them; a refusal carries its reason for the one who proved themselves."""

    commands: list[Command]
    refused: Reason | None = None


class Openings:
    """All ways in end here."""

    def __init__(self, memory: Memory, photos: Photos, doorway: Doorway) -> None:
        self._memory, self.photos, self.doorway = memory, photos, doorway
        self._moving: _Moving | None = None
        self.opened_since_start = False

    def open(self, granted: Granted, attempt: Attempt, at: int) -> Outcome:
        """Record, first use, then the bolt; in this order durable."""
        memory = self._memory
        held = memory.held
        assert held is not None
        try:
            seq = self._record(granted, attempt, at)
            self._use(attempt.temporary, at)
        except FlashError:
            if granted.cls is not Cls.RESIDENT or (memory.model.cylinder and held.config.door_kind is not DoorKind.UNIT):
                return Outcome(
                    [ShowLens(LensState.BLINK, Words.NOT_ACCEPTED), Noticed("not opened: no record could be written")], Reason.NOT_RECORDED
                )
            seq = None
        self._moving, self.opened_since_start = _Moving(seq, attempt), True
        if granted.cls is Cls.RESIDENT and held.config.door_kind is DoorKind.UNIT:
            self.photos.resident_entered()
        if granted.stale:
            memory.try_record(draft(kind=Kind.STALE, ver=memory.known_newer), at)
        engaged_ms = memory.model.engaged(held.config.engaged_ms)
        commands: list[Command] = [
            ReleaseBolt(engaged_ms),
            ShowLens(LensState.RING, Words.OPEN, engaged_ms // 1000),
            Noticed(f"opened, {WAY[attempt.method]}"),
        ]
        self.doorway.let_through(engaged_ms, at)
        return Outcome([*commands, *self.doorway.entered(at), *self._photo(seq, attempt.method, granted.cls, at, granted=True)])

    def refuse(self, refused: Refused, attempt: Attempt, at: int) -> Outcome:
        """Nothing moves; the reason is in the record, and at keypad and card nowhere else."""
        event = draft(
            kind=Kind.ENTRY,
            method=attempt.method,
            result=Result.REFUSED,
            reason=refused.reason,
            subj=refused.subj,
            cls=refused.cls,
            ref=refused.ref if attempt.temporary is None else _ref(attempt.temporary),
        )
        seq = self._memory.try_record(event, at)
        words = Words.BOLT_THROWN if refused.reason is Reason.BOLT_THROWN and attempt.method is Method.APP else Words.NOT_ACCEPTED
        commands: list[Command] = [ShowLens(LensState.BLINK, words), Noticed(f"{WAY[attempt.method]} refused")]
        return Outcome([*commands, *self._photo(seq, attempt.method, refused.cls, at, granted=False)], refused.reason)

    def bolt_moved(self, ok: bool, at: int) -> list[Command]:
        """After it moved a right code gets its token back; after a failure a code that opens once gets its grace."""
        moving, self._moving, held = self._moving, None, self._memory.held
        if moving is None or held is None:
            return []
        attempt = moving.attempt
        try:
            if ok and attempt.charged is not None:
                self._memory.bucket.settle(attempt.charged, held.config.bucket, at)
            if not ok and attempt.temporary is not None:
                self._memory.uses.failed(_issue(attempt.temporary), at)
        except FlashError:
            return []  # a token more or less; the door has done what it could
        if ok:
            return []
        self._memory.try_record(draft(kind=Kind.BOLT, method=attempt.method, result=Result.FAILED, of_seq=moving.seq), at)
        return [ShowLens(LensState.BLINK, Words.NOT_ACCEPTED), Noticed("the bolt did not move")]

    def note(self, kind: Kind, method: Method, at: int, result: Result = Result.DONE) -> list[Command]:
        """Something was sensed that nobody asks the lock for: metal key, inside handle, deadbolt. Recorded at once (LOCK-13)."""
        self._memory.try_record(draft(kind=kind, method=method, result=result), at)
        return [Noticed({Kind.METAL_KEY: "metal key turned", Kind.INSIDE: "opened from inside"}.get(kind, "deadbolt moved inside"))]

    def _record(self, granted: Granted, attempt: Attempt, at: int) -> int:
        event: Event = draft(
            kind=Kind.ENTRY,
            method=attempt.method,
            result=Result.GRANTED,
            subj=granted.subj,
            cls=granted.cls,
            ref=granted.ref,
            duress=granted.duress,
        )
        if attempt.temporary is not None:
            event = replace(event, ref=_ref(attempt.temporary))
        return self._memory.record(event, at)

    def _use(self, temporary: Temporary | None, at: int) -> None:
        if temporary is not None and temporary.first_use:
            self._memory.uses.add(_issue(temporary), self._memory.read_clock(at).utime, at)

    def _photo(self, seq: int | None, method: Method, cls: Cls | None, at: int, *, granted: bool) -> list[Command]:
        if seq is None or not self.photos.wanted(seq, method, cls, at, granted=granted):
            return []
        return [TakePhoto(seq)]


def _issue(temporary: Temporary) -> Issue:
    return temporary.issue.cls, temporary.issue.b, temporary.issue.idx


def _ref(temporary: Temporary) -> TempRef:
    return TempRef(int(temporary.issue.cls), temporary.issue.b, temporary.issue.idx)
