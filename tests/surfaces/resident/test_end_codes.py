"""A household ends the codes that were given out for its own door (CODE-13, CODE-6)."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from limen.access import services as access
from limen.credentials import queries as credentials
from limen.credentials import services as codes
from limen.journal import queries as journal
from limen.notices.models import Notice
from limen.storage import outbox
from limen.storage.transactions import unit_of_work
from tests.surfaces.resident.conftest import Home


def give_out(home: Home, who: str, door: str = "Unit 4B") -> None:
    """A code for today, made by somebody who may share."""
    with unit_of_work():
        codes.make_temporary(door_id=home.door(door), kind="daily", by_person=home.harbor.people[who], label="Plumber", now=home.clock.at)


def read(browser: Client, path: str) -> str:
    """A page as it is read."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", browser.get(path).content.decode())).split())


@pytest.mark.rule("CODE-13")
def test_a_household_ends_the_codes_of_its_door_with_the_next_update(home: Home) -> None:
    """Before: how many, and until when they may go on. After: ordered, waits for the update; done twice it is done once."""
    home.lock("Unit 4B", "LM000004")
    for who in ("dana", "theo"):
        give_out(home, who)
    dana, path = home.browser("dana"), f"/home/guests/codes/{home.door('Unit 4B')}"
    guests = read(dana, "/home/guests")
    assert "This code cannot be taken back." in guests and "End the codes of Unit 4B" in guests
    assert "2 codes given out for this door" in read(dana, f"/home/doors/{home.door('Unit 4B')}")
    before = read(dana, path)
    assert "2 codes that were given out for Unit 4B end." in before and "at the latest until Sun 22 Nov" in before
    for _again in range(2):
        assert dana.post(path)["Location"] == path
    after = read(dana, path)
    assert "Ordered today 14:02: no code that was given out for Unit 4B before opens it after its update." in after
    assert "Waits for an update since today 14:02." in after and "Update Unit 4B" in after and "End these codes" not in after
    assert credentials.living_at(home.door("Unit 4B"), home.clock.at) is None
    assert "The codes given out for Unit 4B end early. This one stops when Unit 4B is updated" in read(dana, "/home/guests")
    raised = [entry for entry in journal.entries(property_id=home.harbor.property_id) if entry.verb == "floor.raised"]
    assert [(entry.by, dict(entry.detail)) for entry in raised] == [(home.harbor.people["dana"], {})], (
        "how many a home had is its own matter"
    )


@pytest.mark.rule("CODE-13")
def test_the_others_who_gave_one_are_told_and_who_pressed_is_not(home: Home) -> None:
    """Theo hears that his code ends; Dana knows it."""
    home.lock("Unit 4B", "LM000004")
    for who in ("dana", "theo"):
        give_out(home, who)
    home.browser("dana").post(f"/home/guests/codes/{home.door('Unit 4B')}")
    outbox.settle(home.clock.at)
    assert [notice.person_id for notice in Notice.objects.filter(kind="codes_floored")] == [home.harbor.people["theo"]]


@pytest.mark.rule("CODE-6", "CODE-13")
def test_codes_of_other_doors_are_not_a_households_to_end(home: Home) -> None:
    """The Package Room and somebody else's home are not there; a code for the Package Room cannot be ended at all; a pause takes the button away."""
    home.lock("Package Room")
    home.lock("Unit 4B", "LM000004")
    give_out(home, "dana", "Package Room")
    give_out(home, "theo")
    dana = home.browser("dana")
    for door in ("Package Room", "Unit 4C"):
        assert dana.get(f"/home/guests/codes/{home.door(door)}").status_code == 404
        assert dana.post(f"/home/guests/codes/{home.door(door)}").status_code == 404
    assert "End the codes of" not in read(dana, "/home/guests")
    assert credentials.living_at(home.door("Package Room"), home.clock.at) is not None
    with unit_of_work():
        access.suspend(person_id=home.harbor.people["dana"], property_id=home.harbor.property_id, by=home.harbor.actor(), now=home.clock.at)
    assert dana.post(f"/home/guests/codes/{home.door('Unit 4B')}").status_code == 404
    assert credentials.living_at(home.door("Unit 4B"), home.clock.at) is not None


def test_with_nothing_given_out_there_is_nothing_to_press(home: Home) -> None:
    """The page says so, also after the last code ended by itself; a post then orders nothing."""
    home.lock("Unit 4B", "LM000004")
    path = f"/home/guests/codes/{home.door('Unit 4B')}"
    give_out(home, "dana")
    home.clock.at += timedelta(days=3)
    page = read(home.browser("dana"), path)
    assert "No code that was given out for Unit 4B works now. There is nothing to end." in page and "End these codes" not in page
    home.browser("dana").post(path)
    assert not [entry for entry in journal.entries(property_id=home.harbor.property_id) if entry.verb == "floor.raised"]
