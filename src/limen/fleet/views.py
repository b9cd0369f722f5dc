"""What the room tells others, as values.

Person ids stay ids here: the surface decides who may see a name (screens 1.1: "Access ended for 1 person").
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Truth(StrEnum):
    """What is known about a door's list; one state, one wording (screens 1.1)."""

    NO_DEVICE = "no_device"
    PROVED = "proved"
    WAITING = "waiting"
    CARRIED = "carried"
    UNKNOWN = "unknown"
    MISMATCH = "mismatch"


class Why(StrEnum):
    """One kind of change of a door's list, as a person would say it."""

    ACCESS_ENDED = "access_ended"
    ACCESS_PAUSED = "access_paused"
    ACCESS_NARROWED = "access_narrowed"
    ACCESS_STARTED = "access_started"
    ACCESS_RESUMED = "access_resumed"
    ACCESS_WIDENED = "access_widened"
    PHONE_REMOVED = "phone_removed"
    CODE_STARTED = "code_started"
    CODE_ENDED = "code_ended"
    CODE_RESET = "code_reset"
    CODE_LENGTH = "code_length"
    CARD_STARTED = "card_started"
    CARD_ENDED = "card_ended"
    CODE_FLOOR = "code_floor"
    CODES_OFF = "codes_off"
    HOURS_CHANGED = "hours_changed"
    HOLIDAYS = "holidays"
    HOLIDAYS_NARROWED = "holidays_narrowed"
    PASSAGE_NARROWED = "passage_narrowed"
    SETTINGS = "settings"
    FIRMWARE = "firmware"
    FIRST_LIST = "first_list"
    RESTORED = "restored"
    REMNANTS = "remnants"


@dataclass(frozen=True)
class Change:
    """One change that a list version carried: what, about whom, since when, and whether people must bring it (SYNC-3)."""

    why: Why
    person_id: UUID | None
    at: datetime
    version: int
    needs_update: bool
    due: date | None
    revocation_id: UUID | None = None


@dataclass(frozen=True)
class DeviceView:
    """One activated device. `lock_id` is eight bytes; `epoch` counts ownerships of the lock."""

    lock_id: bytes
    serial: str
    model: str
    door_id: UUID
    epoch: int
    connected: bool
    wired: bool
    cards: bool  # whether its model reads any (LOCK-2)
    activated_at: datetime
    id_public: bytes
    xs_public: bytes
    door_number: int  # by which the wire names its door (C.5)


@dataclass(frozen=True)
class Battery:
    """Last reading: `good`, `low` (< 15 %), `critical` (< 5 %), `unknown` (none, or over a month old), `wired` (LOCK-6)."""

    state: str
    percent: int | None
    read_at: datetime | None


@dataclass(frozen=True)
class LockClock:
    """Last word of the lock about its own time: `good`, `coarse`, `lost` or `unknown`; the error bound in seconds."""

    state: str
    error_s: int | None
    read_at: datetime | None


@dataclass(frozen=True)
class StillOpens:
    """A credential that should no longer open, and until when it may (ACCESS-13). `until` None: nothing ends it but an update."""

    person_id: UUID
    by: str  # "app", "code" or "card"
    until: datetime | None


@dataclass(frozen=True)
class DoorState:
    """All that is known about one door, none of it inferred (SYNC-12)."""

    door_id: UUID
    truth: Truth
    device: DeviceView | None
    current: int
    proven: int
    confirmed_at: datetime | None  # when the receipt for `proven` reached the service
    waiting_since: datetime | None  # the oldest unproven change
    changes: tuple[Change, ...]  # unproven, oldest first
    carried: int  # phones that hold the newest sealed update
    last_word_at: datetime | None  # the last thing of any kind heard from this lock
    battery: Battery
    clock: LockClock
    keypad_slowed: bool
    still_opens: tuple[StillOpens, ...]
    online_since: datetime | None  # connected doors: since when the connection stands
    offline_since: datetime | None  # connected doors: since when it does not

    @property
    def stale(self) -> bool:
        """Says whether our list is newer than what the lock has proved."""
        return self.device is not None and self.current > self.proven


@dataclass(frozen=True)
class Task:
    """A door that people must update: due day in the building's own zone (SYNC-4)."""

    id: UUID
    door_id: UUID
    door_name: str
    due: date
    since: datetime
    is_due: bool  # due today or earlier
    version: int  # the receipt that proves this or more resolves it
    changes: tuple[Change, ...]
    still_opens: tuple[StillOpens, ...]
    carried: int


@dataclass(frozen=True)
class DoorMoment:
    """One door of one revocation (glossary). No time here ever stands in for another."""

    door_id: UUID
    to_deliver: bool  # False: no lock ever held what was ended, so nothing has to be brought there
    delivered_at: datetime | None
    lock_time: datetime | None
    in_force_at: datetime | None
    ended_by_itself: bool
    still_opens: bool
    still_opens_until: datetime | None  # None while `still_opens`: nothing but an update ends it
    still_opens_by: tuple[str, ...]


