"""What a lock knows after a start, and what it only remembered."""

import hashlib
from contextlib import suppress
from dataclasses import replace

import pytest

from limen.lock.events import Cause, Ticked
from limen.lock.flash import Layout
from limen.lock.memory import Memory, Ports
from limen.lock.shell.flash import MemoryFlash
from limen.wire.answers import Denied, NeedUpdate, Plain, Settled
from limen.wire.envelope import Role
from limen.wire.events import Kind, LossReason
from limen.wire.grants import Cls
from limen.wire.hpke import HpkeOpener, NotForUs
from limen.wire.operations import Op
from limen.wire.ratchet import SealedHeader, open_header
from limen.wire.records import ConfigFlags
from limen.wire.refusals import Reason
from limen.wire.segments import open_segment, pack
from limen.wire.session import public_of
from tests.unit.lock.reading import events
from tests.unit.lock.site import CONFIG, DANA, MILO, MODELS, Chance, House, code, house, opened, renamed, signer


def test_a_lock_that_was_never_made_does_not_start() -> None:
    with pytest.raises(ValueError, match="factory"):
        Memory.start(MODELS["M"], Ports(MemoryFlash(), Chance(), signer(1)), 0, power_lost=True)


@pytest.mark.rule("LOCK-1", "LOCK-5")
def test_list_record_and_floor_survive_power_and_time_does_not() -> None:
    home = house()
    home.unlock(DANA)
    floor = home.rig.lock.memory.read_clock(home.rig.at).floor_ms
    home.rig.pull_battery()
    memory = home.rig.lock.memory
    assert memory.held is not None
    assert memory.read_clock(home.rig.at).floor_ms == floor
    assert home.rig.lock.holds(home.rig.at).clock == "lost"
    assert [event.kind for event in events(home)][-1] is Kind.BOOT


def test_a_restart_of_the_program_keeps_the_time() -> None:
    home = house()
    before = home.rig.lock.memory.read_clock(home.rig.at)
    home.rig.boot(Cause.RESTART)
    assert home.rig.lock.memory.read_clock(home.rig.at).rtc_ms == before.rtc_ms
    assert home.rig.lock.holds(home.rig.at).clock == "good"


def test_a_signed_rumour_of_a_newer_list_survives_power() -> None:
    home = house()
    home.present(DANA, home.service.grant(DANA, acl_ver=9))
    home.unlock(DANA)
    home.rig.pull_battery()
    _, answer = home.present(DANA, home.service.grant(DANA, acl_ver=1))
    assert answer == NeedUpdate(Op.PRESENT, 9)


@pytest.mark.rule("SYNC-3")
def test_a_rumour_under_a_stolen_key_ends_with_the_root_that_takes_the_key_away() -> None:
    """Whoever has KG tells of a version that never comes; under another KG that is forgotten, after a power cut too, and honest news count again."""
    home = house(replace(CONFIG, flags=ConfigFlags.STRICT))
    _, answer = home.present(DANA, home.service.grant(DANA, acl_ver=2**32 - 1))
    assert answer == NeedUpdate(Op.PRESENT, 2**32 - 1)
    home.service.edit()
    assert isinstance(home.update(DANA), Settled)
    _, answer = home.present(DANA, home.service.grant(DANA))
    assert answer == NeedUpdate(Op.PRESENT, 2**32 - 1), "a list alone takes no key away"
    home.wait(2 * 86_400)
    assert home.unlock(MILO, home.service.grant(MILO, Cls.STAFF)) == Denied(Op.UNLOCK, Reason.NEEDS_UPDATE)
    home.service.edit()
    home.service.roots = (renamed(home.service),)
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.MANIFEST)
    home.service.roles[Role.KG] = signer(950)
    assert isinstance(home.push(talk, home.service.bundle()), Settled)
    assert home.rig.lock.memory.known_newer == 0
    home.rig.pull_battery()
    home.sync_clock(DANA)
    assert home.unlock(MILO, home.service.grant(MILO, Cls.STAFF)) == Plain(Op.UNLOCK)
    _, answer = home.present(DANA, home.service.grant(DANA, acl_ver=9))
    assert answer == NeedUpdate(Op.PRESENT, 9)


def test_a_root_that_leaves_the_grant_key_alone_leaves_what_was_heard() -> None:
    """Another KT says nothing about whom to believe of versions."""
    home = house()
    home.present(DANA, home.service.grant(DANA, acl_ver=9))
    home.service.edit()
    home.service.roles[Role.KT] = signer(951)
    home.service.roots = (home.service.root(2),)
    assert isinstance(home.update(DANA), Settled)
    assert home.rig.lock.memory.known_newer == 9


@pytest.mark.rule("SYNC-3")
def test_news_every_day_does_not_make_a_strict_door_forget_since_when_it_is_behind() -> None:
    """C.3: what counts is for how long the lock has known of any newer list; a list that makes it current ends that."""
    home = house(replace(CONFIG, flags=ConfigFlags.STRICT))
    for day, expected in enumerate((Plain(Op.UNLOCK), Plain(Op.UNLOCK), Denied(Op.UNLOCK, Reason.NEEDS_UPDATE))):
        assert home.unlock(MILO, home.service.grant(MILO, Cls.STAFF, acl_ver=2 + day)) == expected
        home.wait(86_400)
    for _ in range(4):
        home.service.edit()
    assert isinstance(home.update(DANA), Settled)
    assert home.unlock(MILO, home.service.grant(MILO, Cls.STAFF, acl_ver=9)) == Plain(Op.UNLOCK)


