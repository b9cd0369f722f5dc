"""The page of the building: what may be changed and by whom, what it refuses, and how long codes are (PLACE-1, CODE-2)."""

import pytest

from limen.credentials import services as codes
from limen.journal import queries as journal
from limen.places import queries as places
from limen.storage.transactions import unit_of_work
from tests.surfaces.console.desk import Desk

BUILDING = {
    "name": "88 Harbor Street",
    "address": "88 Harbor Street",
    "city_line": "New York",
    "office_phone": "212 555 0100",
    "staleness_limit_days": "2",
}


@pytest.mark.rule("PLACE-1")
def test_a_building_gets_another_name_address_and_telephone(desk: Desk) -> None:
    """All of it stands there at once; printed signs are named where they now say something else; the journal knows which fields changed."""
    assert desk.get("Ana", "/c/more").links("The building") == ["/c/settings"]
    changed = BUILDING | {
        "name": "Harbor House",
        "address": "90 Harbor Street",
        "office_phone": "212 555 0199",
        "staleness_limit_days": "5",
    }
    desk.post("Ana", "/c/links", {"door": str(desk.house.doors["Package Room"])})
    page = desk.post("Ana", "/c/settings", changed)
    assert page.says("Saved. Everybody reads it from now on. 1 printed sign still shows what was there before.", "Harbor House")
    place = places.property_view(desk.house.property_id)
    assert (place.name, place.address, place.office_phone, place.staleness_limit_days) == (
        "Harbor House",
        "90 Harbor Street",
        "212 555 0199",
        5,
    )
    told = [entry for entry in journal.entries(property_id=place.id) if entry.verb == "property.edited"]
    assert [set(str(entry.detail["fields"]).split(",")) for entry in told] == [{"name", "address", "office_phone", "staleness_limit_days"}]
    desk.post("Ana", "/c/settings", changed)
    assert len([entry for entry in journal.entries(property_id=place.id) if entry.verb == "property.edited"]) == 1
    assert desk.get("Ana", "/c/settings").says("Time zone", "America/New_York", "Privacy rules")


@pytest.mark.rule("PLACE-1")
def test_the_building_refuses_what_cannot_be(desk: Desk) -> None:
    """No name, no address, characters that nobody sees, a limit that is none: each beside its field, the typed words stay, nothing is changed."""
    for field, value, why in (
        ("name", "", "This field is required."),
        ("address", "  ", "This field is required."),
        ("name", "Har\u200bbor", "This holds characters that cannot be seen. Type it again."),
        ("office_phone", "1" * 41, "Ensure this value has at most 40 characters"),
        ("staleness_limit_days", "0", "Ensure this value is greater than or equal to 1."),
        ("staleness_limit_days", "soon", "Enter a whole number."),
    ):
        page = desk.post("Ana", "/c/settings", BUILDING | {"city_line": "Elsewhere", field: value})
        assert page.status == 422 and page.says("There is a problem", why)
        assert "Elsewhere" in page.html
    assert places.property_view(desk.house.property_id).city_line != "Elsewhere"


@pytest.mark.rule("PEOPLE-2")
def test_who_edits_no_groups_reads_the_building_and_changes_nothing(desk: Desk) -> None:
    """Ben and Milo see it with the name of who can change it; what they send is refused."""
    for who in ("Ben", "Milo"):
        page = desk.get(who, "/c/settings")
        assert page.says("88 Harbor Street", "You can see this, not change it. Ana Ruiz can.")
        assert "Save" not in page.text
        assert desk.post(who, "/c/settings", BUILDING | {"name": "Mine"}).status == 403
        assert desk.get(who, "/c/settings/codes").status == 403
        assert desk.post(who, "/c/settings/codes", {"digits": "9"}).status == 403
    assert places.property_view(desk.house.property_id).name == "88 Harbor Street"


@pytest.mark.rule("CODE-2", "CODE-12")
def test_a_length_that_can_be_guessed_is_refused_with_the_odds(desk: Desk) -> None:
    """Too few digits: the door, its odds, the limit and the length to choose stand beside the field; no door changes."""
    before = desk.get("Ana", "/c/settings/codes")
    assert before.says("Length of codes", "The door that needs the longest codes is Main Entrance: 8 digits")
    page = desk.post("Ana", "/c/settings/codes", {"digits": "6"})
    assert page.status == 422 and page.says("There is a problem", "6 digits at Main Entrance: a day of guessing gets in 1 time in")
    assert page.says("The limit is 1 in 500. Choose 8.")
    assert desk.post("Ana", "/c/settings/codes", {"digits": "3"}).status == 422
    assert desk.post("Ana", "/c/settings/codes", {}).status == 422
    assert places.property_view(desk.house.property_id).code_digits is None


@pytest.mark.rule("CODE-2", "SYNC-3")
def test_longer_codes_replace_the_old_ones_with_the_update(desk: Desk) -> None:
    """Nine digits: everybody's code at the Package Room is a new one, its door waits and is due today; back to the odds, none is shortened."""
    dana, door = desk.house.people["Dana"], desk.house.doors["Package Room"]
    desk.house.update("Package Room")
    assert desk.get("Ana", "/c/settings").says("Codes are as short as the odds of each door allow.")
    page = desk.post("Ana", "/c/settings/codes", {"digits": "9"})
    assert page.says("Saved.", "Codes have 9 digits at every door.")
    assert len(codes.permanent_digits(person_id=dana, door_id=door)) == 9
    assert "Package Room" in [task.door_name for task in desk.house.tasks() if task.is_due]
    assert desk.post("Ana", "/c/settings/codes", {"digits": "odds"}).says("Codes are as short as the odds of each door allow.")
    with unit_of_work():
        codes.settle_codes(door_id=door, now=desk.house.now)
    assert len(codes.permanent_digits(person_id=dana, door_id=door)) == 9