@dataclass(frozen=True)
class Moments:
    """The three moments of a revocation: ordered, delivered (per door), in force (ACCESS-4)."""

    revocation_id: UUID
    person_id: UUID
    ordered_at: datetime
    ordered_by: UUID | None
    doors: tuple[DoorMoment, ...]
    in_force_at: datetime | None  # for the whole: the last door

    @property
    def delivered(self) -> int:
        """Counts the doors whose lock has attested it."""
        return sum(1 for door in self.doors if door.delivered_at is not None)

    @property
    def to_deliver(self) -> int:
        """Counts the doors whose lock had to hear of it: "Delivered n of m doors"."""
        return sum(1 for door in self.doors if door.to_deliver)


@dataclass(frozen=True)
class LiveTemporary:
    """A temporary code that a person gave out and that lives to its own end (CODE-6). Never its digits."""

    code_id: UUID
    door_id: UUID
    kind: str
    works_until: datetime
    stops_at_latest: datetime


@dataclass(frozen=True)
class Staleness:
    """Until when what was taken from a person may still open one door (ACCESS-13).

    `opens` False: nothing of it opens any more. `no_end` True: something remains that nothing but an update ends. `app_until`: the phone's own
    end; None also where no phone opens.
    """

    person_id: UUID
    door_id: UUID
    opens: bool
    no_end: bool
    until: datetime | None
    by: tuple[str, ...]
    temporary: tuple[LiveTemporary, ...]
    app_until: datetime | None = None


@dataclass(frozen=True)
class InboxEntry:
    """What a courier takes along for one door. Class 7 entries name it by lock-id only: serial, door and name are None (SYNC-13, B.8)."""

    lock_id: bytes
    serial: str | None
    door_id: UUID | None
    name: str | None
    info: bytes
    grants: tuple[bytes, ...]
    bundle: bytes | None
    ver: int
    proven: int
    ack: bytes | None
    cls: int
    until: int  # end of the newest grant, seconds since 1970
    release: bytes | None = None  # the lock's ownership ended here: the signed RELEASE, in place of an update
    firmware: tuple[bytes, bytes] | None = None  # the offer, and the digest under which the image is fetched


@dataclass(frozen=True)
class Released:
    """A device that was taken off a door. `wiped_at` None: its lock has not signed yet that it is empty (LOCK-10)."""

    lock_id: bytes
    serial: str
    model: str
    door_id: UUID
    ended_at: datetime
    wiped_at: datetime | None
    lost: int | None  # records of it that nobody had brought


@dataclass(frozen=True)
class Remnant:
    """A lock that knew somebody who was deleted: `waiting` since when, `purged` once it has shown that nothing is left, or `unlinked`: what is left
    names nobody (PRIVACY-6)."""

    door_id: UUID
    since: datetime
    state: str
    at: datetime | None  # since when it is purged or unlinked


@dataclass(frozen=True)
class ModelFirmware:
    """What the locks of one model run on a property's doors, by their own last word (SEC-3).

    `newest`: the version that a roll-out brings, or the highest that is aimed at one of them; None: nobody aimed any. `old`: doors whose locks are not
    known to run it, each with what it last said. `failed`: how many of the model, anywhere, tried it and went back. `wave`, `waves`: of a roll-out.
    `why`: what stopped it: failed, silent (so many locks were not heard since they know of it), over (its time).
    """

    model: str
    doors: int
    newest: int | None
    old: tuple[tuple[UUID, int | None], ...]
    failed: int
    stopped: bool
    why: str
    silent: int
    wave: int | None
    waves: int


@dataclass(frozen=True)
class Firmware:
    """What a door's lock runs by its own last word (None: it never said), and what it should run.

    `wanted` None: nobody aimed an image at it. `stopped`: the version that it tried and gave up. `held_back`: others of its model gave it up.
    """

    version: int | None
    read_at: datetime | None
    wanted: int | None
    starts: datetime | None
    ends: datetime | None
    stopped: int | None
    held_back: bool

    @property
    def waits(self) -> bool:
        """Says whether an update is available and has not been seen to run."""
        return self.wanted is not None and self.wanted not in (self.version, self.stopped) and not self.held_back


@dataclass(frozen=True)
class Outcome:
    """What became of one item a courier handed in: `taken`, `known` or `refused` with a reason for programs."""

    status: str
    reason: str = ""


@dataclass(frozen=True)
class Activation:
    """What the installer carries to the lock: the signed ticket and snapshot 1 (protocol A.3)."""

    lock_id: bytes
    epoch: int
    ticket: bytes
    snapshot: bytes


@dataclass(frozen=True)
class Anew:
    """What opens a session with a lock that is to be activated once more: its DoorInfo and a class 9 grant (A.3, RESET_PENDING)."""

    info: bytes
    grant: bytes


@dataclass(frozen=True)
class Subject:
    """Whom a number in a lock's record stands for: the person and the class the number was made for, or nobody any more."""

    person_id: UUID | None
    cls: int | None
