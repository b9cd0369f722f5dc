"""A door that went away: its holder reads which and when, for a week, and nobody else anything."""

import re
from datetime import timedelta
from typing import Any

import pytest

from limen.access import queries as access
from limen.access import services as verbs
from limen.storage.transactions import unit_of_work
from tests.surfaces.resident.conftest import Home

DAY = timedelta(days=1)
SENTENCE = re.compile(r"Your access to ([\w ]+?) ended ([\w: ]+)\.")


def told(home: Home, who: str, language: str = "en") -> list[tuple[str, str]]:
    """Which doors ended for somebody, and when, as their page of doors says."""
    page: str = home.browser(who).get("/home/", {"lang": language}).content.decode()
    return SENTENCE.findall(page.partition('id="lost"')[2])


def revoke(home: Home, who: str, door: str, *, ago: timedelta = timedelta()) -> None:
    grant = next(g for g in access.grants_of(home.harbor.people[who]) if home.door(door) in g.door_ids and g.ended_at is None)
    with unit_of_work():
        verbs.revoke(grant_id=grant.id, by=home.harbor.actor(), now=home.clock.at - ago)


@pytest.mark.rule("ACCESS-4")
def test_who_lost_a_door_reads_which_and_when_and_nobody_else_does(home: Home) -> None:
    """Dana lost the Gym at 09:02 of this day; Theo, who has the same doors, and Kim read nothing of it."""
    assert told(home, "dana") == []
    revoke(home, "dana", "Gym", ago=timedelta(hours=5))
    assert told(home, "dana") == [("Gym", "today 09:02")]
    assert told(home, "theo") == told(home, "kim") == []
    spanish = home.browser("dana").get("/home/", {"lang": "es"}).content.decode()
    assert "Su acceso a Gym terminó hoy a las 09:02." in spanish
    state: dict[str, Any] = home.browser("dana").get("/home/api/state?lang=en").json()
    assert state["ended"] == [{"id": str(home.door("Gym")), "sentence": "Your access to Gym ended today 09:02."}]


def test_it_is_told_for_a_week_and_not_once_the_door_is_back(home: Home) -> None:
    """After seven days it is history; a door that is held again never went."""
    revoke(home, "dana", "Gym")
    home.clock.at += timedelta(days=6)
    assert told(home, "dana") == [("Gym", "Sat 21 Nov 14:02")]
    home.clock.at += DAY + timedelta(minutes=1)
    assert told(home, "dana") == []
    revoke(home, "theo", "Gym")
    home.harbor.give("theo", "Gym", now=home.clock.at)
    assert told(home, "theo") == []


def test_a_pause_takes_no_door_away(home: Home) -> None:
    """Everything comes back as it was, so nothing of it ended."""
    dana = home.harbor.people["dana"]
    with unit_of_work():
        verbs.suspend(person_id=dana, property_id=home.harbor.property_id, by=home.harbor.actor(), now=home.clock.at)
    assert told(home, "dana") == []


@pytest.mark.rule("PEOPLE-7")
def test_a_page_that_was_open_at_the_pause_learns_of_it_when_it_asks(home: Home) -> None:
    """The door is still in the list, opens by no phone, and says why; before, it opened and said so."""
    home.lock("Gym")
    gym, browser = str(home.door("Gym")), home.browser("dana")

    def asked() -> dict[str, Any]:
        doors: list[dict[str, Any]] = browser.get("/home/api/state?lang=en").json()["doors"]
        return next(door for door in doors if door["id"] == gym)

    assert asked()["opens"] is True
    with unit_of_work():
        verbs.suspend(person_id=home.harbor.people["dana"], property_id=home.harbor.property_id, by=home.harbor.actor(), now=home.clock.at)
    paused = asked()
    assert (paused["state"], paused["opens"]) == ("paused", False)
    assert paused["sentence"].startswith("Your access is paused.")


def test_what_ends_by_its_date_is_told_like_what_was_ended(home: Home) -> None:
    """Nobody orders it; the holder stands at the same closed door. A door that its group got only afterwards was never theirs."""
    home.lock("Boiler Room")
    home.lock("Roof", "LM000002")
    home.harbor.group("Heating", "Boiler Room")
    home.harbor.give("theo", "Heating", ends=home.clock.at + timedelta(hours=1), now=home.clock.at)
    home.harbor.phone("theo")
    home.clock.at += timedelta(hours=2)
    assert told(home, "theo") == [("Boiler Room", "today 15:02")]
    group = next(g for g in access.grants_of(home.harbor.people["theo"]) if g.group_name == "Heating")
    doors = [access.GroupDoorView(home.door(name), None, True) for name in ("Boiler Room", "Roof")]
    assert group.group_id is not None
    with unit_of_work():
        verbs.edit_group(group_id=group.group_id, name="Heating", doors=doors, by=home.harbor.actor(), now=home.clock.at)
    assert told(home, "theo") == [("Boiler Room", "today 15:02")]


def test_a_page_that_is_kept_knows_the_date_at_which_a_door_ends(home: Home) -> None:
    """So the sentence is there also without signal; a door without an end has none to tell."""
    home.lock("Boiler Room")
    home.harbor.group("Heating", "Boiler Room")
    ends = home.clock.at + DAY
    home.harbor.give("theo", "Heating", ends=ends, now=home.clock.at)
    browser = home.browser("theo")
    assert f'data-ends="{int(ends.timestamp())}"' in browser.get(f"/home/doors/{home.door('Boiler Room')}").content.decode()
    home.lock("Gym", "LM000003", "C2")
    assert "data-ends" not in browser.get(f"/home/doors/{home.door('Gym')}").content.decode()
