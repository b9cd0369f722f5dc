"""The lock's signed word (B.6, B.7; inv. 21)."""

from dataclasses import replace

import pytest

from limen.lock.attesting import receipt, telemetry
from limen.lock.sessions import Session
from limen.wire.envelope import BadSignature, RoleKeys, unverified_payload
from limen.wire.frames import Assembler, Cutter
from limen.wire.grants import Cls, Rights, read_grant
from limen.wire.receipts import LogHead, open_receipt
from limen.wire.records import DoorKind
from limen.wire.telemetry import open_telemetry, unverified_telemetry
from tests.unit.lock.site import CONFIG, DANA, GUS, House, code, house


def session(rights: Rights) -> Session:
    return Session(1, False, 0, Assembler(), Cutter(), rights=rights)


def word(home: House, rights: Rights, nonce: bytes | None = None) -> bytes:
    return receipt(home.rig.lock.memory, session(rights), home.rig.at, nonce)


@pytest.mark.rule("SYNC-12")
def test_a_receipt_says_version_and_hash_and_verifies_only_under_that_locks_key() -> None:
    home = house()
    home.service.edit(code(9, 5_550_123))
    home.update(DANA)
    said = home.service.take(word(home, Rights.PUSH | Rights.PULL))
    held = home.rig.lock.memory.held
    assert held is not None
    assert (said.ver, said.after, said.probe) == (2, held.after, home.service.states[2].probe)
    with pytest.raises(BadSignature):
        open_receipt(word(home, Rights.PUSH), RoleKeys.of_lock(GUS.public))


@pytest.mark.rule("SYNC-2")
def test_the_push_only_form_is_short_and_of_one_length() -> None:
    home = house()
    short = word(home, Rights.PUSH)
    assert len(short) <= 130
    assert home.service.take(short).full is None


@pytest.mark.rule("LOCK-8")
def test_the_full_form_attests_the_head_of_the_record() -> None:
    home = house()
    home.unlock(DANA)
    said = home.service.take(word(home, Rights.PULL))
    assert said.full is not None
    head = home.rig.lock.memory.journal.head
    assert said.full.head == LogHead(head.logepoch, head.seqnext, head.tag)
    assert said.full.boot == 1


@pytest.mark.rule("LOCK-6")
def test_telemetry_is_signed_by_the_lock() -> None:
    home = house()
    said = open_telemetry(telemetry(home.rig.lock.memory, session(Rights.PULL), home.rig.at), RoleKeys.of_lock(home.service.id_key))
    assert (said.battery, said.boots, said.lost, said.slowed) == (100, 1, 0, False)
    assert said.lock_time == home.rig.lock.memory.read_clock(home.rig.at).utime
    with pytest.raises(BadSignature):
        open_telemetry(telemetry(home.rig.lock.memory, session(Rights.PULL), home.rig.at), RoleKeys.of_lock(GUS.public))


def test_no_guest_counts_the_comings_of_a_home() -> None:
    """At a unit door neither head nor counters tell a guest's phone how often the door was used (B.7); the household's own may know."""
    home = house(replace(CONFIG, door_kind=DoorKind.UNIT))
    home.unlock(DANA)
    guest, resident = session(Rights.PULL), session(Rights.PULL)
    guest.grant = read_grant(unverified_payload(home.service.grant(GUS, Cls.APP_GUEST))[1])
    resident.grant = read_grant(unverified_payload(home.service.grant(DANA))[1])
    told = [unverified_telemetry(telemetry(home.rig.lock.memory, who, home.rig.at)).records for who in (guest, resident)]
    assert told[0] == 0 < told[1]
    attested = home.service.take(receipt(home.rig.lock.memory, guest, home.rig.at)).full
    assert attested is not None
    assert isinstance(attested.head, bytes)


def test_an_unowned_lock_has_no_receipt() -> None:
    home = house()
    home.rig.lock.memory.held = None
    with pytest.raises(LookupError):
        word(home, Rights.PUSH)