@pytest.mark.rule("SYNC-3")
def test_the_highest_list_heard_of_stays_known_when_it_has_come_and_the_next_one_begins_its_own_time() -> None:
    """Receipts go on naming it (P-1); a strict door does not count the time before against those who bring the next news (M-2)."""
    home = house(replace(CONFIG, flags=ConfigFlags.STRICT))
    home.service.edit()
    assert isinstance(home.update(DANA), Settled)
    ver = home.service.ver
    assert home.rig.lock.memory.known_newer == ver
    home.wait(2 * 86_400)
    assert home.unlock(MILO, home.service.grant(MILO, Cls.STAFF, acl_ver=ver + 1)) == Plain(Op.UNLOCK)
    home.wait(86_401)
    assert home.unlock(MILO, home.service.grant(MILO, Cls.STAFF, acl_ver=ver + 1)) == Denied(Op.UNLOCK, Reason.NEEDS_UPDATE)


@pytest.mark.rule("SYNC-10")
def test_a_statement_from_the_future_is_recorded_as_an_anomaly() -> None:
    home = house()
    _, answer = home.present(DANA, home.service.grant(DANA, iat=home.service.now + 3600, nbf=home.service.now + 3600))
    assert isinstance(answer, Denied)
    assert Kind.CLOCK_ANOMALY in [event.kind for event in events(home)]


def test_a_damaged_list_makes_the_lock_faulty_and_opens_for_nobody() -> None:
    home = house()
    home.service.edit(code(9, 5_550_123))
    home.update(DANA)
    slots = Layout.for_capacity(1500).slots
    for slot in slots:
        home.rig.flash.program(slot, 80, bytes(16))
    home.rig.boot()
    assert home.rig.lock.holds(home.rig.at).faulty
    assert not opened(home.rig.type("5550123"))
    with pytest.raises(AssertionError):
        home.session()


def sealed_to(home: House, private: bytes) -> list[int]:
    """The log epochs whose headers this key opens, of those the lock holds."""
    found = []
    for entry in home.rig.lock.memory.journal.entries():
        if isinstance(entry, SealedHeader):
            with suppress(NotForUs):
                open_header(home.service.lock_id, entry, HpkeOpener(private))
                found.append(entry.logepoch)
    return found


@pytest.mark.rule("LOCK-8")
def test_a_list_with_a_new_log_key_turns_the_record_to_it_for_good() -> None:
    """A.1: from its own record on, over lists that say nothing of a key and over a loss of power; what was sealed before stays as it is."""
    home = house()
    home.unlock(DANA, home.service.grant(DANA))
    old, new = home.service.klog_private, hashlib.sha256(b"the year after").digest()
    earlier = sealed_to(home, old)
    assert earlier and not sealed_to(home, new)
    home.service.edit()
    home.service.new_klog = public_of(new)
    assert isinstance(home.update(DANA), Settled)
    home.service.new_klog = None
    first = len(sealed_to(home, new))
    assert (sealed_to(home, old), first) == (earlier, 1)
    home.service.edit()
    assert isinstance(home.update(DANA), Settled)
    home.rig.pull_battery()
    home.sync_clock(DANA)
    home.unlock(DANA, home.service.grant(DANA))
    assert sealed_to(home, old) == earlier
    assert len(sealed_to(home, new)) > first
    memory = home.rig.lock.memory
    assert memory.owner is not None
    segment = pack(memory.lock_id, memory.journal.entries(), memory.owner.log)[0]
    assert open_segment(segment, HpkeOpener(new))[0] == home.service.lock_id


def days_pass(home: House, days: int) -> None:
    """The lock looks at its clock four times a day."""
    for _ in range(4 * days):
        home.wait(86_400 // 4)
        home.rig.do(Ticked())


@pytest.mark.rule("PRIVACY-1")
@pytest.mark.parametrize("ttl", [90, 0])
def test_a_record_that_nobody_carries_ends_with_its_days_and_what_came_later_stays(ttl: int) -> None:
    """R61: a LOSS for the sake of privacy stands in its place, before the ninety days are over; with 0 it stays for ever."""
    home = house(replace(CONFIG, record_ttl_days=ttl))
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    days_pass(home, 60)
    home.sync_clock(DANA)
    assert home.unlock(MILO) == Plain(Op.UNLOCK)
    assert [event.kind for event in events(home)].count(Kind.ENTRY) == 2
    days_pass(home, 30)
    after = events(home)
    assert [event.kind for event in after].count(Kind.ENTRY) == (2 if ttl == 0 else 1)
    gone = [event.loss for event in after if event.loss is not None and event.loss.reason is LossReason.PRIVACY]
    assert bool(gone) is (ttl != 0)
    assert home.unlock(DANA, home.service.grant(DANA)) == Plain(Op.UNLOCK)


@pytest.mark.rule("PRIVACY-1", "LOCK-5")
def test_without_a_clock_no_record_is_too_old() -> None:
    """Nobody knows what is; the next answer about the time tells."""
    home = house(replace(CONFIG, record_ttl_days=90))
    home.unlock(DANA)
    home.rig.pull_battery()
    days_pass(home, 100)
    assert [event.kind for event in events(home)].count(Kind.ENTRY) == 1
    home.sync_clock(DANA)
    days_pass(home, 1)
    assert [event.kind for event in events(home)].count(Kind.ENTRY) == 0
