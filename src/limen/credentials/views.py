"""What the room tells others, as values. Digits appear in `MadeCode` alone, which is told once and stored nowhere."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from limen.access.views import AccessWindow


@dataclass(frozen=True, slots=True)
class CodeRef:
    """A permanent code without its value: one per person and door (CODE-1), and a second one for who asked for it (LOCK-14)."""

    id: UUID
    person_id: UUID
    door_id: UUID
    generation: int
    digits: int  # how many digits it has
    since: datetime
    retired_at: datetime | None
    duress: bool = False


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A temporary code as it is told, once (CODE-4). `works_until` is the promise, `stops_at_latest` the bound (screens 1.2)."""

    id: UUID
    digits: str = field(repr=False)  # never in a log line
    door_id: UUID
    kind: str
    works_from: datetime
    works_until: datetime
    stops_at_latest: datetime
    first_use_before: datetime | None
    clock_lost: bool  # the lock has lost its time: the code works only after an update


@dataclass(frozen=True, slots=True)
class TemporaryView:
    """A temporary code after it was told: never its digits, and nothing that could end it (CODE-6)."""

    id: UUID
    door_id: UUID
    kind: str
    issuer_id: UUID
    label: str  # unsealed for its issuer only
    made_at: datetime
    works_until: datetime
    stops_at_latest: datetime
    call_id: UUID | None
    floored_at: datetime | None  # it dies with the next update: a code floor covers it, or the door asks for more digits


@dataclass(frozen=True, slots=True)
class Living:
    """The temporary codes at a door that a code floor would end (CODE-13): how many, by how many people, and when the last stops by itself."""

    codes: int
    makers: int
    stops_at_latest: datetime


NOBODY: Final = UUID(int=0)
"""Stands for the maker of a temporary code who is named no more (R62)."""


@dataclass(frozen=True, slots=True)
class IssueView:
    """Whose temporary code an opening was (CODE-7)."""

    id: UUID
    door_id: UUID
    issuer_id: UUID
    issuer_cls: int  # 1 resident made it, 6 staff made it: decides the privacy subject (C.1)
    kind: str
    label: str
    call_id: UUID | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Odds:
    """How well a door's codes stand against guessing (CODE-2, CODE-12). `one_in`: a day of guessing gets in once in so many days."""

    door_id: UUID
    permanent: int
    possible: int  # temporary codes the lock would accept
    live: int
    digits: int
    least_digits: int
    one_in: int
    limit_one_in: int
    within_limit: bool


@dataclass(frozen=True, slots=True)
class CardView:
    """A keycard of a person, without its keys (CARD-1). `weak`: easy to copy (uid, sun)."""

    id: UUID
    person_id: UUID
    property_id: UUID
    uid: bytes
    kind: str  # "aes", "sun" or "uid"
    weak: bool
    active_from: datetime
    off_at: datetime | None


@dataclass(frozen=True, slots=True)
class FloorView:
    """A code floor of one class at one door: everything of that class issued before it dies with the update (CODE-13)."""

    door_id: UUID
    cls: int
    bucket: int
    idx: int
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class EpochSecrets:
    """What a lock of one epoch shares with the service; for sealed snapshots only."""

    k_pin: bytes = field(repr=False)
    k_daily: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """What fleet knows when a grant is to be minted: the lock, its list, the pseudonym, and the window.

    `window` None: a right without access of one's own (manager 6, courier 7, gateway 8, installer 9). `sched`: slot of the schedule record.
    `past_bolt`: until when it opens although the bolt is thrown from inside (LOCK-15); the grant then ends no later.
    """

    lock_id: bytes
    epoch: int
    ver: int
    door_id: UUID
    cls: int
    subj: int
    sched: int | None = None
    window: AccessWindow | None = None
    past_bolt: datetime | None = None


@dataclass(frozen=True, slots=True)
class Minted:
    """A signed grant and the instant it stops (`exp`)."""

    data: bytes
    ends: datetime
    starts: datetime | None


@dataclass(frozen=True, slots=True)
class CardImage:
    """What an encoder writes onto a card: a key per slot (a SUN card's one key as number 1), and the file. Told to the encoder alone."""

    uid: bytes
    keys: dict[int, bytes] = field(repr=False)
    serial: int = 0
    generation: int = 1


@dataclass(frozen=True, slots=True)
class CardPolicyView:
    """Which weak kinds of card a property has switched on (CARD-3)."""

    allow_uid: bool
    allow_sun: bool
