"""What can happen to a lock. The body turns everything it feels into one of these and hands it to `Lock.handle`.

Nothing in here is trusted: a frame may be anything, a card may lie, a courier may be nobody.
"""

from dataclasses import dataclass, field
from enum import Enum

from limen.lock.battery import Chemistry
from limen.wire.cards import SunMessage


class Cause(Enum):
    """Why the lock started."""

    POWER = "power"
    """Power had been gone: time is lost, what was in memory is gone (rule P)."""
    RESTART = "restart"
    """The program began anew while the crystal went on."""


@dataclass(frozen=True, slots=True)
class Booted:
    """The first event of a life."""

    cause: Cause
    jumpstart: bool = False


@dataclass(frozen=True, slots=True)
class Connected:
    """A link came up. `outgoing`: the lock dialled it itself, to its gateway (B.10). `frame_bytes` is what the link carries."""

    link: int
    outgoing: bool = False
    frame_bytes: int = 509


@dataclass(frozen=True, slots=True)
class FrameArrived:
    link: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Disconnected:
    link: int


@dataclass(frozen=True, slots=True)
class LensTouched:
    """The touch that wakes; it is no digit."""


@dataclass(frozen=True, slots=True)
class DigitTyped:
    digit: int


@dataclass(frozen=True, slots=True)
class CheckPressed:
    """The check-mark key."""


@dataclass(frozen=True, slots=True)
class CardTapped:
    """A card is in the field. `first_answer` is what an AES card said to the first half of its authentication, `sun` what a weak one wrote;
    neither: nothing but its number."""

    uid: bytes
    first_answer: bytes | None = None
    sun: SunMessage | None = None


@dataclass(frozen=True, slots=True)
class CardAnswered:
    """The card's answer to the last `AnswerCard`: its proof, then its sealed file."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class KeyTurned:
    """The metal key turned the cylinder."""


@dataclass(frozen=True, slots=True)
class InsideHandle:
    """Somebody goes out: by the handle, or on a wired door by the exit button or sensor."""


@dataclass(frozen=True, slots=True)
class InsideButton:
    """The button on the inside: pressed to let an installer begin (A.2) or to end a passage early (LOCK-16), held to have it activated anew (A.3)."""

    held_ms: int = 0


@dataclass(frozen=True, slots=True)
class InsideBolt:
    """The deadbolt was thrown or withdrawn from inside (models with a privacy deadbolt)."""

    thrown: bool


@dataclass(frozen=True, slots=True)
class DoorMoved:
    """The sensor of a wired door felt it open or close."""

    opened: bool


@dataclass(frozen=True, slots=True)
class BoltMoved:
    """What became of the last `ReleaseBolt`."""

    ok: bool


@dataclass(frozen=True, slots=True)
class BatteryMeasured:
    """Charge in percent; None on wired models."""

    percent: int | None


@dataclass(frozen=True, slots=True)
class VoltageMeasured:
    """All cells in series, in millivolts, while the motor pulls; for bodies with a voltmeter instead of a gauge."""

    millivolts: int
    chemistry: Chemistry


@dataclass(frozen=True, slots=True)
class PhotoTaken:
    """The camera's still for the record `seq`."""

    seq: int
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SelfTested:
    """What the body felt of itself when it was told to test: radio up, motor and its position sensor moving."""

    radio: bool
    motor: bool


@dataclass(frozen=True, slots=True)
class RecordWillBeOmitted:
    """A fault for the demonstration: the next courier to pull gets the record with one place missing."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """A moment that was asked for by `WakeAt` has come."""


Event = (
    Booted
    | Connected
    | FrameArrived
    | Disconnected
    | LensTouched
    | DigitTyped
    | CheckPressed
    | CardTapped
    | CardAnswered
    | KeyTurned
    | InsideHandle
    | InsideButton
    | InsideBolt
    | DoorMoved
    | BoltMoved
    | BatteryMeasured
    | VoltageMeasured
    | PhotoTaken
    | SelfTested
    | RecordWillBeOmitted
    | Ticked
)
