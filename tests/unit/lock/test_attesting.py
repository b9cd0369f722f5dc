"""The lock's signed word (B.6, B.7; inv. 21)."""

import pytest

from limen.lock.attesting import receipt, telemetry
from limen.lock.sessions import Session
from limen.wire.envelope import BadSignature, RoleKeys
from limen.wire.frames import Assembler, Cutter
from limen.wire.grants import Rights
from limen.wire.receipts import LogHead, open_receipt
from limen.wire.telemetry import open_telemetry
from tests.unit.lock.site import DANA, GUS, House, code, house


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
    said = open_telemetry(telemetry(home.rig.lock.memory, home.rig.at), RoleKeys.of_lock(home.service.id_key))
    assert (said.battery, said.boots, said.lost, said.slowed) == (100, 1, 0, False)
    assert said.lock_time == home.rig.lock.memory.read_clock(home.rig.at).utime
    with pytest.raises(BadSignature):
        open_telemetry(telemetry(home.rig.lock.memory, home.rig.at), RoleKeys.of_lock(GUS.public))


def test_an_unowned_lock_has_no_receipt() -> None:
    home = house()
    home.rig.lock.memory.held = None
    with pytest.raises(LookupError):
        word(home, Rights.PUSH)
