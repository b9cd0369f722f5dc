"""What a lock wants done, in this order. What must be durable before a command already is when the command exists (decision 0030)."""

from dataclasses import dataclass
from enum import Enum


class LensState(Enum):
    """What the lens shows; the body and the bench know how each looks."""

    ASLEEP = "asleep"
    AWAKE = "awake"
    DIGIT = "digit"
    RING = "ring"
    BLINK = "blink"
    WAITING = "waiting"
    NO_POWER = "no power"


class Words(Enum):
    """The sentence that belongs to a lens state; surfaces translate, `{seconds}` comes with the command."""

    ASLEEP = "Asleep. Touch the lens."
    TYPE = "Type the digits, then the check mark."
    OPEN = "Open for {seconds} seconds."
    NOT_ACCEPTED = "Not accepted."
    TOO_MANY = "Too many wrong codes. Next try in {seconds} seconds. App, card and key work."
    NO_POWER = "No power."
    CLOCK_LOST = "Started. Clock lost."
    BOLT_THROWN = "Thrown from inside."


@dataclass(frozen=True, slots=True)
class ReleaseBolt:
    """Engage for so long; the record of it is durable. The body answers with `BoltMoved`."""

    ms: int


@dataclass(frozen=True, slots=True)
class HoldBolt:
    """Keep the strike released until told otherwise (passage hours); False: no longer."""

    held: bool


@dataclass(frozen=True, slots=True)
class SendFrame:
    link: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class CloseLink:
    link: int


@dataclass(frozen=True, slots=True)
class ShowLens:
    state: LensState
    words: Words
    seconds: int = 0

    @property
    def sentence(self) -> str:
        return self.words.value.format(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """To the card in the field: the lock's half of the authentication (32 bytes), then the read of its file (15 bytes)."""

    data: bytes


@dataclass(frozen=True, slots=True)
class TakePhoto:
    """Power the sensor, take one still for the record `seq`, hand it over as `PhotoTaken`, zero the buffer (LOCK-9)."""

    seq: int


@dataclass(frozen=True, slots=True)
class WakeAt:
    """A `Ticked` at this moment or soon after; the newest replaces the one before. None: nothing to wait for."""

    at: int | None


@dataclass(frozen=True, slots=True)
class DialGateway:
    """This lock is connected and owned: open the outgoing link, to the gateway whose certificate the ticket pinned."""

    certificate: bytes | None


@dataclass(frozen=True, slots=True)
class TestYourself:
    """Radio up, and does the motor's position follow a small movement? The body answers with `SelfTested` (part G)."""


@dataclass(frozen=True, slots=True)
class Restart:
    """Start anew at once, without losing the crystal's time: the bootloader decides which image runs."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """A line for the bench's "What happened": words without digits and without names, never part of the record."""

    words: str


Command = (
    ReleaseBolt
    | HoldBolt
    | SendFrame
    | CloseLink
    | ShowLens
    | AnswerCard
    | TakePhoto
    | WakeAt
    | DialGateway
    | TestYourself
    | Restart
    | Noticed
)
