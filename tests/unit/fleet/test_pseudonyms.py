"""Numbers instead of names at a lock."""

from limen.fleet import queries as fleet
from limen.fleet import services
from limen.fleet.models import Device, DoorList, Pseudonym
from limen.fleet.pseudonyms import number_for, retire
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import House


def test_a_number_means_one_person_in_one_class_at_one_lock(house: House) -> None:
    """The same person has the same number there, another one as a guest and at another lock, and never somebody else's old one."""
    house.activate("Package Room", "LM000001")
    house.activate("Gym", "LM000002")
    room, gym = (Device.objects.get(door_id=house.doors[name]) for name in ("Package Room", "Gym"))
    dana, rosa = house.people["Dana"], house.people["Rosa"]
    with unit_of_work():
        first = number_for(room, dana, 1, house.now)
        assert number_for(room, dana, 1, house.now) == first
        others = {number_for(room, dana, 2, house.now), number_for(room, rosa, 1, house.now)}
        assert first not in others and len(others) == 2
        retire(room, {first}, house.now)
        again = number_for(room, dana, 1, house.now)
        assert again not in {first, *others}
        assert number_for(gym, rosa, 5, house.now)
    for number, cls in ((first, 1), (again, 1)):
        said = fleet.subjects(b"LM000001", 1, {first, again})[number]
        assert (said.person_id, said.cls) == (dana, cls)
    assert fleet.subjects(b"LM000001", 1, [999])[999].person_id is None
    assert fleet.subjects(b"LM000001", 2, [first])[first].person_id is None


def test_numbers_come_with_the_access_and_not_with_the_first_lease(house: House) -> None:
    """Whoever may open by app has one before a phone asks; settling again draws none."""
    group = house.group("Residents", "Package Room", codes=False)
    house.person("Theo")
    for who in ("Dana", "Theo"):
        house.give(who, group)
    house.activate("Package Room", "LM000001")
    room = Device.objects.get(door_id=house.doors["Package Room"])
    drawn = {row.person_id: row.number for row in Pseudonym.objects.filter(device=room)}
    assert drawn.keys() == {house.people["Dana"], house.people["Theo"]} and len(set(drawn.values())) == 2
    with unit_of_work():
        services.settle(door_id=house.doors["Package Room"], now=house.later(hours=1))
        assert number_for(room, house.people["Dana"], 1, house.now) == drawn[house.people["Dana"]]
    assert Pseudonym.objects.filter(device=room).count() == 2
    assert DoorList.objects.get(device=room).next_number > max(drawn.values())
