"""The walk from door to door: what passes there anyway, where to go next, and what an update has put in force (W6)."""

import json
from datetime import timedelta

import pytest

from limen.access import queries as access
from limen.access import services as verbs
from limen.storage.transactions import unit_of_work
from tests.surfaces.console.desk import LOCKS, Desk, later
from tests.surfaces.console.test_ending import end, proved
from tests.surfaces.console.test_home import on_floor
from tests.unit.fleet.house import ANA

FEW = "Few phones pass here. Do not wait for one."


def passes(desk: Desk, door: str, *, times: int, every: timedelta) -> None:
    """People open a door with their app, again and again; each phone brings a receipt."""
    for _time in range(times):
        later(desk, seconds=every.total_seconds())
        desk.house.hand_in(desk.house.locks[door].receipt(full=True, lock_time=int(desk.house.now.timestamp())))


@pytest.mark.rule("SYNC-14")
def test_the_forecast_says_by_when_and_that_it_is_an_estimate(desk: Desk) -> None:
    """The mean gap of four weeks from now on, as an hour of the building; beside what waits and never beside a check."""
    proved(desk)
    passes(desk, "Package Room", times=28 * 6, every=timedelta(hours=4))
    said = "Usually reached by passing residents by about 18:00. An estimate."
    assert "Usually" not in desk.get("Milo", desk.door("Package Room")).text
    desk.house.inbox("Dana")
    end(desk, "Dana", "Residents")
    end(desk, "Dana", "Roof deck")
    later(desk, minutes=-5)
    for path in ("/c/updates", desk.door("Package Room")):
        assert desk.get("Milo", path).says(said)
    assert "Usually" not in desk.get("Milo", "/c/").text
    assert desk.get("Milo", desk.door("Roof")).says("Waits for an update", FEW)
    spanish = desk.get("Milo", desk.door("Package Room"), lang="es")
    assert spanish.says("Quienes pasan por aquí suelen traer la actualización hacia las 18:00. Es una estimación.")
    later(desk, hours=8)
    assert desk.get("Milo", "/c/updates", lang="en").says("Usually reached by passing residents by about Sun 20 Dec 02:00. An estimate.")
    desk.house.update("Package Room")
    assert "Usually" not in desk.get("Milo", desk.door("Package Room")).text


@pytest.mark.rule("SYNC-14")
def test_a_forecast_of_days_names_a_day_and_one_of_minutes_a_quarter(desk: Desk) -> None:
    """No hour is promised that nobody can know."""
    proved(desk)
    passes(desk, "Package Room", times=4, every=timedelta(days=7))
    end(desk, "Dana", "Residents")
    assert desk.get("Milo", "/c/updates").says("by about Fri 25 Dec. An estimate.")
    passes(desk, "Package Room", times=28 * 24, every=timedelta(minutes=1))
    assert desk.get("Milo", desk.door("Package Room")).text.count("Usually reached by passing residents by about ") == 1
    minutes = desk.get("Milo", desk.door("Package Room")).text.partition("by about ")[2][:5]
    assert minutes in {"02:15", "02:30", "02:45", "03:00"}


@pytest.mark.rule("SYNC-14")
def test_how_often_a_household_comes_and_goes_is_no_forecast(desk: Desk) -> None:
    """A unit door is updated like every other, and nothing is said of who passes there: neither that many do nor that few do."""
    desk.house.activate("Unit 4B", *LOCKS["Unit 4B"])
    proved(desk)
    desk.house.update("Unit 4B")
    passes(desk, "Unit 4B", times=100, every=timedelta(hours=4))
    end(desk, "Dana", "Residents")
    page = desk.get("Ana", desk.door("Unit 4B"))
    assert page.says("Waits for an update") and "Usually" not in page.text and FEW not in page.text
    row = desk.get("Ana", "/c/updates").text.partition("\nUnit 4B\n")[2].partition("\nUpdate Unit 4B")[0]
    assert "Access ended for Dana Example." in row and "Usually" not in row and FEW not in row


@pytest.mark.rule("SYNC-14")
def test_after_a_door_the_page_says_where_to_go_and_how_far_it_is(desk: Desk) -> None:
    """On in the order of the walk; without the time while nobody said on which floor one of the two is; home, when nothing else is due."""
    proved(desk)
    end(desk, "Dana", "Residents")
    end(desk, "Dana", "Roof deck")
    page = desk.get("Milo", desk.door("Package Room") + "/update")
    assert page.says("Next: Roof", "Go to Roof") and "on foot" not in page.text
    on_floor(desk, Roof=9, Package_Room=0)
    page = desk.get("Milo", desk.door("Package Room") + "/update")
    assert page.says("Next: Roof, 4 minutes on foot") and page.links("Go to Roof")[0] == desk.door("Roof") + "/update"
    assert desk.get("Milo", desk.door("Roof") + "/update").says("Next: Package Room, 4 minutes on foot")
    assert desk.get("Milo", desk.door("Roof") + "/update", lang="es").says(
        "Siguiente: Package Room, a 4 minutos a pie", "Ir a Package Room"
    )
    round_page = desk.get("Milo", "/c/updates", lang="en").html
    assert 'data-floor="9"' in round_page and 'data-minutes="1 1 2 2 2 3 3 3 4 4 4 5' in round_page
    desk.house.update("Roof")
    page = desk.get("Milo", desk.door("Package Room") + "/update")
    assert "Next:" not in page.text and page.links("Home")


