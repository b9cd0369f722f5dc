"""Firmware arriving, started on trial, confirmed or given up (part G, LOCK-11).

An image comes in only if the offline keys, the fresh list and the direction in this lock's own sealed list agree on it, and only after its
model, revision and counter were looked at. It is started when the door has been left alone for a minute, and it stays only if it finds list
and clock as they were, feels its radio and motor, and somebody comes in by it or ten minutes pass.
"""

from dataclasses import dataclass

from limen.lock.attesting import receipt
from limen.lock.capabilities import BATTERY_FIRMWARE
from limen.lock.clock import PERSIST_EVERY_MS
from limen.lock.commands import Command, Noticed, ReleaseBolt, Restart, TestYourself
from limen.lock.events import SelfTested
from limen.lock.flash import FlashError
from limen.lock.images import STATE_SCHEMA, Before
from limen.lock.memory import Memory, draft
from limen.lock.sessions import Session
from limen.lock.staging import Lease, Staging
from limen.wire.answers import Answer, Busy, Denied, Settled, Staged, bitmap_of
from limen.wire.cbor import WireError
from limen.wire.events import Kind, Result
from limen.wire.firmware import Direction, Image, Parts, read_offer
from limen.wire.operations import Op
from limen.wire.refusals import Reason, Status

QUIET_MS = 60_000
TRIAL_MS = 10 * 60_000
RETRY_MS = 60_000


@dataclass
class _Trial:
    """The image that runs is on trial until `until`; `passed` once it has found everything in order."""

    until: int
    passed: bool = False


