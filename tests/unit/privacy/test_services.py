"""The record of a home that was left goes by the word of who lived there, of nobody else, and everybody can see that it was ordered."""

from datetime import datetime
from pathlib import Path

import pytest

from limen.access import services as access
from limen.fleet.models import Discard
from limen.journal import queries as journal
from limen.kernel.actors import SYSTEM, Actor
from limen.kernel.problems import NotYours, Refused
from limen.people import services as people
from limen.privacy import services as privacy
from limen.storage import ledger
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House

pytestmark = pytest.mark.rule("PRIVACY-6")


@pytest.fixture
def house(db: None, own_data: Path, now: datetime) -> House:
    """Dana has left 4B, where she lived alone; Theo lives in 5E."""
    made = House.build(now)
    made.door("Unit 4B", "unit", unit="4B")
    made.door("Unit 5E", "unit", unit="5E")
    made.door("Package Room")
    made.person("Dana", unit="4B")
    made.person("Theo", unit="5E")
    made.activate("Unit 4B", "LM000004")
    made.activate("Package Room", "LM000001")
    with unit_of_work():
        access.move_out(person_id=made.people["Dana"], property_id=made.property_id, by=ANA, now=made.now)
    made.later(days=1)
    return made


def order(house: House, who: str, door: str = "Unit 4B") -> datetime:
    with unit_of_work():
        return privacy.discard_record(door_id=house.doors[door], by=Actor(house.people[who], "test"), now=house.now)


def test_who_has_left_orders_it_and_the_ledger_and_the_journal_know(house: House) -> None:
    """Up to when they left, signed by the log key, once; nobody is named by it."""
    assert order(house, "Dana") == order(house, "Dana")
    [row] = Discard.objects.all()
    assert row.upto == house.now.replace(day=house.now.day - 1) and row.version == house.state("Unit 4B").current
    [line] = ledger.lines("discarded")
    assert line.facts == {"lock": b"LM000004".hex(), "epoch": "1", "upto": str(int(row.upto.timestamp()))}
    assert [entry.verb for entry in journal.entries(target=f"door:{house.doors['Unit 4B']}")].count("record.discarded") == 1
    assert [task.door_id for task in house.tasks()] == [house.doors["Unit 4B"]]


@pytest.mark.parametrize(("who", "door"), [("Theo", "Unit 4B"), ("Dana", "Unit 5E"), ("Dana", "Package Room")])
def test_nobody_else_orders_anything_and_nobody_at_a_shared_door(house: House, who: str, door: str) -> None:
    """What happened at a shared door is the building's security, and is kept as the table says."""
    with pytest.raises(NotYours):
        order(house, who, door)
    assert not Discard.objects.exists()


def test_not_even_the_service_itself(house: House) -> None:
    """There is no switch for it."""
    with pytest.raises(NotYours), unit_of_work():
        privacy.discard_record(door_id=house.doors["Unit 4B"], by=SYSTEM, now=house.now)


def test_others_of_the_home_keep_their_history_until_they_are_deleted_too(house: House) -> None:
    """Mei lived there with Dana, and left before."""
    mei = house.person("Mei", unit="4B")
    with unit_of_work():
        people.end_residency(person_id=mei, unit_id=house.units["4B"], until=house.now, by=ANA, now=house.now)
    with pytest.raises(Refused, match="Others lived here"):
        order(house, "Dana")
    with unit_of_work():
        people.forget(person_id=mei, by=ANA, now=house.now)
    order(house, "Dana")
    assert Discard.objects.count() == 1


def test_after_ninety_days_there_is_nothing_to_order(house: House) -> None:
    """The lock has ended it by itself (R61)."""
    house.later(days=89)
    with pytest.raises(Refused, match="by itself"):
        order(house, "Dana")
