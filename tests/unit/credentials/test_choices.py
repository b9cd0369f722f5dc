"""What people choose about their own codes."""

from datetime import datetime
from uuid import UUID

import pytest

from limen.access import services as access
from limen.credentials import queries, services
from limen.kernel.problems import NotYours
from limen.storage.transactions import unit_of_work
from limen.wire.doorcodes import damerau
from tests.cast import Harbor


@pytest.mark.rule("LOCK-14")
def test_a_second_code_is_made_at_each_door_for_who_asks_and_ends_when_they_say_so(house: Harbor, now: datetime) -> None:
    """Off until asked for; far from the first one, shown to its owner alone, and gone from everywhere once it is given up."""
    dana, doors = house.people["dana"], [house.doors["Package Room"], house.doors["Unit 4B"]]

    def second() -> list[UUID]:
        return [door for door in doors if any(code.duress and code.person_id == dana for code in queries.codes_at(door))]

    def wants(answer: bool, by: str = "dana") -> None:
        with unit_of_work():
            services.set_second_code(person_id=dana, property_id=house.property_id, wanted=answer, by=house.actor(by), now=now)

    assert second() == []
    for other in ("ana", "theo"):
        with pytest.raises(NotYours):
            wants(True, by=other)
    wants(True)
    assert second() == doors
    for door in doors:
        with unit_of_work():
            first, marked = (
                services.show_code(person_id=dana, door_id=door, by=house.actor("dana"), now=now, duress=which) for which in (False, True)
            )
        assert damerau(first, marked) >= 2
        with pytest.raises(NotYours), unit_of_work():
            services.show_code(person_id=dana, door_id=door, by=house.actor("theo"), now=now, duress=True)
    wants(False)
    assert second() == []


@pytest.mark.rule("LOCK-14", "CODE-14")
def test_what_somebody_chose_ends_with_their_access(house: Harbor, now: datetime) -> None:
    """Dana pauses and it stays; she moves out, comes back years later, and has no second code that she has forgotten."""
    dana = house.people["dana"]

    def chosen() -> tuple[bool, bool]:
        return queries.has_second_code(dana, house.property_id), queries.has_one_code(dana, house.property_id)

    with unit_of_work():
        for choose in (services.set_second_code, services.set_one_code):
            choose(person_id=dana, property_id=house.property_id, wanted=True, by=house.actor("dana"), now=now)
    with unit_of_work():
        access.suspend(person_id=dana, property_id=house.property_id, by=house.actor(), now=now)
    assert chosen() == (True, True)
    with unit_of_work():
        access.resume(person_id=dana, property_id=house.property_id, by=house.actor(), now=now)
    with unit_of_work():
        access.move_out(person_id=dana, property_id=house.property_id, by=house.actor(), now=now)
    assert chosen() == (False, False)
