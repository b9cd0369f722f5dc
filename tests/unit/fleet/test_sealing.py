"""Sealed updates: changes where the version is known, whole lists elsewhere, and nothing readable on the way."""

import pytest

from limen.credentials import queries as credentials
from limen.credentials import services as codes
from limen.fleet.models import Bundle, ListRow
from limen.kernel.actors import Actor
from limen.storage.transactions import unit_of_work
from limen.wire import bundles
from limen.wire.bundles import BundleKind, Contents
from limen.wire.doorcodes import tag
from limen.wire.envelope import unverified_payload
from limen.wire.records import RecordKind
from tests.unit.fleet.house import ANA, House
from tests.unit.fleet.tiny_lock import bundle_parts

KINDS = {RecordKind.CODE: False, RecordKind.DURESS_CODE: True}


def head(data: bytes) -> bundles.Manifest:
    return bundles.read_manifest(unverified_payload(bundle_parts(data)[0], 8_192)[1])


def size(data: bytes) -> int:
    manifest, chunks = bundle_parts(data)
    return len(manifest) + sum(map(len, chunks))


@pytest.fixture
def crowd(house: House) -> House:
    """Twenty neighbours with codes at the Package Room, proved."""
    group = house.group("Residents", "Package Room")
    for number in range(20):
        house.person(f"Neighbour{number}", app=False)
        house.give(f"Neighbour{number}", group)
    house.activate("Package Room", "LM000001")
    return house


@pytest.mark.rule("SYNC-11")
def test_updates_carry_changes_and_the_first_list_is_whole(crowd: House) -> None:
    """One resident more is a small delta from the proven version; without a proven one, or after a mismatch, it is a snapshot."""
    crowd.give("Dana", crowd.group("More", "Package Room"))
    data = crowd.bundle("Package Room")
    assert data is not None
    assert (head(data).kind, head(data).base, head(data).ver) == (BundleKind.DELTA, 1, 2)
    assert size(data) <= bundles.size_bound(Contents(codes=1)) + 8
    crowd.update("Package Room")
    assert crowd.bundle("Package Room") is None


@pytest.mark.rule("SYNC-11")
def test_a_delta_that_is_no_smaller_goes_as_a_snapshot(house: House) -> None:
    """Where nearly everything changed, the whole list is the shorter way."""
    house.activate("Gym", "LM000002")
    house.give("Dana", house.group("Gym", "Gym"))
    with unit_of_work():
        from limen.places import services as places

        places.edit_door(door_id=house.doors["Gym"], key_pause_s=20, by=ANA, now=house.now)
    data = house.bundle("Gym")
    assert data is not None and head(data).kind in (BundleKind.DELTA, BundleKind.SNAPSHOT)
    house.update("Gym")
    assert house.locks["Gym"].state is not None and house.locks["Gym"].state.config.key_pause_s == 20


@pytest.mark.rule("CODE-11")
def test_no_code_and_no_key_lies_readable_in_lists_or_bundles(crowd: House) -> None:
    """Values meet the list only inside the seal: rows name codes, bundles are opaque (invariant 50)."""
    crowd.give("Dana", crowd.group("More", "Package Room"))
    crowd.bundle("Package Room")
    secrets = credentials.epoch_secrets(b"LM000001", 1)
    with unit_of_work():
        digits = codes.permanent_digits(person_id=crowd.people["Dana"], door_id=crowd.doors["Package Room"])
    rows = " ".join(f"{row.name} {row.data}" for row in ListRow.objects.all())
    assert digits not in rows
    for bundle in Bundle.objects.all():
        data = bytes(bundle.data)
        assert not any(secret in data for secret in (secrets.k_pin, secrets.k_daily, digits.encode(), int(digits).to_bytes(4, "big")))


@pytest.mark.rule("SYNC-10")
def test_a_bundle_is_for_one_lock_only(crowd: House) -> None:
    """Another lock of the same building neither takes nor opens it (invariant 11)."""
    other = crowd.activate("Gym", "LM000002")
    crowd.give("Dana", crowd.group("More", "Package Room"))
    data = crowd.bundle("Package Room")
    assert data is not None
    with pytest.raises(AssertionError):
        other.take(data)


def test_slots_are_used_again_only_after_their_end_was_proved(crowd: House) -> None:
    """A removed record's place is taken by the next one, but not before the lock has said that it let go."""
    from limen.access import queries as access

    (grant,) = access.grants_of(crowd.people["Neighbour3"])
    crowd.revoke(grant)
    crowd.give("Dana", crowd.group("More", "Package Room"))
    slots = set(ListRow.objects.filter(gone=False).values_list("slot", flat=True))
    crowd.update("Package Room")
    crowd.give("Rosa", crowd.group("Most", "Package Room"))
    fresh = set(ListRow.objects.filter(gone=False).values_list("slot", flat=True)) - slots
    assert fresh == {ListRow.objects.get(person_id=crowd.people["Rosa"]).slot}
    assert min(fresh) < max(slots)
    crowd.update("Package Room")
    assert len(crowd.locks["Package Room"].codes()) == 21


@pytest.mark.rule("LOCK-14")
def test_a_second_code_reaches_the_lock_as_one_that_marks(crowd: House) -> None:
    """Both codes are in the lock's list under the same subject, and only the second one marks the opening."""
    crowd.give("Dana", crowd.group("More", "Package Room"))
    dana, door = crowd.people["Dana"], crowd.doors["Package Room"]
    with unit_of_work():
        codes.set_second_code(person_id=dana, property_id=crowd.property_id, wanted=True, by=Actor(dana, "resident"), now=crowd.now)
    data = crowd.bundle("Package Room")
    assert data is not None
    crowd.locks["Package Room"].take(data)
    state = crowd.locks["Package Room"].state
    assert state is not None
    secrets = credentials.epoch_secrets(b"LM000001", 1)
    with unit_of_work():
        values = {kind: codes.permanent_digits(person_id=dana, door_id=door, duress=marks) for kind, marks in KINDS.items()}
    found = {
        record.kind: record
        for record in state.records.values()
        if record.kind in KINDS and record.data == tag(secrets.k_pin, values[record.kind])
    }
    assert set(found) == set(KINDS)
    assert len({record.subj for record in found.values()}) == 1
