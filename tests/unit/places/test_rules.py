"""What a building and a door may be."""

import pytest

from limen.kernel.problems import Problem
from limen.kernel.tables import Row, read_table
from limen.places import rules

MODELS = {"M3": False, "R": True}
HEADING = "Door,Kind,Unit,Model,Connected,Serial,ShareAllowed,Doorcodes\n"


def row(line: str) -> Row:
    return read_table((HEADING + line).encode(), rules.COLUMNS).rows[0]


@pytest.mark.rule("PLACE-1")
@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"name": "x" * 121}, {"time_zone": "New York"}, {"time_zone": "../etc"}, {"profile": "DE"}]
)
def test_a_building_has_a_name_a_zone_and_a_profile(wrong: dict[str, str]) -> None:
    """Only zones of the IANA table and the three privacy profiles."""
    right = {"name": "88 Harbor Street", "time_zone": "America/New_York", "profile": "NYC"}
    rules.check_property(**right)
    with pytest.raises(Problem):
        rules.check_property(**right | wrong)


@pytest.mark.rule("PLACE-3")
@pytest.mark.parametrize(("kind", "has_unit"), [("unit", False), ("common", True), ("lobby", False), ("", False)])
def test_only_a_units_door_has_a_unit(kind: str, has_unit: bool) -> None:
    """And there are four kinds."""
    with pytest.raises(Problem):
        rules.check_kind(kind, has_unit)


def test_a_line_says_what_a_door_is() -> None:
    """Empty cells mean: not connected, may be shared, has codes."""
    facts, wrong = rules.facts_of(row("Unit 4B,Unit,4B,M3,,LM000140,,\n"), MODELS)
    assert wrong == []
    assert facts == rules.DoorFacts("Unit 4B", "unit", "4B", False, True, True, "M3", "LM000140")


@pytest.mark.rule("PLACE-6")
def test_a_line_may_forbid_sharing_and_doorcodes() -> None:
    """Two columns of the file."""
    facts, wrong = rules.facts_of(row("Gym,common,,R,yes,,no,No\n"), MODELS)
    assert not wrong and (facts.connected, facts.share_allowed, facts.codes_allowed) == (True, False, False)


@pytest.mark.rule("PLACE-5")
@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        (",common,,,,,,", "Door", "is empty."),
        ("Gym,lobby,,,,,,", "Kind", '"lobby" is not a kind of door. Write entrance, common, unit or service.'),
        ("Unit 1A,unit,,,,,,", "Unit", "is empty. A door of kind unit belongs to a unit."),
        ("Gym,common,1A,,,,,", "Unit", '"1A" stands at a door of kind common. Only a door of kind unit belongs to one.'),
        ("Gym,common,,,maybe,,,", "Connected", '"maybe" is neither yes nor no.'),
        ("=1+1,common,,,,,,", "Door", "a formula is not read here. Write the words."),
        (f"{'x' * 121},common,,,,,,", "Door", "is longer than 120 characters."),
    ],
)
def test_a_wrong_line_is_told_with_column_and_reason(line: str, column: str, why: str) -> None:
    """In words a manager understands."""
    assert (column, why) in rules.facts_of(row(line + "\n"), MODELS)[1]


@pytest.mark.parametrize(("unit", "floor"), [("4B", 4), ("12A", 12), ("1204", 12), ("102", 1), ("PH", None), ("B1", None)])
def test_a_units_name_tells_its_floor(unit: str, floor: int | None) -> None:
    """As people number flats; a name that begins with no digit tells none."""
    assert rules.floor_of_unit(unit) == floor
