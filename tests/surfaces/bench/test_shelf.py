"""The shelf of locks says of each what happened at it last, and when none runs, what to do (screens 6)."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

from limen.bench.sayings import say
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor, harbor
from tests.surfaces.bench.conftest import PARCELS

NONE_RUN = "No locks are running. Start the demonstration again."


@pytest.fixture
def house(db: None) -> Harbor:
    """The building; the Package Room has a lock on the shelf, the Gym one that nobody simulates."""
    from limen.storage import clock

    made = harbor(clock.now())
    with unit_of_work():
        for door, serial in (("Package Room", PARCELS), ("Gym", "XX000001")):
            places.edit_door(door_id=made.doors[door], planned_serial=serial, planned_model="M", by=made.actor(), now=made.now)
    return made


def do(air: str, **what: str) -> None:
    """A hand at the door, and its answer."""
    with connect(f"{air}/face/{PARCELS}", proxy=None) as face:
        face.recv(timeout=5)
        face.send(json.dumps(what))
        face.recv(timeout=5)


@pytest.fixture
def odd(tmp_path: Path, settings: Settings) -> Iterator[list[object]]:
    """A process in place of the locks' that says of the Package Room's lock that something happened at the time in here."""
    at_ms: list[object] = []

    def answer(line: ServerConnection) -> None:
        line.recv(timeout=5)
        line.send(json.dumps({"locks": [{"serial": PARCELS, "last": {"at_ms": at_ms[0], "words": "battery pulled"}}]}))
        line.recv(timeout=5)

    settings.LIMEN_DATA = tmp_path
    with serve(answer, "127.0.0.1", 0) as server:
        (tmp_path / "locks-url").write_text(f"ws://127.0.0.1:{server.socket.getsockname()[1]}", "ascii")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield at_ms
        server.shutdown()
    thread.join(5)


def shelf(client: Client, **asked: str) -> str:
    """The page, on one line."""
    return " ".join(client.get("/bench/", asked).content.decode().split())


def test_each_lock_has_its_last_line(house: Harbor, client: Client, lock: str) -> None:
    """Nothing at first; then the newest, with its time where the lock knows one, in the reader's language."""
    page = shelf(client)
    assert "Nothing since the locks started." in page and NONE_RUN not in page
    do(lock, do="key")
    assert '<p class="last">metal key turned</p>' in shelf(client)
    do(lock, do="battery", to="pulled")
    assert "</time> battery pulled</p>" in shelf(client)
    assert "</time> batería sacada</p>" in shelf(client, lang="es")


@pytest.mark.parametrize("at_ms", [10**400, 10**300, 10**17, -(10**17), True, "noon", None])
def test_a_time_that_no_calendar_has_is_no_time(house: Harbor, client: Client, odd: list[object], at_ms: object) -> None:
    """What happened is told without it."""
    odd.append(at_ms)
    assert '<p class="last">battery pulled</p>' in shelf(client)


def test_a_door_whose_lock_nobody_simulates_offers_no_face(house: Harbor, client: Client, lock: str) -> None:
    """It would look for it for ever."""
    page = shelf(client, q="gym")
    assert "No simulated lock has this serial." in page and "Use this lock" not in page


def test_without_the_process_it_says_so_and_what_to_do(house: Harbor, client: Client, tmp_path: Path, settings: Settings) -> None:
    """Whether it never ran or is gone; no button leads to a lock that does not answer."""
    settings.LIMEN_DATA = tmp_path
    pages = [shelf(client)]
    (tmp_path / "locks-url").write_text("ws://127.0.0.1:9", "ascii")
    pages.append(shelf(client))
    for page in pages:
        assert NONE_RUN in page and "Package Room" in page and "Use this lock" not in page


def test_a_locks_sentence_keeps_its_numbers_and_an_unknown_one_its_words() -> None:
    """A lock knows no languages; the page does."""
    assert say("update applied, list 41") == "update applied, list 41"
    assert say("something new 7") == "something new 7"
