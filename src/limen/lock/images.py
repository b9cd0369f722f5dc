"""Two places for an image, one of them good, and which one a start runs (part G, LOCK-11).

Everything that decides a start stands in one note, so each step below is one durable record: there is no instant between. The bytes of the
good image are never touched; the security counter rises when an image is confirmed, and falls never.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace

from limen.lock.flash import STAGING_HEAD_PAGES, Area, Flash, FlashError, Layout
from limen.lock.notes import Notes
from limen.wire import cbor, shape
from limen.wire.firmware import DIGEST_BYTES, Image

FIRMWARE_VERSION = 1
SECURITY_COUNTER = 1
STATE_SCHEMA = 1
"""The form in which this lock stores its list, notes and record. An image reads its own form and the one before, and writes the older until confirmed."""
FAILED_STARTS = 3
_KEY = b"firmware"
_READ_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Installed:
    """What lies in a slot; `size` 0 is the image the lock was born with, which lies in no area."""

    number: int
    version: int
    counter: int
    size: int
    digest: bytes

    @classmethod
    def of(cls, image: Image) -> "Installed":
        return cls(image.number, image.version, image.counter, image.size, image.digest)


BORN_WITH = Installed(0, FIRMWARE_VERSION, SECURITY_COUNTER, 0, bytes(DIGEST_BYTES))


@dataclass(frozen=True, slots=True)
class Before:
    """How things stood when a new image was started: list and clock must be found again by it."""

    epoch: int
    ver: int
    after: bytes
    rtc_ms: int


@dataclass(frozen=True, slots=True)
class State:
    """`good` is the slot that is confirmed; the other one is empty, `receiving`, `ready`, or on trial for the `tries`-th time (0: not)."""

    good: int = 0
    images: tuple[Installed | None, Installed | None] = (BORN_WITH, None)
    receiving: bool = False
    ready: bool = False
    tries: int = 0
    before: Before | None = None
    counter: int = SECURITY_COUNTER
    stopped: Installed | None = None
    untold: bool = False
    """The last change of image is not in the record yet."""

    @property
    def other(self) -> int:
        return 1 - self.good


class Slots:
    """What this lock runs and may run next."""

    def __init__(self, flash: Flash, layout: Layout, notes: Notes) -> None:
        self._flash, self._layout, self._notes = flash, layout, notes
        kept = notes.get(_KEY)
        self.state = _read(kept) if kept is not None else State()
        self.running, self.on_trial = self._good(), False

    def boot(self) -> None:
        """Before anything else of a start. An image on trial gets three starts; one that does not read back gets none."""
        tried = self.state.images[self.state.other] if self.state.tries else None
        if tried is None:
            return
        with suppress(FlashError):  # a start that cannot be counted is none of its three: the good image runs
            if self.state.tries > FAILED_STARTS or not self.whole(tried):
                self.revert()
                return
            self._keep(replace(self.state, tries=self.state.tries + 1))
            self.running, self.on_trial = tried, True

    @property
    def last_start(self) -> bool:
        """Whether the image on trial has used up its starts."""
        return self.state.tries > FAILED_STARTS

    @property
    def area(self) -> Area:
        """The area of the slot that is not good: where an image arrives."""
        return self._layout.images[self.state.other]

    def receive(self) -> None:
        """An image begins to arrive; whatever lay there is not an image any more."""
        self._keep(replace(self.state, images=self._with(None), receiving=True, ready=False))

    def arrived(self, image: Image) -> bool:
        """All bytes are there; False if they are not the image. From here on it may be started."""
        installed = Installed.of(image)
        if not self.whole(installed):
            return False
        self._keep(replace(self.state, images=self._with(installed), receiving=False, ready=True))
        return True

    def start(self, before: Before) -> None:
        """The next start runs the image that arrived, on trial."""
        self._keep(replace(self.state, ready=False, tries=1, before=before))

    def confirm(self) -> None:
        """The image on trial is the good one from here on; now its security counter counts."""
        state = self.state
        counter = max(state.counter, self.running.counter)
        self._keep(replace(state, good=state.other, tries=0, before=None, counter=counter, stopped=None, untold=True))
        self.on_trial = False

    def revert(self) -> None:
        """Back to the good image; the other one is not tried again."""
        state = self.state
        self._keep(replace(state, images=self._with(None), tries=0, before=None, stopped=state.images[state.other], untold=True))

    def told(self) -> None:
        """The change is in the record."""
        self._keep(replace(self.state, untold=False))

    def whole(self, image: Installed) -> bool:
        """Whether the bytes in the other slot are this image."""
        digest = hashlib.sha256()
        start = STAGING_HEAD_PAGES * self.area.page_bytes
        for at in range(0, image.size, _READ_BYTES):
            digest.update(self._flash.read(self.area, start + at, min(_READ_BYTES, image.size - at)))
        return digest.digest() == image.digest

    def _good(self) -> Installed:
        return self.state.images[self.state.good] or BORN_WITH

    def _with(self, image: Installed | None) -> tuple[Installed | None, Installed | None]:
        good = self.state.images[self.state.good]
        return (good, image) if self.state.good == 0 else (image, good)

    def _keep(self, state: State) -> None:
        self._notes.put(_KEY, _packed(state))
        self.state = state


def _packed(state: State) -> bytes:
    before = state.before
    return cbor.encode(
        [
            state.good,
            [_fields(image) for image in state.images],
            state.receiving,
            state.ready,
            state.tries,
            None if before is None else [before.epoch, before.ver, before.after, before.rtc_ms],
            state.counter,
            _fields(state.stopped),
            state.untold,
        ]
    )


def _read(kept: bytes) -> State:
    good, images, receiving, ready, tries, before, counter, stopped, untold = shape.array(cbor.decode(kept), 9)
    first, second = shape.array(images, 2)
    return State(
        good=shape.uint(good, 1),
        images=(_installed(first), _installed(second)),
        receiving=receiving is True,
        ready=ready is True,
        tries=shape.uint(tries, FAILED_STARTS + 1),
        before=None if before is None else _before(before),
        counter=shape.uint(counter, shape.U32),
        stopped=_installed(stopped),
        untold=untold is True,
    )


def _fields(image: Installed | None) -> list[cbor.Encodable] | None:
    return None if image is None else [image.number, image.version, image.counter, image.size, image.digest]


def _installed(value: cbor.Value) -> Installed | None:
    if value is None:
        return None
    number, version, counter, size, digest = shape.array(value, 5)
    return Installed(
        shape.uint(number, shape.U32),
        shape.uint(version, shape.U32),
        shape.uint(counter, shape.U32),
        shape.uint(size, shape.U32),
        shape.blob(digest, DIGEST_BYTES),
    )


def _before(value: cbor.Value) -> Before:
    epoch, ver, after, rtc_ms = shape.array(value, 4)
    return Before(shape.uint(epoch, shape.U32), shape.uint(ver, shape.U32), shape.blob(after, 16), shape.uint(rtc_ms))
