"""A phone, and what gets lost between it and the service."""

from collections.abc import Iterable

from limen.phone import outbox
from limen.phone.inbox import Inbox
from limen.phone.outbox import Item, Status
from limen.phone.wallet import View
from limen.sim.chance import seeded
from limen.sim.clock import TrueTime
from limen.sim.handsets import Handset, phone_key, with_bundle
from limen.sim.ports import NoSignal
from tests.stories.standing import Standing
from tests.unit.lock.site import MILO, house
from tests.unit.sim.site import T0, body


class Desk:
    """A service that takes everything, once."""

    def __init__(self) -> None:
        self.items: dict[bytes, Item] = {}
        self.asked = 0

    def inbox(self, view: View) -> Inbox:
        """Nothing to carry."""
        self.asked += 1
        return Inbox(T0, "phone", ())

    def hand_in(self, items: Iterable[Item]) -> list[tuple[bytes, Status]]:
        """All of it."""
        self.asked += 1
        answers: list[tuple[bytes, Status]] = []
        for one in items:
            answers.append((one.key, "known" if one.key in self.items else "taken"))
            self.items[one.key] = one
        return answers

    def time(self, lock_id: bytes, nonce: bytes) -> bytes:
        """Not asked here."""
        raise NoSignal

    nonce = time

    def begin_activation(self, door_id: bytes, lock_id: bytes) -> bytes:
        """Not asked here."""
        raise NoSignal

    def finish_activation(self, door_id: bytes, attest: bytes, h: bytes) -> tuple[bytes, bytes]:
        """Not asked here."""
        raise NoSignal


def handset(desk: Desk | None) -> Handset:
    """A phone that holds nothing."""
    phone = Handset(1, phone_key(seeded("key")), None, TrueTime(T0), seeded("phone"))
    phone.gateway = desk  # type: ignore[assignment]
    return phone


def test_without_signal_nothing_is_fetched_and_nothing_is_lost() -> None:
    """What waits stays; with signal it is handed in."""
    desk = Desk()
    phone = handset(desk)
    phone.outbox.put(outbox.item("receipt", bytes(8), b"word"), T0)
    phone.signal = False
    assert phone.fetch("resident") is None
    assert phone.hand_in() == 0
    phone.signal = True
    assert phone.fetch("resident") is not None
    assert phone.hand_in() == 1
    assert len(desk.items) == 1


def test_a_lost_answer_is_asked_for_again() -> None:
    """The service heard it, the phone did not know, and the second time it is known."""
    desk = Desk()
    phone = handset(desk)
    phone.outbox.put(outbox.item("receipt", bytes(8), b"word"), T0)
    lost = iter([False, True])
    phone.fails = lambda: next(lost, False)
    assert phone.hand_in() == 0
    assert phone.hand_in() == 1
    assert (desk.asked, len(desk.items)) == (2, 1)


def test_a_request_may_arrive_twice() -> None:
    """The same answer, the same store."""
    desk = Desk()
    phone = handset(desk)
    drawn = iter([False, False, True])
    phone.fails = lambda: next(drawn, False)
    assert phone.fetch("resident") is not None
    assert desk.asked == 2


def test_who_holds_nothing_for_a_door_asks_nothing_of_it() -> None:
    """No visit, no link."""
    result, visit = handset(None).visit(body(), "resident", lambda courier: iter(()))  # type: ignore[arg-type, return-value]
    assert (result, visit.heard) == (None, 0)


def test_a_liar_carries_something_else() -> None:
    """The rest of the door's entry is as it was given."""
    home = house()
    door = Standing(home, MILO).entry(home.service.grant(MILO))
    assert with_bundle(b"other")(door).bundle == b"other"
    assert with_bundle(b"other")(door).grants == door.grants
