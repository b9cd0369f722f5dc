"""Groups: doors, hours, and what an edit does before it is done (ACCESS-1, ACCESS-3, ACCESS-6, ACCESS-11)."""

import pytest

from limen.access import queries as access
from limen.console import hours
from limen.kernel.periods import Weekly
from tests.surfaces.console.desk import Desk

NIGHT = {"when": "hours", "codes": "on", "row0-days": ["4", "5"], "row0-start": "22:00", "row0-end": "02:00"}


def doors(desk: Desk, *names: str) -> list[str]:
    """Ids as the form sends them."""
    return [str(desk.house.doors[name]) for name in names]


def view(desk: Desk, group: str) -> access.GroupView:
    """The group as it is now."""
    found = access.group_view(desk.groups[group])
    assert found is not None
    return found


@pytest.mark.rule("ACCESS-3", "ACCESS-11")
def test_an_edit_says_what_changes_before_it_is_saved(desk: Desk) -> None:
    """Who gains which door, that nobody loses one, and which door needs an update because somebody has no app."""
    desk.house.give("Rosa", desk.groups["Residents"])
    desk.house.update("Package Room")
    path = f"/c/groups/{desk.groups['Residents']}/edit"
    wanted = {"name": "Residents", "codes": "on", "doors": doors(desk, "Main Entrance", "Package Room", "Unit 4B", "Roof")}
    page = desk.post("Ana", path, wanted)
    assert page.says("What this changes", "1 person gains Roof.", "Nobody loses a door.")
    assert len(view(desk, "Residents").doors) == 3
    assert desk.post("Ana", path, wanted | {"step": "save"}).says(
        "Saved. It holds here at once; doors without network follow with their update."
    )
    assert len(view(desk, "Residents").doors) == 4
    page = desk.post("Ana", path, {"name": "Residents", "codes": "on", "doors": doors(desk, "Main Entrance", "Unit 4B", "Roof")})
    assert page.says("3 people lose Package Room.", "Package Room: needs an update, due today")


def test_a_new_name_alone_changes_no_door(office: Desk) -> None:
    """And says so."""
    path = f"/c/groups/{office.groups['Roof deck']}/edit"
    page = office.post("Ana", path, {"name": "Top deck", "doors": doors(office, "Roof")})
    assert page.says("This changes no door for anybody.", "from now on called Top deck")
    office.post("Ana", path, {"name": "Top deck", "doors": doors(office, "Roof"), "step": "save"})
    assert view(office, "Roof deck").name == "Top deck"


@pytest.mark.rule("ACCESS-6", "ACCESS-11")
def test_hours_belong_to_a_door_and_survive_an_edit_of_doors(office: Desk) -> None:
    """Friday and Saturday night; adding a door leaves them as they are."""
    group, gym = office.groups["Amenities"], office.house.doors["Gym"]
    path = f"/c/groups/{group}/doors/{gym}"
    assert office.post("Ana", path, NIGHT).says("What this changes")
    assert office.post("Ana", path, NIGHT | {"step": "save"}).says("Fri, Sat 22:00 to 02:00")
    assert view(office, "Amenities").doors[0].schedule == Weekly.of([[0b0110000, 22 * 60, 2 * 60]])
    office.post("Ana", f"/c/groups/{group}/edit", {"name": "Amenities", "doors": doors(office, "Gym", "Roof"), "step": "save"})
    kept = {door.door_id: door.schedule for door in view(office, "Amenities").doors}
    assert kept == {gym: Weekly.of([[0b0110000, 22 * 60, 2 * 60]]), office.house.doors["Roof"]: None}
    office.post("Ana", path, {"when": "always", "step": "save"})
    assert all(door.schedule is None for door in view(office, "Amenities").doors)


def test_hours_that_are_half_typed_are_refused(office: Desk) -> None:
    """Days without hours, hours without days, nothing at all."""
    path = f"/c/groups/{office.groups['Amenities']}/doors/{office.house.doors['Gym']}"
    half = office.post("Ana", path, {"when": "hours", "row0-days": ["0"], "row0-start": "08:00", "row0-end": ""})
    assert half.says("Give the days and both hours, or leave the row empty.")
    assert office.post("Ana", path, {"when": "hours"}).says("Give at least one row of days and hours.")
    assert office.post("Ana", path, {"when": "hours", "row0-days": ["9"], "row0-start": "08:00", "row0-end": "09:00"}).status == 422
    assert office.post("Ana", path, {}).status == 422


def test_a_group_needs_a_name_and_a_door_of_this_building(office: Desk) -> None:
    """Missing, repeated and foreign values are named."""
    assert office.post("Ana", "/c/groups/add", {"name": "", "doors": doors(office, "Gym")}).says("There is a problem")
    assert office.post("Ana", "/c/groups/add", {"name": "Empty"}).says("Choose at least one door.")
    assert office.post("Ana", "/c/groups/add", {"name": "Foreign", "doors": ["1", "x" * 500]}).says("Choose at least one door.")
    assert office.post("Ana", "/c/groups/add", {"name": "Roof deck", "doors": doors(office, "Gym")}).status == 422
    made = office.post("Ana", "/c/groups/add", {"name": "Night shift", "codes": "on", "doors": doors(office, "Gym", "Boiler Room")})
    assert made.says("Night shift", "Nobody holds this group yet.", "always")


def test_hours_in_words() -> None:
    """Runs of days by their ends, holidays by name, always as always."""
    assert hours.words(None) == "always"
    assert hours.words(Weekly.of([[0b11111111, 360, 1320]])) == "every day 06:00 to 22:00"
    assert hours.words(Weekly.of([[0b00011111, 480, 1080], [0b10100000, 540, 720]])) == (
        "Mon to Fri 08:00 to 18:00; Sat and holidays 09:00 to 12:00"
    )
    assert hours.words(Weekly.of([[0b00010101, 0, 1440]])) == "Mon, Wed, Fri 00:00 to 24:00"


def test_a_night_goes_on_in_the_picture_of_the_next_day() -> None:
    """Sunday night ends on Monday."""
    assert hours.bars(Weekly.of([[0b1000000, 1320, 120]])) == [hours.Bar(6, 1320, 120), hours.Bar(0, 0, 120)]
