"""88 Harbor Street with Dana, Theo and Kim signed in, and a lock on some doors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from limen.identity import services as accounts
from limen.people import services as persons
from limen.resident import policy
from limen.storage import clock
from limen.storage.transactions import unit_of_work
from tests.cast import PASSWORD, Harbor, harbor


class Stopped:
    """A clock that stands until it is told to move."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Where it stands."""
        return self.at


@dataclass
class Home:
    """The building, and a browser for each person."""

    harbor: Harbor
    browser: Callable[[str], Client]
    clock: Stopped

    def door(self, name: str) -> UUID:
        """A door by its name."""
        return self.harbor.doors[name]


@pytest.fixture
def home(db: None, now: datetime) -> Iterator[Home]:
    """Residents with the doors of their homes, at the moment of the examples."""
    cache.clear()
    stopped = Stopped(now)
    clock.use(stopped)
    made = harbor(now)
    made.group("Residents 4B", "Main Entrance", "Package Room", "Unit 4B")
    made.group("Gym", "Gym", codes=False)
    made.group("Residents 4C", "Main Entrance", "Package Room", "Unit 4C")
    for who in ("dana", "theo"):
        made.give(who, "Residents 4B")
        made.give(who, "Gym", may_share=False)
    made.give("kim", "Residents 4C")
    yield Home(made, lambda who: browser_of(made, who), stopped)
    clock.use(None)


def browser_of(made: Harbor, who: str, *, agreed: bool = True) -> Client:
    """Somebody signed in at a browser; agreed to the policy unless said otherwise."""
    with unit_of_work():
        user = accounts.set_password(person_id=made.people[who], password=PASSWORD, now=made.now)
        if agreed:
            persons.record_consent(person_id=made.people[who], version=policy.VERSION, now=made.now)
    client = Client(enforce_csrf_checks=False)
    client.force_login(get_user_model().objects.get(pk=user.id), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client
