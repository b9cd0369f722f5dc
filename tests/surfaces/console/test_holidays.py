"""The building's calendar of holidays: who may change it, what it refuses, and what the doors' locks know of it (ACCESS-6)."""

from datetime import date

import pytest

from limen.access import queries as access
from limen.access import services as verbs
from limen.journal import queries as journal
from limen.kernel.actors import SYSTEM
from limen.kernel.periods import Weekly
from limen.places import queries as places
from limen.storage.transactions import unit_of_work
from tests.surfaces.console.desk import Desk

CHRISTMAS = {"day": "2026-12-25", "name": "Christmas Day"}
DAILY = Weekly.of([[0b0011111, 6 * 60, 22 * 60]])


def with_hours(desk: Desk) -> None:
    """The Roof has hours on weekdays, and none for holidays; its lock knows them."""
    group = desk.groups["Roof deck"]
    view = access.group_view(group)
    assert view is not None
    doors = [access.GroupDoorView(door.door_id, DAILY, door.codes_on) for door in view.doors]
    with unit_of_work():
        verbs.edit_group(group_id=group, name=view.name, doors=doors, by=SYSTEM, now=desk.house.now)
    desk.house.update("Roof")


@pytest.mark.rule("ACCESS-6", "SYNC-4")
def test_a_holiday_is_added_and_its_doors_wait(desk: Desk) -> None:
    """The day stands in the list; the Roof says what it does on holidays and that it waits; the update is due on that day; taken away, it is gone."""
    with_hours(desk)
    assert desk.get("Ana", "/c/holidays").says("No holidays yet. Until there is one, every day follows its weekday.")
    page = desk.post("Ana", "/c/holidays", CHRISTMAS)
    assert page.says("Christmas Day", "Fri 25 Dec", "Roof", "closed on holidays", "Waits for an update since")
    assert desk.get("Ana", desk.door("Roof")).says("Holidays changed.")
    assert "2026" not in page.text
    assert desk.post("Ana", "/c/holidays", {"day": "2027-01-01", "name": "New Year"}).says("Fri 1 Jan 2027")
    [due] = [task.due for task in desk.house.tasks() if task.door_name == "Roof"]
    assert due == date(2026, 12, 25)
    desk.house.update("Roof")
    assert "Waits for an update" not in desk.get("Ana", "/c/holidays").text
    assert "Christmas" not in desk.post("Ana", "/c/holidays/remove", {"day": "2026-12-25"}).text
    verbs_told = [entry.verb for entry in journal.entries(property_id=desk.house.property_id)]
    assert {"holiday.added", "holiday.removed"} <= set(verbs_told)


@pytest.mark.rule("ACCESS-6")
def test_the_calendar_refuses_what_cannot_be(desk: Desk) -> None:
    """A day that passed, one far away, none, one without a name, one twice: each with its sentence."""
    for said, why in (
        ({"day": "2026-11-20", "name": "Gone"}, "Choose a day from today on, at most five years ahead."),
        ({"day": "2050-01-01", "name": "Far"}, "Choose a day from today on, at most five years ahead."),
        ({"day": "", "name": "None"}, "This field is required."),
        ({"day": "2026-12-25", "name": ""}, "This field is required."),
    ):
        page = desk.post("Ana", "/c/holidays", said)
        assert page.status == 422 and page.says("There is a problem", why)
    desk.post("Ana", "/c/holidays", CHRISTMAS)
    assert desk.post("Ana", "/c/holidays", CHRISTMAS).says("This day is a holiday already.")


@pytest.mark.rule("PEOPLE-2")
def test_only_who_edits_groups_changes_the_calendar(desk: Desk) -> None:
    """Ben sees it and may not change it (403); Milo does not find it (404); a day that is none cannot be taken away."""
    assert desk.get("Ben", "/c/holidays").status == 200
    assert desk.post("Ben", "/c/holidays", CHRISTMAS).status == 403
    assert desk.post("Ben", "/c/holidays/remove", {"day": "2026-12-25"}).status == 403
    assert desk.get("Milo", "/c/holidays").status == 404
    assert desk.post("Milo", "/c/holidays/remove", {"day": "2026-12-25"}).status == 404
    assert desk.post("Ana", "/c/holidays/remove", {"day": "2026-12-25"}).status == 404
    assert desk.post("Ana", "/c/holidays/remove", {"day": "no day"}).status == 404
    assert places.holidays(desk.house.property_id) == {}
