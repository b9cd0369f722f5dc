"""Ordered, delivered, in force: three moments that never borrow each other's time; and until when the old still opens."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from limen.fleet import queries as fleet
from limen.fleet import services
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.rule("ACCESS-4")
def test_the_three_moments_of_a_revocation(house: House) -> None:
    """Ordered by the manager, delivered when the receipt reached the service, in force then too: the code had no end of its own."""
    grant = house.give("Dana", house.group("Residents", "Package Room", "Gym"))
    house.activate("Package Room", "LM000001")
    house.activate("Gym", "LM000002")
    ordered = house.later(hours=1)
    order = house.revoke(grant)
    house.later(hours=2)
    moments = fleet.moments(order.id, house.now)
    assert (moments.ordered_at, moments.delivered, moments.to_deliver, moments.in_force_at) == (ordered, 0, 2, None)
    assert {door.still_opens_by for door in moments.doors} == {("code",)}
    house.update("Gym")
    first = house.now
    moments = fleet.moments(order.id, house.later(hours=1))
    assert moments.delivered == 1 and moments.in_force_at is None
    house.update("Package Room")
    moments = fleet.moments(order.id, house.now)
    assert moments.delivered == 2 and moments.in_force_at == house.now
    assert {door.delivered_at for door in moments.doors} == {first, house.now}
    assert not any(door.ended_by_itself for door in moments.doors)


@pytest.mark.rule("ACCESS-4")
@pytest.mark.rule("ACCESS-13")
def test_a_phone_ends_by_its_lease_where_nobody_comes(house: House) -> None:
    """At a door without codes only the phone still opens, at most until its lease and the clock's error; then it is in force, delivered not yet."""
    grant = house.give("Dana", house.group("Roof", "Gym", codes=False))
    house.activate("Gym", "LM000002")
    (entry,) = house.inbox("Dana")
    order = house.revoke(grant)
    bound = fleet.staleness(house.people["Dana"], house.doors["Gym"], house.now)
    assert bound.opens and not bound.no_end and bound.by == ("app",)
    assert bound.until is not None
    assert timedelta(0) <= bound.until - (house.now + timedelta(days=7)) <= timedelta(minutes=13)
    assert int(bound.until.timestamp()) >= entry.until
    house.later(days=8)
    (door,) = fleet.moments(order.id, house.now).doors
    assert door.delivered_at is None and door.ended_by_itself
    assert door.in_force_at == bound.until
    assert not fleet.staleness(house.people["Dana"], house.doors["Gym"], house.now).opens
    assert house.tasks(), "the task stays until a receipt"


@pytest.mark.rule("ACCESS-13")
def test_a_code_has_no_end_until_somebody_updates_the_door(house: House) -> None:
    """M05: nothing else ends it; an update does, and then nothing opens."""
    grant = house.give("Rosa", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    house.revoke(grant)
    bound = fleet.staleness(house.people["Rosa"], house.doors["Package Room"], house.later(days=400))
    assert bound.opens and bound.no_end and bound.until is None and bound.by == ("code",)
    house.update("Package Room")
    bound = fleet.staleness(house.people["Rosa"], house.doors["Package Room"], house.now)
    assert not bound.opens and bound.by == ()


def test_a_door_attested_in_sync_has_a_bound_of_nothing(house: House) -> None:
    """Nobody's access was taken: nothing still opens that should not."""
    house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    bound = fleet.staleness(house.people["Dana"], house.doors["Package Room"], house.now)
    assert (bound.opens, bound.no_end, bound.until) == (False, False, None)


def test_a_revocation_at_a_door_without_a_device_is_in_force_at_once(house: House) -> None:
    """No lock ever held it, so nothing has to be brought anywhere."""
    order = house.revoke(house.give("Dana", house.group("Residents", "Package Room")))
    moments = fleet.moments(order.id, house.later(hours=1))
    assert moments.to_deliver == 0 and moments.in_force_at == moments.ordered_at


def test_what_another_grant_still_allows_is_not_taken(house: House) -> None:
    """Ending one of two equal grants takes nothing: no task, nothing to deliver, the code opens on."""
    one, two = house.group("Residents", "Package Room"), house.group("Committee", "Package Room")
    grant = house.give("Dana", one)
    house.give("Dana", two)
    lock = house.activate("Package Room", "LM000001")
    order = house.revoke(grant)
    assert house.tasks() == ()
    assert fleet.moments(order.id, house.now).in_force_at == house.now
    house.update("Package Room")
    assert len(lock.codes()) == 1


@pytest.mark.rule("ACCESS-13")
def test_live_temporary_codes_of_the_person_are_listed(house: House) -> None:
    """A code given out lives to its own end: the bound names it, without digits."""
    from limen.credentials import services as codes

    grant = house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    with unit_of_work():
        codes.make_temporary(
            door_id=house.doors["Package Room"], kind="daily", by_person=house.people["Dana"], label="Plumber", now=house.now
        )
    house.revoke(grant)
    (code,) = fleet.staleness(house.people["Dana"], house.doors["Package Room"], house.now).temporary
    assert code.kind == "daily" and code.stops_at_latest >= code.works_until > house.now


@pytest.mark.rule("ACCESS-4")
def test_what_reached_a_lock_is_told_from_its_receipt_on(house: House) -> None:
    """Of this door, since the moment asked for; what waits at another door is not whole yet, and what came before is no news."""
    grant = house.give("Dana", house.group("Residents", "Package Room", "Gym"))
    house.activate("Package Room", "LM000001")
    house.activate("Gym", "LM000002")
    order = house.revoke(grant)
    before, room, gym = house.now, house.doors["Package Room"], house.doors["Gym"]
    house.later(hours=1)
    assert fleet.delivered_at(room, before, house.now) == ()
    house.update("Package Room")
    (told,) = fleet.delivered_at(room, before, house.now)
    assert told.revocation_id == order.id and told.in_force_at is None
    assert {door.door_id: door.in_force_at for door in told.doors} == {room: house.now, gym: None}
    assert fleet.delivered_at(gym, before, house.now) == ()
    assert fleet.delivered_at(room, house.now, house.now) != () == fleet.delivered_at(room, house.later(seconds=1), house.now)


@pytest.mark.rule("SYNC-5")
def test_the_doors_done_on_a_day_are_those_with_a_receipt(house: House) -> None:
    """By the building's own day; a task that was withdrawn with its device was not done."""
    grants = [house.give("Dana", house.group(door, door)) for door in ("Package Room", "Gym", "Unit 4B")]
    for number, door in enumerate(("Package Room", "Gym", "Unit 4B"), start=1):
        house.activate(door, f"LM00000{number}")
    for grant in grants:
        house.revoke(grant)
    today = house.now.astimezone(NEW_YORK).date()
    assert fleet.done_on(house.property_id, today) == frozenset()
    house.update("Package Room")
    with unit_of_work():
        services.deactivate(door_id=house.doors["Gym"], by=ANA, now=house.now)
    house.later(days=1)
    house.update("Unit 4B")
    assert fleet.done_on(house.property_id, today) == {house.doors["Package Room"]}
    assert fleet.done_on(house.property_id, today + timedelta(days=1)) == {house.doors["Unit 4B"]}
