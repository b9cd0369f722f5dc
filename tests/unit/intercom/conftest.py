"""88 Harbor Street with a sign at the Package Room, where Dana and Theo have the app and a lock is active."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from limen.credentials import services as credentials
from limen.intercom import queries, services
from limen.intercom.views import CallView, LinkView
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor, harbor

LOCK = bytes.fromhex("00000000000000a3")
VICTOR = "203.0.113.7"
SESSION = "dana's browser"


@dataclass
class Porch:
    """The Package Room's sign, and who stands before it."""

    house: Harbor
    link: LinkView

    @property
    def now(self) -> datetime:
        """The moment of the examples."""
        return self.house.now

    def listed(self, asked: str = "", at: datetime | None = None) -> list[str]:
        """The labels a visitor sees."""
        return [entry.label for entry in queries.directory(self.link.code, asked, at or self.now).entries]

    def entry(self, who: str = "dana") -> str:
        """The directory's name for somebody, listed or not."""
        return queries._entry_id(self.link.id, self.house.people[who])

    def call(self, who: str = "dana", *, visitor: str = VICTOR, after_s: float = 0) -> tuple[CallView, str]:
        """Victor calls somebody."""
        with unit_of_work():
            return services.start_call(code=self.link.code, entry_id=self.entry(who), visitor=visitor, now=self.at(after_s))

    def talking(self, who: str = "dana") -> tuple[CallView, str]:
        """A call that was answered."""
        call, token = self.call(who)
        with unit_of_work():
            return services.answer(call_id=call.id, person_id=self.house.people[who], session=SESSION, now=self.now), token

    def at(self, after_s: float) -> datetime:
        """Some seconds later."""
        return self.now + timedelta(seconds=after_s)

    def seen(self, call_id: UUID, who: str = "dana") -> CallView:
        """The call as the resident sees it."""
        found = queries.call_for_resident(call_id, self.house.people[who])
        assert found is not None
        return found


@pytest.fixture
def porch(db: None, now: datetime) -> Porch:
    """Residents hold the Package Room without hours; Dana and Theo have the app, Kim has not signed in."""
    house = harbor(now)
    house.group("Residents", "Main Entrance", "Package Room")
    house.group("Gym hours", "Gym")
    for person in ("dana", "theo", "kim", "rosa"):
        house.give(person, "Residents")
    house.phone("dana", seed=1)
    house.phone("theo", seed=2)
    with unit_of_work():
        credentials.open_epoch(door_id=house.doors["Package Room"], lock_id=LOCK, epoch=1, now=now)
        link = services.make_link(door_id=house.doors["Package Room"], by=house.actor(), now=now)
    return Porch(house, link)
