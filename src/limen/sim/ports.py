"""The service as the world outside meets it. The program that prepares a service hands these in; behind them is its WSGI entry and nothing else.

`Gateway` is what one phone reaches, `Desk` what managers and residents do on pages, `Machine` what whoever runs the machine does.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal, Protocol
from uuid import UUID

from limen.phone.inbox import Inbox
from limen.phone.outbox import Item, Status
from limen.phone.wallet import View

CodeKind = Literal["daily", "daily_single_use", "24_hour", "instant", "once"]
CallKind = Literal["instant", "once"]
"""Made while a visitor calls, or for a carrier; the others by a resident who may share."""
CardKind = Literal["aes", "uid"]
DoorKind = Literal["entrance", "common", "unit"]


class NoSignal(Exception):
    """The service cannot be reached now, or its answer was lost on the way."""


class SaidNo(Exception):
    """The service refused; the text is its word for it."""


class Gateway(Protocol):
    """What one registered phone may ask. Every call may raise NoSignal or SaidNo."""

    def inbox(self, view: View) -> Inbox:
        """What there is to carry."""

    def hand_in(self, items: Iterable[Item]) -> list[tuple[bytes, Status]]:
        """Hands in one batch; answers by key."""

    def time(self, lock_id: bytes, nonce: bytes) -> bytes:
        """The signed time for a lock's nonce."""

    def nonce(self, lock_id: bytes) -> bytes:
        """A nonce that makes a receipt fresh."""

    def begin_activation(self, door_id: bytes, lock_id: bytes, swap: bool) -> bytes:
        """The service's nonce for an attestation. With `swap` the lock that is there goes when this one comes."""

    def finish_activation(self, door_id: bytes, attest: bytes, h: bytes) -> tuple[bytes, bytes]:
        """Ticket and first list."""


@dataclass(frozen=True)
class GroupPlan:
    """An access group: doors by number, hours of the day (minutes from, to; every day) or None for always."""

    name: str
    doors: tuple[int, ...]
    hours: tuple[int, int] | None = None


@dataclass(frozen=True)
class DoorPlan:
    """One door of the building as it is imported."""

    number: int
    name: str
    kind: DoorKind
    unit: str
    model: str
    serial: str
    connected: bool = False


@dataclass(frozen=True)
class PersonPlan:
    """Somebody who lives in a unit, and the groups they get when they move in."""

    number: int
    first: str
    last: str
    email: str
    unit: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class GuestPlan:
    """Somebody who lives elsewhere and has the app: a person of this number, whom one resident invites again and again."""

    number: int
    first: str
    last: str
    email: str
    host: int


@dataclass(frozen=True)
class Plan:
    """A building before anything happens in it. Person 0 is the manager and holds no access of their own; guests come after the people."""

    doors: tuple[DoorPlan, ...]
    people: tuple[PersonPlan, ...]
    groups: tuple[GroupPlan, ...]
    zone: str
    guests: tuple[GuestPlan, ...] = ()

    @property
    def everybody(self) -> tuple[PersonPlan | GuestPlan, ...]:
        """All who carry a phone to these doors, the manager aside."""
        return (*self.people, *self.guests)


class Desk(Protocol):
    """Pages and forms, by the numbers of the plan. Raises SaidNo where the service refuses."""

    def door_id(self, door: int) -> bytes:
        """The 16 bytes by which the gateway names a door."""

    def give(self, person: int, group: str, *, ends_ms: int | None = None, staff: bool = False) -> None:
        """Gives a group from now on; `staff` as a non-resident who works here."""

    def revoke(self, person: int, group: str) -> None:
        """Ends one grant."""

    def pause(self, person: int) -> None:
        """Suspends everything of a person."""

    def resume(self, person: int) -> None:
        """Ends the pause."""

    def remove_phone(self, person: int, public_key: bytes) -> None:
        """Staff remove a phone: lost or stolen."""

    def register_phone(self, person: int, public_key: bytes) -> Gateway:
        """The person signs in and makes a phone their key."""

    def code(self, person: int, door: int) -> str:
        """The person looks up their own code."""

    def reset_code(self, person: int, door: int) -> None:
        """The person resets the code of their unit door."""

    def choose_second(self, person: int, wanted: bool) -> None:
        """The person asks for a second code at each of their doors, or wants none any more (LOCK-14)."""

    def second_code(self, person: int, door: int) -> str:
        """The person looks up their own second code."""

    def make_code(self, person: int, door: int, kind: CodeKind, tomorrow: bool) -> str:
        """The person makes a code for somebody without the app."""

    def invite(self, guest: int, doors: Iterable[int], ends_ms: int | None) -> tuple[int, ...]:
        """The guest's host gives them single doors by app; those at which that was done."""

    def end_guest(self, guest: int) -> None:
        """The host ends all that the guest was given."""

    def card_on(self, person: int, uid: bytes, kind: CardKind) -> None:
        """The office turns a keycard on."""

    def card_off(self, person: int, uid: bytes) -> None:
        """The office turns it off: lost, or given back."""

    def allow_plain_cards(self, allowed: bool) -> None:
        """The property's switch for cards that are easy to copy."""


