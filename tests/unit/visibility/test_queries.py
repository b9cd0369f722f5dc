"""Relations, computed from homes, roles and groups as they are."""

from datetime import datetime, timedelta

import pytest

from limen.kernel.actors import SYSTEM
from limen.people import services as people
from limen.storage.transactions import unit_of_work
from limen.visibility import queries
from limen.visibility.queries import Allowed, RecordFacts, Verdict
from tests.cast import Harbor, harbor

DAY = timedelta(days=1)


@pytest.fixture
def house(db: None, now: datetime) -> Harbor:
    """The building; Ben manages the group with the roof and Unit 4B, nothing else."""
    made = harbor(now)
    made.group("Services", "Roof", "Unit 4B")
    made.group("Residents", "Main Entrance", "Package Room")
    with unit_of_work():
        people.appoint(
            person_id=made.people["ben"], kind="property_manager", property_id=made.property_id, access="specific",
            group_ids=[made.groups["Services"]], by=made.actor(), now=now,
        )  # fmt: skip
    return made


def judge(
    house: Harbor, asker: str, door: str, subject: str, *, about: str | None = None, host: str | None = None, at: datetime | None = None
) -> Verdict:
    """The verdict of one asker about an event at a door."""
    unit = door.removeprefix("Unit ") if door.startswith("Unit ") else None
    kind = "unit" if unit else "common"
    found = queries.event_filter(house.people[asker], house.property_id, house.now)
    return found.allows(
        RecordFacts("event", queries.door_class(kind), subject),
        person_id=house.people[about] if about else None,
        host_id=house.people[host] if host else None,
        door_id=house.doors[door],
        unit_id=house.units[unit] if unit else None,
        at=at,
    )


@pytest.mark.rule("HISTORY-1")
def test_own_comings_and_goings_are_ones_own(house: Harbor) -> None:
    """Dana sees her own entries at 4B; neither Theo, who lives there, nor any manager does."""
    assert isinstance(judge(house, "dana", "Unit 4B", "resident", about="dana"), Allowed)
    for other in ("theo", "ana", "ben", "sofia", "kim"):
        assert not isinstance(judge(house, other, "Unit 4B", "resident", about="dana"), Allowed)


@pytest.mark.rule("HISTORY-1")
def test_the_household_sees_who_came(house: Harbor) -> None:
    """A guest, a plumber and wrong codes at 4B are seen by Dana and Theo; the plumber also by managers of the door."""
    for subject in ("guest", "vendor", "unknown"):
        assert all(isinstance(judge(house, name, "Unit 4B", subject), Allowed) for name in ("dana", "theo"))
        assert not isinstance(judge(house, "kim", "Unit 4B", subject), Allowed)
    assert isinstance(judge(house, "ben", "Unit 4B", "vendor"), Allowed)
    assert not isinstance(judge(house, "ben", "Unit 4B", "guest"), Allowed)
    assert not isinstance(judge(house, "ben", "Unit 4B", "unknown"), Allowed)


@pytest.mark.rule("PEOPLE-3")
def test_a_manager_sees_only_doors_of_their_groups(house: Harbor) -> None:
    """Ben manages the group with the roof: he sees the roof and not the Package Room; security staff see both."""
    assert isinstance(judge(house, "ben", "Roof", "resident"), Allowed)
    assert not isinstance(judge(house, "ben", "Package Room", "resident"), Allowed)
    assert isinstance(judge(house, "ana", "Package Room", "resident"), Allowed)
    assert isinstance(judge(house, "sofia", "Package Room", "resident"), Allowed)


def test_an_earlier_households_visitors_stay_theirs(house: Harbor, now: datetime) -> None:
    """Who moved in later does not see who came before; who moved out sees nothing of the household any more."""
    assert not isinstance(judge(house, "dana", "Unit 4B", "guest", at=now - 90 * DAY), Allowed)
    assert isinstance(judge(house, "dana", "Unit 4B", "guest", at=now - DAY), Allowed)
    with unit_of_work():
        people.end_residency(person_id=house.people["theo"], unit_id=house.units["4B"], until=now, by=SYSTEM, now=now)
    assert not isinstance(judge(house, "theo", "Unit 4B", "guest", at=now - DAY), Allowed)


def test_somebody_else_sees_nothing(house: Harbor) -> None:
    """A stranger to the building has no relation to anything in it but to themselves."""
    for subject in ("resident", "guest", "staff", "vendor", "unknown"):
        assert not isinstance(judge(house, "gus", "Package Room", subject, about="dana"), Allowed)
    assert isinstance(judge(house, "gus", "Package Room", "vendor", about="gus"), Allowed)
    assert not queries.may_see(
        RecordFacts("contact", "any", "guest"), queries.relations(house.people["ana"], property_id=house.property_id, now=house.now)
    )
