"""A code that its lock does not know yet is never shown as if it worked (CODE-3, screens M22)."""

import json
import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from django.test import Client

from limen.credentials import services as credentials
from limen.fleet import queries as fleet
from limen.fleet import services as locks
from limen.people import services as people
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from tests.surfaces.resident.conftest import Home
from tests.unit.fleet.tiny_lock import TinyLock

NEW = "The code works after this door is updated."
RENEWED = "The new code works after this door is updated. Until then the old one works."
SOON = "The new code works within 10 seconds."


def said(browser: Client, door_id: UUID) -> str:
    """What the page of codes says of one door's code beside it; empty where nothing waits."""
    page = browser.get("/home/codes").content.decode()
    row = re.search(rf'<li class="card code-row" id="door-{door_id}".*?</li>', page, re.DOTALL)
    assert row is not None
    line = re.search(r'data-part="waits"(?P<hidden> hidden)?><span><span data-fill="waits">(?P<words>[^<]*)<', row[0], re.DOTALL)
    assert line is not None and bool(line["hidden"]) == (line["words"] == "")
    return unescape(line["words"])


def shown(browser: Client, door_id: UUID) -> dict[str, object]:
    """The answer that brings the digits."""
    answer: dict[str, object] = browser.post(f"/home/api/codes/{door_id}/show", "{}", content_type="application/json").json()
    return answer


def updated(home: Home, name: str, lock: TinyLock) -> None:
    """A courier brings the newest list to the door and its receipt back."""
    with unit_of_work():
        bundle = fleet.newest(home.door(name), home.clock.at)
    assert bundle is not None and lock.take(bundle.data) == "applied"
    with unit_of_work():
        locks.take_receipt(data=lock.receipt(), now=home.clock.at)


@pytest.mark.rule("CODE-3")
def test_a_reset_code_waits_beside_its_digits_until_the_door_has_proved_it(home: Home) -> None:
    """On the page and in the answer, at that door alone; the receipt ends it, and nothing else does."""
    lock, browser, door = home.lock("Unit 4B"), home.browser("dana"), home.door("Unit 4B")
    home.lock("Package Room", "LM000002")
    assert said(browser, door) == "" == shown(browser, door)["waits"]
    home.clock.at += timedelta(minutes=5)
    reset = browser.post(f"/home/api/codes/{door}/reset", "{}", content_type="application/json").json()
    assert reset["sentence"] == RENEWED
    home.clock.at += timedelta(days=2)
    assert said(browser, door) == RENEWED == shown(browser, door)["waits"]
    assert f'<a href="/home/doors/{door}/update">Update Unit 4B</a>' in browser.get("/home/codes").content.decode()
    assert said(browser, home.door("Package Room")) == ""
    assert said(home.browser("theo"), door) == ""
    updated(home, "Unit 4B", lock)
    assert said(browser, door) == "" == shown(browser, door)["waits"]


@pytest.mark.rule("CODE-2", "CODE-3")
@pytest.mark.parametrize("digits", [(9,), (9, 8)], ids=["longer", "shorter"])
def test_codes_of_another_length_wait_for_their_door(home: Home, digits: tuple[int, ...]) -> None:
    """Longer ones are new, shorter ones are the end of the old: either way the lock compares what it knows until its update is proved."""
    lock, browser, door = home.lock("Package Room"), home.browser("dana"), home.door("Package Room")
    for n in digits:
        updated(home, "Package Room", lock) if n != digits[0] else None
        assert said(browser, door) == ""
        home.clock.at += timedelta(minutes=5)
        with unit_of_work():
            credentials.choose_length(property_id=home.harbor.property_id, digits=n, by=home.harbor.actor(), now=home.clock.at)
    assert said(browser, door) == RENEWED
    assert len(str(shown(browser, door)["digits"])) == digits[-1]
    updated(home, "Package Room", lock)
    assert said(browser, door) == ""


@pytest.mark.rule("CODE-14", "CODE-2")
def test_one_code_for_all_common_doors_that_is_shown_whole_waits_for_no_other_length(home: Home) -> None:
    """A lock compares its last digits, before the change and after it: what is shown works all the time."""
    lock, browser, door = home.lock("Package Room"), home.browser("dana"), home.door("Package Room")
    for change in ({"digits": 9}, {"choice": "one"}, {"digits": 8}):
        home.clock.at += timedelta(minutes=5)
        if "choice" in change:
            browser.post("/home/codes", change)
        else:
            with unit_of_work():
                credentials.choose_length(
                    property_id=home.harbor.property_id, digits=int(change["digits"]), by=home.harbor.actor(), now=home.clock.at
                )
        if change != {"digits": 8}:
            assert said(browser, door) == RENEWED
            updated(home, "Package Room", lock)
    assert len(str(shown(browser, door)["digits"])) == 9
    assert said(browser, door) == ""


