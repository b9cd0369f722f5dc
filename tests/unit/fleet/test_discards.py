"""The word that a record may go goes with a list of its own, to those who bring no record, and until the lock has shown that it obeyed."""

from datetime import datetime, timedelta

import pytest

from limen.fleet import discards, services
from limen.fleet.models import Device, Discard
from limen.fleet.views import Why
from limen.kernel.problems import Refused
from limen.storage.transactions import unit_of_work
from limen.wire.bundles import open_bundle, open_manifest
from limen.wire.hpke import HpkeOpener
from limen.wire.logacks import AckKind, open_log_ack
from tests.unit.fleet.house import ANA, House
from tests.unit.fleet.tiny_lock import bundle_parts

pytestmark = pytest.mark.rule("PRIVACY-6")


@pytest.fixture
def home(house: House) -> House:
    """4B has a lock in sync; Dana opens it, Milo manages devices."""
    house.give("Dana", house.group("Residents", "Unit 4B", "Package Room"))
    house.activate("Unit 4B", "LM000004")
    house.activate("Package Room", "LM000001")
    house.update("Unit 4B")
    house.person("Milo")
    house.manages("Milo", device_management=True)
    return house


def order(house: House, upto: datetime) -> None:
    with unit_of_work():
        services.discard_record(door_id=house.doors["Unit 4B"], upto=upto, by=ANA, now=house.now)


def carried(house: House, who: str, as_: str) -> bytes | None:
    return next(entry.ack for entry in house.inbox(who, as_) if entry.lock_id == b"LM000004")


def test_the_door_has_a_task_and_its_list_says_up_to_which_version(home: House) -> None:
    """So people go there, the receipt ends the task and proves the version (F.6)."""
    order(home, home.now)
    [task] = [task for task in home.tasks() if task.door_id == home.doors["Unit 4B"]]
    assert [change.why for change in task.changes] == [Why.REMNANTS]
    data = home.bundle("Unit 4B")
    assert data is not None
    lock = home.locks["Unit 4B"]
    assert lock.ticket is not None
    manifest, chunks = bundle_parts(data)
    head = open_manifest(manifest, lock.ticket.keys())
    assert open_bundle(head, chunks, HpkeOpener(lock.xs)).purge == head.ver == home.state("Unit 4B").current
    home.update("Unit 4B")
    assert home.state("Unit 4B").truth == "proved" and discards.words([device(home).id]), "that it was brought is no proof"
    order(home, home.now - timedelta(days=1))
    assert not home.state("Unit 4B").stale, "what reaches less far changes nothing"


def device(house: House) -> Device:
    return Device.objects.get(lock=b"LM000004".hex())


@pytest.mark.rule("SYNC-2", "SYNC-13")
def test_only_those_who_bring_no_record_carry_it(home: House) -> None:
    """Milo's phone, and whoever passes; Dana's own brings the record and has the acknowledgement as ever."""
    with unit_of_work():
        services.acknowledge(lock_id=b"LM000004", epoch=1, tag=bytes(16), now=home.now)
    order(home, home.now)
    said = {who: carried(home, who, as_) for who, as_ in (("Dana", "resident"), ("Milo", "manager"))}
    ticket = home.locks["Unit 4B"].ticket
    assert ticket is not None
    keys = ticket.keys()
    words = {who: open_log_ack(data, keys) for who, data in said.items() if data is not None}
    assert (words["Dana"].kind, words["Milo"].kind) == (AckKind.ACKNOWLEDGE, AckKind.DISCARD)
    assert (words["Milo"].upto, words["Milo"].epoch) == (int(home.now.timestamp()), 1)
    home.person("Theo")
    home.give("Theo", home.group("Parcels", "Package Room"))
    passing = carried(home, "Theo", "resident")
    assert passing is not None and open_log_ack(passing, keys).kind is AckKind.DISCARD


def test_it_is_over_once_the_record_is_shown_to_begin_later_or_has_ended_by_itself(home: House) -> None:
    """Not with what the lock wrote at that very moment; and not before ninety days where nothing is heard."""
    order(home, home.now)
    with unit_of_work():
        services.note_oldest(lock_id=b"LM000004", epoch=1, at=home.now, now=home.now)
    assert discards.words([device(home).id])
    with unit_of_work():
        services.note_oldest(lock_id=b"LM000004", epoch=1, at=home.now + timedelta(seconds=1), now=home.now)
    assert discards.words([device(home).id]) == {}
    order(home, home.later(hours=1))
    assert discards.end_old(home.now + timedelta(days=90)) == 1
    assert discards.words([device(home).id])
    assert discards.end_old(home.now + timedelta(days=90, seconds=1)) == 1
    assert discards.words([device(home).id]) == {}


def test_one_that_reaches_further_takes_the_place_of_the_one_before(home: House) -> None:
    """One word for a lock, the further one."""
    order(home, home.now - timedelta(days=3))
    order(home, home.now)
    assert Discard.objects.get(over_at=None).upto == home.now


def test_a_lock_that_brings_its_record_by_itself_is_told_nothing_of_the_kind(home: House) -> None:
    """Nor a door without one."""
    home.door("Main", "entrance", connected=True)
    home.activate("Main", "LR000009", "R")
    for door, reason in (("Main", "by itself"), ("Gym", "no device")):
        with pytest.raises(Refused, match=reason), unit_of_work():
            services.discard_record(door_id=home.doors[door], upto=home.now, by=ANA, now=home.now)
