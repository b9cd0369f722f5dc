"""A keycard from the desk to the lock and back: what waits for an update, who may bring it, what still opens (CARD-2)."""

from datetime import datetime

import pytest

from limen.access import services as access
from limen.credentials import services as credentials
from limen.fleet.views import Why
from limen.storage.transactions import unit_of_work
from limen.wire.records import AesCard, ConfigFlags, RecordKind
from tests.unit.fleet.house import ANA, House

UID = bytes.fromhex("04a1b2c3d4e5f6")


@pytest.fixture
def house(db: None, now: datetime) -> House:
    """Dana opens the Package Room, the Gym and the connected entrance; the first two have locks without a network."""
    made = House.build(now)
    made.door("Package Room")
    made.door("Gym")
    made.door("Main Entrance", "entrance", connected=True)
    made.door("Roof")
    made.person("Dana")
    made.give("Dana", made.group("Residents", "Package Room", "Gym", "Main Entrance"))
    made.give("Dana", made.group("No card here", "Roof"), opens_card=False)
    for number, door in enumerate(("Package Room", "Gym", "Roof")):
        made.activate(door, f"LM00020{number}")
    made.activate("Main Entrance", "LM000209", "R")
    return made


def cards_at(house: House, door: str) -> list[bytes]:
    """The UIDs that a lock really holds."""
    state = house.locks[door].state
    assert state is not None
    return [record.data.uid for record in state.records.values() if isinstance(record.data, AesCard)]


@pytest.mark.rule("CARD-2", "SYNC-3")
def test_a_new_card_waits_at_each_unconnected_door(house: House) -> None:
    """Both unconnected doors that Dana opens by card are due today, the connected one and the roof are not; her own update is enough."""
    house.later(hours=1)
    with unit_of_work():
        credentials.activate_card(person_id=house.people["Dana"], property_id=house.property_id, uid=UID, kind="aes", by=ANA, now=house.now)
    due = {task.door_name for task in house.tasks() if task.is_due}
    assert due == {"Gym", "Package Room"}
    assert cards_at(house, "Gym") == []
    house.update("Gym")
    assert cards_at(house, "Gym") == [UID]
    assert {task.door_name for task in house.tasks()} == {"Package Room"}
    house.update("Main Entrance")
    house.update("Roof")
    assert cards_at(house, "Main Entrance") == [UID]
    assert cards_at(house, "Roof") == []


@pytest.mark.rule("CARD-2", "ACCESS-13")
def test_a_card_that_is_off_opens_until_the_update(house: House) -> None:
    """Off at the desk, the card is still in the lock, the door says so without an end, and an update takes it out."""
    with unit_of_work():
        card = credentials.activate_card(
            person_id=house.people["Dana"], property_id=house.property_id, uid=UID, kind="aes", by=ANA, now=house.now
        )
    house.update("Gym")
    house.later(hours=1)
    with unit_of_work():
        credentials.deactivate_card(card_id=card.id, by=ANA, now=house.now)
    state = house.state("Gym")
    assert [change.why for change in state.changes] == [Why.CARD_ENDED]
    assert [(left.by, left.until) for left in state.still_opens] == [("card", None)]
    assert cards_at(house, "Gym") == [UID]
    house.update("Gym")
    assert cards_at(house, "Gym") == []
    assert house.state("Gym").still_opens == ()


@pytest.mark.rule("CARD-1")
def test_a_card_mirrors_its_owners_access(house: House) -> None:
    """The card has no doors of its own: when its owner's access to a door ends, so does the card's."""
    with unit_of_work():
        credentials.activate_card(person_id=house.people["Dana"], property_id=house.property_id, uid=UID, kind="aes", by=ANA, now=house.now)
    house.update("Gym")
    with unit_of_work():
        access.move_out(person_id=house.people["Dana"], property_id=house.property_id, by=ANA, now=house.now)
    house.update("Gym")
    assert cards_at(house, "Gym") == []
    state = house.locks["Gym"].state
    assert state is not None
    assert RecordKind.CODE not in {record.kind for record in state.records.values()}


@pytest.mark.rule("CARD-3")
def test_weak_cards_live_by_the_propertys_switch(house: House) -> None:
    """Switched on, locks hear of it and hold the weak cards; switched off, the next update takes switch and cards out again (invariant 56)."""

    def switch(on: bool) -> None:
        with unit_of_work():
            credentials.allow_weak_cards(property_id=house.property_id, uid=on, sun=on, by=ANA, now=house.now)

    def held() -> tuple[ConfigFlags, list[RecordKind]]:
        house.update("Gym")
        state = house.locks["Gym"].state
        assert state is not None
        cards: list[RecordKind] = sorted(r.kind for r in state.records.values() if r.kind in (RecordKind.CARD_UID, RecordKind.CARD_AES))
        return state.config.flags & (ConfigFlags.UID | ConfigFlags.SUN), cards

    assert held() == (ConfigFlags.NONE, [])
    switch(True)
    with unit_of_work():
        for uid, kind in ((UID, "sun"), (bytes.fromhex("04aabbcc"), "uid")):
            credentials.activate_card(
                person_id=house.people["Dana"], property_id=house.property_id, uid=uid, kind=kind, by=ANA, now=house.now
            )
    assert held() == (ConfigFlags.UID | ConfigFlags.SUN, [RecordKind.CARD_UID, RecordKind.CARD_AES])
    house.later(hours=1)
    switch(False)
    assert house.state("Gym").still_opens
    assert held() == (ConfigFlags.NONE, [])