@pytest.mark.rule("CODE-3", "LOCK-14")
def test_a_first_code_waits_and_a_second_one_says_nothing_of_it(home: Home) -> None:
    """Kim's code at a door that does not know her yet, reset or not: there is no old one that works; Dana's second code leaves no trace beside it."""
    home.lock("Unit 4B")
    home.clock.at += timedelta(minutes=5)
    home.harbor.give("kim", "Residents 4B", now=home.clock.at)
    kim, path = home.browser("kim"), f"/home/api/codes/{home.door('Unit 4B')}"
    assert said(kim, home.door("Unit 4B")) == NEW
    with unit_of_work():
        people.assign_to_unit(
            person_id=home.harbor.people["kim"],
            unit_id=home.harbor.units["4B"],
            since=home.clock.at,
            by=home.harbor.actor(),
            now=home.clock.at,
        )
    reset = kim.post(f"{path}/reset", "{}", content_type="application/json").json()
    assert reset["sentence"] == NEW == said(kim, home.door("Unit 4B"))
    dana = home.browser("dana")
    assert dana.post("/home/me/second", {"choice": "on"}).status_code == 302
    assert fleet.Why.CODE_STARTED in {
        change.why
        for change in fleet.door_state(home.door("Unit 4B"), home.clock.at).changes
        if change.person_id == home.harbor.people["dana"]
    }
    assert said(dana, home.door("Unit 4B")) == ""


@pytest.mark.rule("CODE-3", "SYNC-7")
def test_a_reader_hears_of_a_new_code_by_itself_while_it_is_connected(home: Home) -> None:
    """Within 10 seconds; without its connection it waits like any other."""
    lock, browser, door = home.lock("Main Entrance", model="R"), home.browser("dana"), home.door("Main Entrance")
    home.clock.at += timedelta(minutes=5)
    with unit_of_work():
        credentials.reset_code(person_id=home.harbor.people["dana"], door_id=door, by=home.harbor.actor(), now=home.clock.at)
    assert said(browser, door) == RENEWED
    assert f"/home/doors/{door}/update" not in browser.get("/home/codes").content.decode()
    with unit_of_work():
        locks.note_online(lock_id=lock.lock_id, since=home.clock.at)
    assert said(browser, door) == SOON
    updated(home, "Main Entrance", lock)
    assert said(browser, door) == ""


def test_the_answer_says_it_in_the_readers_language(home: Home) -> None:
    """The page asks for the digits in the language it is read in."""
    home.lock("Unit 4B")
    home.clock.at += timedelta(minutes=5)
    path, body = f"/home/api/codes/{home.door('Unit 4B')}", json.dumps({})
    home.browser("dana").post(f"{path}/reset", body, content_type="application/json")
    answer = home.browser("dana").post(f"{path}/show?lang=es", body, content_type="application/json").json()
    assert answer["waits"] == "El código nuevo sirve cuando se actualice esta puerta. Hasta entonces sirve el anterior."


@pytest.mark.rule("CODE-3")
def test_a_door_of_codes_and_cards_alone_says_that_its_lock_does_not_know_them_yet(home: Home) -> None:
    """Who opens it with no app cannot set it up: only an update makes the code work there, and until then the list of doors says so."""
    lock, kim = home.lock("Unit 4B"), home.browser("kim")
    home.harbor.give("kim", "Residents 4B", app=False)
    assert "Opens with your code or card after its next update." in kim.get("/home/").content.decode()
    updated(home, "Unit 4B", lock)
    page = kim.get("/home/").content.decode()
    assert "Opens with your code or card." in page and "after its next update" not in page


@pytest.mark.rule("CARD-2", "LOCK-2")
def test_a_lock_that_reads_no_cards_is_never_said_to_open_with_one(home: Home) -> None:
    """A deadbolt has a keypad and no reader: who has no app is told of the code alone, and who has neither is told whom to ask."""
    lock, kim = home.lock("Unit 4B", model="C"), home.browser("kim")
    home.harbor.give("kim", "Residents 4B", app=False)
    assert "Opens with your code after its next update." in kim.get("/home/").content.decode()
    updated(home, "Unit 4B", lock)
    assert "Opens with your code." in kim.get("/home/").content.decode()
    with unit_of_work():
        places.edit_door(door_id=home.door("Unit 4B"), codes_allowed=False, by=home.harbor.actor(), now=home.clock.at)
    page = kim.get("/home/").content.decode()
    assert "This lock reads no cards, and you have no code here. Ask your property team." in page
    assert "Unit 4B gives no codes. Use the app." in kim.get("/home/codes").content.decode()