class Uplink(Protocol):
    """The gateway's end of the link that a connected lock opened. Every call may raise NoSignal, after which it is over."""

    def round(self, brings: Callable[[int], None]) -> None:
        """Brings the newest list, which `brings` hears of first, and fetches the record."""

    def press(self, person_id: UUID, door_id: UUID, late: Callable[[], None]) -> bool:
        """Somebody presses "open" from afar; `late` happens before the order goes on the line. SaidNo where the service refuses."""

    def hang_up(self) -> None:
        """The link broke."""


@dataclass(frozen=True)
class CardImage:
    """What an encoder writes onto a card: a key for each slot, and its file."""

    keys: dict[int, bytes]
    serial: int
    generation: int


@dataclass(frozen=True)
class Kept:
    """What the service holds of one lock's record: events by number with (kind, method, result), numbers the lock declared lost,
    numbers it takes for undeclared holes, the last number it acknowledged, alarms it raised, numbers that bear the mark of a second code."""

    numbers: dict[int, tuple[str, str, str] | None]
    declared: frozenset[int]
    undeclared: frozenset[int]
    acknowledged: int | None
    alarms: tuple[str, ...]
    marked: frozenset[int] = frozenset()


OPENINGS: Final = frozenset({"granted", "inside"})
"""How a record says that somebody was let in, or went out by the button that moves a reader's strike."""


@dataclass(frozen=True)
class Copy:
    """The service's disk at one moment: the database's own file, and the ledger's as far as they were."""

    database: bytes
    ledger: dict[str, bytes]
    ms: int


class Machine(Protocol):
    """What the one who runs the service does, and an auditor who may look into its store when all is over."""

    def settle(self) -> None:
        """Tells what waits in the outbox."""

    def back_up(self) -> Copy:
        """This moment."""

    def restore(self, copy: Copy) -> tuple[str, ...]:
        """`limen restore` at the next whole second, with the backup of then: what the ledger says was taken is taken. Its words on what is not here."""

    def copy_back(self, copy: Copy) -> None:
        """The database's file is put back by hand, and nobody thinks of the ledger, which stays as it is."""

    def kept(self, lock_id: bytes) -> Kept:
        """What arrived of a lock's record."""

    def numbers(self, lock_id: bytes) -> frozenset[int]:
        """Only which numbers arrived or were declared lost."""

    def dialled(self, lock_id: bytes, say: Callable[[bytes], list[bytes]]) -> Uplink:
        """A connected lock has dialled: `say` hands it a frame and gives its frames. NoSignal where it did not prove itself."""

    def ids(self, person: int, door: int) -> tuple[UUID, UUID]:
        """By which the service names them."""

    def encode(self, person: int, uid: bytes) -> CardImage:
        """What the encoder at the office writes onto somebody's card of that number."""

    def call_code(self, person: int, door: int, kind: CallKind) -> str:
        """Somebody rings, and the person lets them in with a code; or a carrier gets theirs. SaidNo where the service refuses."""

    def raise_floor(self, door: int) -> None:
        """Ends, with the door's next list, every temporary code that was made for it so far. SaidNo where there is none to end."""


@dataclass(frozen=True)
class Service:
    """All of it."""

    desk: Desk
    machine: Machine