class Firmware:
    """One lock's images."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._staging: Staging[Parts] | None = None
        self._lease = Lease()
        self._trial: _Trial | None = None
        self._quiet_at = 0
        self.restarting = False

    # ---- arriving

    def offer(self, session: Session, data: bytes, at: int) -> Answer:
        """Answers the statements about an image; nothing is stored before all of them hold."""
        memory = self._memory
        assert memory.owner is not None
        try:
            offer = read_offer(data)
            image = memory.owner.trust.believe(offer, memory.model.number, memory.read_clock(at).floor_ms // 1000)
            parts = Parts.of(image, offer.hashes)
        except WireError:
            return Denied(Op.FIRMWARE)
        except FlashError:
            return Busy(Op.FIRMWARE, RETRY_MS)
        if image.digest == memory.slots.running.digest:
            return Settled(Op.FIRMWARE, Status.ALREADY, receipt(memory, session, at))
        reason = self._unfit(image) or self._undirected(image, at) or self._weak()
        if reason is not None:
            return Denied(Op.FIRMWARE, reason)
        return self._begin(session, data, parts, at)

    def chunk(self, session: Session, index: int, data: bytes, at: int) -> Answer:
        """One chunk, hashed as it arrives."""
        staging, staged = self._staging, self._staging.now if self._staging else None
        if staging is None or staged is None or not self._lease.is_of(session.link):
            return Busy(Op.FIRMWARE, self._lease.wait_ms(session.link, at) or 1000)
        if not staged.manifest.holds_chunk(index, data):
            return Denied(Op.FIRMWARE)
        self._lease.take(session.link, at)
        try:
            if index not in staged.have:
                staging.put(index, data)
            if staged.complete and not self._memory.slots.arrived(staged.manifest.image):
                staging.discard()
                return Denied(Op.FIRMWARE)
        except FlashError:
            return Busy(Op.FIRMWARE, RETRY_MS)
        return Staged(Op.FIRMWARE, staged.bitmap)

    def forget(self, link: int) -> None:
        self._lease.drop(link)

    def _begin(self, session: Session, data: bytes, parts: Parts, at: int) -> Answer:
        slots = self._memory.slots
        if slots.on_trial or self._lease.wait_ms(session.link, at):
            return Busy(Op.FIRMWARE, self._lease.wait_ms(session.link, at) or RETRY_MS)
        arrived = slots.state.images[slots.state.other]
        if slots.state.ready and arrived is not None and arrived.digest == parts.image.digest:
            return Staged(Op.FIRMWARE, bitmap_of(set(range(parts.chunks)), parts.chunks))
        try:
            staging = self._arriving()
            if staging.now is None or staging.now.manifest != parts:
                slots.receive()
                staging.begin(data, parts, self._memory.read_clock(at).rtc_ms)
        except FlashError:
            return Busy(Op.FIRMWARE, RETRY_MS)
        self._lease.take(session.link, at)
        assert staging.now is not None
        return Staged(Op.FIRMWARE, staging.now.bitmap)

    def _arriving(self) -> Staging[Parts]:
        """The slot that is not good, and what a courier before this one, or before a power cut, has brought of an image."""
        memory, slots = self._memory, self._memory.slots
        if self._staging is not None and self._staging.area == slots.area:
            return self._staging
        self._staging = Staging(memory.ports.flash, slots.area, memory.layout.image_bits)
        found = self._staging.unverified_statement() if slots.state.receiving else None
        if found is not None and memory.owner is not None:
            try:
                offer = read_offer(found[0])
                floor_s = memory.clock.read(0).floor_ms // 1000
                image = memory.owner.trust.believe(offer, memory.model.number, floor_s)
                self._staging.resume(found[0], Parts.of(image, offer.hashes), found[1])
            except WireError:
                pass  # another owner's, or superseded: it is begun anew
        return self._staging

    def _unfit(self, image: Image) -> Reason | None:
        """Whether it could run here at all; the model was proven with the targets."""
        running, slots = self._memory.slots.running, self._memory.slots
        first, last = image.hardware
        fits = first <= self._memory.model.hardware <= last and image.schema_min <= STATE_SCHEMA
        if not fits or running.version < image.min_from or image.counter < slots.state.counter:
            return Reason.WRONG_IMAGE
        stopped = slots.state.stopped
        return Reason.SELF_TEST_FAILED if stopped is not None and stopped.digest == image.digest else None

    def _undirected(self, image: Image, at: int) -> Reason | None:
        """Whether this lock's own list wants exactly this image now."""
        direction = self._memory.direction
        if direction is None or direction.image != (image.number, image.short):
            return Reason.NEEDS_UPDATE
        return self._untimely(direction, at)

    def _untimely(self, direction: Direction, at: int) -> Reason | None:
        """A weak clock ends nothing early: over is over only when the floor says so."""
        now = self._memory.read_clock(at)
        if now.utime < direction.starts:
            return Reason.NOT_STARTED
        return Reason.ENDED if now.floor_ms > direction.ends * 1000 else None

    def _weak(self) -> Reason | None:
        """LOCK-6: 40 percent, or what the direction asks for above that. Wired models have no battery to lose."""
        memory, direction = self._memory, self._memory.direction
        if memory.model.wired:
            return None
        least = max(BATTERY_FIRMWARE, direction.battery if direction else 0)
        return Reason.BATTERY if memory.battery is None or memory.battery < least or memory.jumpstart else None

    # ---- starting

    def booted(self, at: int) -> list[Command]:
        """After a start: a trial begins, or what became of the last one is told."""
        slots = self._memory.slots
        self._tell(at)
        if not slots.on_trial:
            return []
        if not self._finds_itself(at):
            return self._fail()
        self._trial = _Trial(at + TRIAL_MS)
        return [Noticed(f"trying firmware {slots.running.version}"), TestYourself()]

    def moved(self, commands: list[Command], at: int) -> None:
        """The door is in use: nothing restarts for a minute after the bolt has engaged again."""
        for command in commands:
            if isinstance(command, ReleaseBolt):
                self._quiet_at = max(self._quiet_at, at + command.ms + QUIET_MS)

    def tested(self, event: SelfTested, at: int) -> list[Command]:
        """What the body felt of itself."""
        if self._trial is None:
            return []
        if not (event.radio and event.motor):
            return self._fail()
        self._trial.passed = True
        return []

    def authenticated(self, at: int) -> list[Command]:
        """Somebody came in by the image on trial: that is what a lock is for."""
        return self._confirm(at) if self._trial is not None and self._trial.passed else []

    def tick(self, at: int, *, talking: bool) -> list[Command]:
        """Ends a trial whose time is over, or begins one when the door is left alone."""
        if self._trial is not None:
            if at < self._trial.until:
                return []
            return self._confirm(at) if self._trial.passed else self._fail()
        return [] if talking or at < self._quiet_at else self._start(at)

    def due(self, at: int) -> int | None:
        if self._trial is not None:
            return self._trial.until
        if not self._memory.slots.state.ready or self.restarting:
            return None
        return max(self._quiet_at, at + (QUIET_MS if self._may_start(at) else PERSIST_EVERY_MS))

    def _start(self, at: int) -> list[Command]:
        memory, slots = self._memory, self._memory.slots
        arrived = slots.state.images[slots.state.other]
        if not slots.state.ready or arrived is None or memory.held is None or self.restarting or not self._may_start(at):
            return []
        state = memory.held.state
        try:
            slots.start(Before(state.epoch, state.ver, memory.held.after, memory.read_clock(at).rtc_ms))
            memory.keep_clock(at)
        except FlashError:
            return []
        return self._restart(f"restarting with firmware {arrived.version}")

    def _may_start(self, at: int) -> bool:
        """Direction, dates and battery once more: days may lie between arriving and now."""
        slots, direction = self._memory.slots, self._memory.direction
        arrived = slots.state.images[slots.state.other]
        if arrived is None or direction is None or direction.image != (arrived.number, arrived.digest[:16]):
            return False
        return arrived.counter >= slots.state.counter and self._untimely(direction, at) is None and self._weak() is None

    def _finds_itself(self, at: int) -> bool:
        """The list as it was or newer, and a clock that went on, unless the owner or the power went meanwhile."""
        memory, before = self._memory, self._memory.slots.state.before
        if memory.faulty or before is None:
            return False
        if memory.held is None:
            return memory.store.commit is not None and memory.store.holding is None
        state = memory.held.state
        if (state.epoch, state.ver) == (before.epoch, before.ver):
            same = memory.held.after == before.after
        else:
            same = (state.epoch, state.ver) > (before.epoch, before.ver)
        return same and (memory.power_lost or memory.read_clock(at).rtc_ms >= before.rtc_ms)

    def _confirm(self, at: int) -> list[Command]:
        try:
            self._memory.slots.confirm()
        except FlashError:
            return []
        self._trial = None
        self._tell(at)
        return [Noticed(f"runs firmware {self._memory.slots.running.version}")]

    def _fail(self) -> list[Command]:
        """Another start, or back to the good image after the third."""
        self._trial = None
        slots, version = self._memory.slots, self._memory.slots.running.version
        try:
            if slots.last_start:
                slots.revert()
        except FlashError:
            pass  # the next start counts one more and goes back by itself
        return self._restart(f"firmware {version} failed its self-test")

    def _restart(self, words: str) -> list[Command]:
        self.restarting = True
        return [Noticed(words), Restart()]

    def _tell(self, at: int) -> None:
        """Which image runs now, or which one was given up, in the record: at least once, also over a power cut."""
        memory, state = self._memory, self._memory.slots.state
        if not state.untold or memory.held is None:
            return
        gone = state.stopped
        event = draft(
            kind=Kind.FIRMWARE,
            result=Result.DONE if gone is None else Result.FAILED,
            ver=memory.slots.running.version if gone is None else gone.version,
        )
        try:
            memory.record(event, at)
            memory.slots.told()
        except FlashError:
            return
