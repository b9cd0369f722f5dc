"""What can be done at a keypad and a reader, and a life made of it: the words of the chapter entries."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from limen.wire.records import Bucket, ConfigFlags, ListRecord


@dataclass(frozen=True)
class Pause:
    """Nothing but time."""

    ms: int


@dataclass(frozen=True)
class Thrown:
    """Somebody inside throws the deadbolt, or draws it back."""

    thrown: bool


@dataclass(frozen=True)
class Typed:
    """Digits, and the check mark if `ok`; `bolt`: whether it moves; `told`: whether the chapter says what is written down."""

    digits: str
    ok: bool = True
    bolt: bool = True
    told: bool = True


@dataclass(frozen=True)
class Carded:
    """An AES card and how long it takes for its two answers, in milliseconds."""

    uid: bytes
    key: bytes = field(repr=False)
    slot: int = 3
    waits: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Again:
    """The last answer of a card once more."""


@dataclass(frozen=True)
class Counted:
    """A counting card at its next tap."""

    uid: bytes
    key: bytes = field(repr=False)
    count: int = 1


@dataclass(frozen=True)
class Numbered:
    """A card that says its number only."""

    uid: bytes


AtDoor = Pause | Thrown | Typed | Carded | Again | Counted | Numbered


@dataclass(frozen=True)
class Life:
    """A list, the state of the clock, and what happens."""

    steps: Sequence[AtDoor]
    records: tuple[ListRecord, ...] = ()
    flags: ConfigFlags = ConfigFlags.NONE
    bucket: Bucket = field(default_factory=lambda: Bucket(tokens=12, refill_min=10, guard=40))
    lost: bool = False