def brought(desk: Desk, who: str, door: str, since: int) -> list[str]:
    """What the page of an update hears from the service after the lock's receipt."""
    answer = desk.client(who).get(desk.door(door) + f"/update/brought?since={since}")
    assert answer.status_code == 200, answer.content
    said: list[str] = json.loads(answer.content)["said"]
    return said


@pytest.mark.rule("ACCESS-4")
@pytest.mark.rule("SYNC-6")
def test_what_an_update_put_in_force_is_said_with_its_time(desk: Desk) -> None:
    """M06 with a name for who may know it, without for Milo; from the receipt on, and only what came since the page was made."""
    proved(desk)
    end(desk, "Dana", "Roof deck")
    made = int(desk.house.now.timestamp())
    assert brought(desk, "Ana", "Roof", made) == []
    later(desk, minutes=29)
    desk.house.update("Roof")
    assert brought(desk, "Ana", "Roof", made) == ["Revoked for Dana, in force since today 14:31."]
    assert brought(desk, "Milo", "Roof", made) == ["Revoked for 1 person, in force since today 14:31."]
    assert brought(desk, "Milo", "Package Room", made) == []
    assert brought(desk, "Milo", "Roof", made + 30 * 60) == []
    later(desk, days=3)
    assert brought(desk, "Milo", "Roof", 0) == [], "a page of long ago learns no history"


@pytest.mark.rule("ACCESS-4")
def test_what_still_waits_at_another_door_is_in_force_at_this_one_alone(desk: Desk) -> None:
    """Dana loses both doors with one order; and whoever got this door back meanwhile was not revoked here."""
    both = desk.house.group("Both", "Roof", "Package Room")
    desk.house.person("Kim")
    for first in ("Kim", "Theo"):
        desk.house.give(first, both)
    proved(desk)
    for first in ("Kim", "Theo"):
        desk.house.inbox(first)
    end(desk, "Kim", "Both")
    end(desk, "Theo", "Both")
    desk.house.update("Roof")
    made = int(desk.house.now.timestamp())
    assert brought(desk, "Ana", "Roof", made) == ["Revoked for Kim at Roof, in force since today 14:02."]
    desk.house.update("Package Room")
    assert brought(desk, "Ana", "Roof", made) == ["Revoked for Kim, in force since today 14:02."]
    desk.house.give("Kim", both)
    assert brought(desk, "Ana", "Roof", made) == []


@pytest.mark.rule("PEOPLE-7")
def test_a_pause_and_a_removed_phone_are_called_what_they_are(desk: Desk) -> None:
    """Nothing of theirs was revoked."""
    proved(desk)
    desk.post("Ana", desk.person("Dana") + "/pause")
    made = int(desk.house.now.timestamp())
    desk.house.update("Roof")
    assert brought(desk, "Ana", "Roof", made) == ["Paused for Dana at Roof, in force since today 14:02."]


def test_only_who_updates_doors_hears_it(desk: Desk) -> None:
    """Ben may see that a door waits, and updates none; a page says when it was made."""
    path = desk.door("Roof") + "/update/brought"
    assert desk.get("Ben", path + "?since=0").status == 403
    assert desk.get("Dana", path + "?since=0").status == 403
    assert desk.get(None, path + "?since=0").status == 302
    for wrong in ("", "?since=", "?since=yesterday", "?since=-1", "?since=999999999999", "?since=²"):
        assert desk.get("Milo", path + wrong).status == 404


@pytest.mark.rule("PEOPLE-3")
def test_a_guest_of_a_household_has_no_name_at_its_door(desk: Desk) -> None:
    """At a unit door staff read that somebody's access ended and not whose guest it was; at a common door they may know (V13 o)."""
    desk.house.activate("Unit 4B", *LOCKS["Unit 4B"])
    house = desk.house
    with unit_of_work():
        invited = verbs.invite_guest(
            host_id=house.people["Dana"], door_ids=[house.doors["Unit 4B"], house.doors["Package Room"]], first="Ines", last="Calder",
            email="ines@example.org", starts=house.now, ends=house.now + timedelta(days=30), by=ANA, now=house.now,
        )  # fmt: skip
    assert invited.grant_id is not None and invited.person_id is not None
    house.people["Ines"] = invited.person_id
    house.phone("Ines")
    proved(desk)
    house.update("Unit 4B")
    house.inbox("Ines")
    assert len(access.holders(house.doors["Unit 4B"], house.now)) == 3
    assert desk.get("Ana", desk.door("Package Room")).says("Ines Calder") and "Ines" not in desk.get("Ana", desk.door("Unit 4B")).text
    with unit_of_work():
        verbs.revoke(grant_id=invited.grant_id, by=ANA, now=house.now)
    row = desk.get("Ana", "/c/").text.partition("\nUnit 4B\n")[2].partition("\nUpdate Unit 4B")[0]
    assert "Access ended for 1 person." in row and "still opens for 1 person" in row and "Ines" not in row
    made = int(house.now.timestamp())
    house.update("Unit 4B")
    house.update("Package Room")
    assert brought(desk, "Ana", "Unit 4B", made) == ["Revoked for 1 person, in force since today 14:02."]
    assert brought(desk, "Ana", "Package Room", made) == ["Revoked for Ines, in force since today 14:02."]
