"""What the ledger is told about groups and grants, and that it names nobody."""

from datetime import timedelta

import pytest

from limen.access import services
from limen.access.remembered import read_hours, read_instant, said_hours
from limen.access.views import GroupDoorView
from limen.kernel.actors import SYSTEM
from limen.kernel.periods import Interval, Weekly
from limen.storage import ledger
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor

OFFICE = Weekly((Interval(31, 540, 1020), Interval(96, 600, 720)))


@pytest.mark.parametrize("hours", [None, OFFICE, Weekly(tuple(Interval(255, 1430 + n, 1439) for n in range(8)))])
def test_hours_are_one_word_and_come_back(hours: Weekly | None) -> None:
    """Also eight of the longest."""
    said = said_hours(hours)
    assert len(said) <= 120 and read_hours(said) == hours


def test_no_end_is_a_word_too() -> None:
    """And everything else is seconds."""
    assert read_instant("none") is None


@pytest.mark.rule("OPS-2")
def test_the_ledger_hears_what_was_given_and_on_which_terms_it_stands(house: Harbor) -> None:
    """A first gift, a change of it, and the doors of a group that an edit changes; nothing else."""
    before = len(ledger.lines())
    grant = house.give("dana", "Roof deck")
    with unit_of_work():
        services.give(
            person_id=house.people["dana"], group_id=house.groups["Roof deck"], standing="resident", starts=house.now,
            ends=house.now + timedelta(days=1), may_share=False, opens_code=False, by=SYSTEM, now=house.now,
        )  # fmt: skip
    with unit_of_work():
        doors = [GroupDoorView(house.doors["Gym"], OFFICE, True)]
        services.edit_group(group_id=house.groups["Roof deck"], name="Roof deck", doors=doors, by=SYSTEM, now=house.now)
    with unit_of_work():
        services.set_sharing(grant_id=grant.id, may_share=True, by=SYSTEM, now=house.now)
    lines = ledger.lines()[before:]
    said = [(line.kind, line.facts.get("hours", line.facts.get("ways"))) for line in lines if line.kind not in ("revocation", "numbers")]
    assert said == [
        ("given", None),
        ("terms", "app.card"),
        ("group_door", "gone"),
        ("group_door", said_hours(OFFICE)),
        ("terms", "app.card"),
    ]
    assert lines[-1].facts["share"] == "1"
