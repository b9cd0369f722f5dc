"""88 Harbor Street with Dana, Theo and Kim signed in, and a lock on some doors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.auth import get_user, get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import Client

from limen.fleet import services as fleet
from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.people import services as persons
from limen.resident import policy
from limen.resident.sockets import ResidentEnd
from limen.storage import clock
from limen.storage.transactions import unit_of_work
from tests.cast import PASSWORD, Harbor, harbor
from tests.standing import standing
from tests.unit.fleet.house import FACTORY, trust_factory
from tests.unit.fleet.tiny_lock import TinyLock


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

    def user(self, who: str) -> AbstractBaseUser:
        """The account of somebody who agreed to the policy."""
        self.browser(who)
        found: AbstractBaseUser = get_user_model().objects.get(person_id=self.harbor.people[who])
        return found

    def lock(self, name: str, serial: str = "LM000001", model: str = "M") -> TinyLock:
        """An active lock on a door, its first list proved."""
        trust_factory()
        lock = TinyLock(serial, FACTORY, model)
        by, now, door_id = self.harbor.actor(), self.clock.at, self.door(name)
        with unit_of_work():
            n_s = fleet.begin_activation(door_id=door_id, lock_id=lock.lock_id, by=by, now=now)
        with unit_of_work():
            done = fleet.finish_activation(door_id=door_id, attest=lock.attest(n_s), h=bytes(32), by=by, now=now)
        receipt = lock.become(done.ticket, done.snapshot)
        with unit_of_work():
            fleet.take_receipt(data=receipt, now=now)
        return lock


@pytest.fixture
def home(db: None, now: datetime) -> Iterator[Home]:
    """Residents with the doors of their homes, at the moment of the examples."""
    cache.clear()
    stopped = Stopped(now)
    clock.use(stopped)
    made = _lived_in(now)
    yield Home(made, lambda who: browser_of(made, who), stopped)
    clock.use(None)


@standing
def _lived_in(now: datetime) -> Harbor:
    made = harbor(now)
    made.group("Residents 4B", "Main Entrance", "Package Room", "Unit 4B")
    made.group("Gym", "Gym", codes=False)
    made.group("Residents 4C", "Main Entrance", "Package Room", "Unit 4C")
    for who in ("dana", "theo"):
        made.give(who, "Residents 4B")
        made.give(who, "Gym", may_share=False)
    made.give("kim", "Residents 4C")
    return made


def browser_of(made: Harbor, who: str, *, agreed: bool = True) -> Client:
    """Somebody signed in at a browser; agreed to the policy unless said otherwise."""
    with unit_of_work():
        person_id = made.people[who]
        user = identity.user_of(person_id) or accounts.set_password(person_id=person_id, password=PASSWORD, now=made.now)
        if agreed:
            persons.record_consent(person_id=made.people[who], version=policy.VERSION, now=made.now)
    client = Client(enforce_csrf_checks=False)
    client.force_login(get_user_model().objects.get(pk=user.id), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


async def knock(browser: Client | None) -> tuple[ApplicationCommunicator, dict[str, object]]:
    """The app's socket, asked for with that browser's session or with none, and the first thing that it does."""
    scope: dict[str, object] = {
        "type": "websocket", "path": "/home/ws", "headers": [], "url_route": {"kwargs": {}},
        "user": AnonymousUser() if browser is None else await sync_to_async(get_user)(browser),
        "session": None if browser is None else browser.session,
    }  # fmt: skip
    socket = ApplicationCommunicator(ResidentEnd.as_asgi(), scope)
    await socket.send_input({"type": "websocket.connect"})
    return socket, await socket.receive_output(60)
