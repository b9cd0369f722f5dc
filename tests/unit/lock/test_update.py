"""Updates by couriers nobody trusts (protocol B; inv. 4 to 13)."""

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.lock.events import Cause
from limen.lock.flash import Area, FlashError
from limen.lock.shell.flash import MemoryFlash
from limen.wire import operations as ask
from limen.wire.answers import Busy, Denied, Given, Plain, Presented, Settled, Staged, StatusNow
from limen.wire.bundles import Bundle, BundleHead, BundleKind, Payload, build
from limen.wire.envelope import Role
from limen.wire.events import Kind
from limen.wire.grants import Cls
from limen.wire.hpke import HpkeSealer
from limen.wire.liststate import after
from limen.wire.operations import Op
from limen.wire.records import AesCard, ListRecord, RecordKind
from limen.wire.refusals import Status
from tests.unit.lock.reading import events
from tests.unit.lock.site import CONFIG, DANA, GUS, MILO, House, Talk, code, house, opened


def pushing(home: House, *, beside: bool = False) -> Talk:
    talk, answer = home.present(GUS, home.service.grant(GUS, Cls.COURIER, acl_ver=1), Op.MANIFEST, beside=beside)
    assert answer is not None
    return talk


def many(home: House, count: int = 200, first: int = 100) -> None:
    """A change that takes several chunks."""
    home.service.edit(*(code(first + n, 1_000_000 + first * 7 + n, subj=n) for n in range(count)))


def status(answer: object) -> Status | None:
    return getattr(answer, "status", None)


@pytest.mark.rule("SYNC-11", "SYNC-12")
def test_a_delta_from_the_proven_version_is_applied_and_attested() -> None:
    home = house()
    home.service.edit(code(9, 5_550_123))
    answer = home.update(DANA)
    assert status(answer) is Status.APPLIED
    assert home.service.proven == 2
    held = home.rig.lock.memory.held
    assert held is not None
    assert held.after == after(home.service.states[2])


@pytest.mark.rule("SYNC-11")
def test_the_same_bundle_twice_is_the_same_as_once() -> None:
    """Inv. 6."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    bundle = home.service.bundle()
    assert status(home.push(pushing(home), bundle)) is Status.APPLIED
    image = home.rig.flash.read(home.rig.lock.memory.layout.commits, 0, 512)
    assert status(home.push(pushing(home), bundle)) is Status.ALREADY
    assert home.rig.flash.read(home.rig.lock.memory.layout.commits, 0, 512) == image


def test_table_b2_is_answered_line_by_line() -> None:
    home = house()
    for n in range(4):
        home.service.edit(code(9 + n, 5_550_123 + n))
    newest = home.service.bundle(base=1)
    ahead = home.service.bundle(base=3)
    assert status(home.push(pushing(home), ahead)) is Status.NEED_SNAPSHOT
    assert status(home.push(pushing(home), newest)) is Status.APPLIED
    assert status(home.push(pushing(home), home.service.bundle(base=1, ver=3))) is Status.ALREADY
    home.service.edit()
    for epoch, expected in ((0, Status.STALE_EPOCH), (2, Status.WRONG_EPOCH)):
        home.service.epoch = epoch
        assert status(home.push(pushing_in(home), home.service.bundle(base=5))) is expected
    home.service.epoch = 1
    assert status(home.push(pushing(home), home.service.bundle(snapshot=True))) is Status.APPLIED


def pushing_in(home: House) -> Talk:
    """A courier of the lock's own epoch, whatever the service thinks meanwhile."""
    kept, home.service.epoch = home.service.epoch, 1
    talk = pushing(home)
    home.service.epoch = kept
    return talk


@pytest.mark.rule("SYNC-10")
def test_a_manifest_of_another_lock_or_signer_is_refused_and_changes_nothing() -> None:
    """Inv. 11, 12, 13."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    for change in ("lock", "signer"):
        kept = home.service.lock_id, home.service.roles[Role.KU]
        if change == "lock":
            home.service.lock_id = b"neighbor"
        else:
            home.service.roles[Role.KU] = home.service.roles[Role.KG]
        bad = home.service.bundle()
        home.service.lock_id, home.service.roles[Role.KU] = kept
        talk = pushing(home)
        before = areas(home)
        assert talk.ask(ask.ManifestPush(bad.manifest)) == Denied(Op.MANIFEST)
        assert areas(home) == before


@pytest.mark.rule("SYNC-10")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_bundle_with_any_bit_changed_is_refused_and_leaves_everything_as_it_was(data: st.DataObject) -> None:
    """Inv. 13: list, commit log, staging and version; the floor too, unless the manifest that told the time was genuine."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    talk = pushing(home)
    home.service.now += 120  # the manifest knows a later time than the grant
    bundle, before, floor = home.service.bundle(), areas(home), home.rig.lock.memory.read_clock(home.rig.at).floor_ms
    in_chunk = data.draw(st.booleans())
    whole = bytearray(bundle.chunks[0] if in_chunk else bundle.manifest)
    place, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    whole[place] ^= 1 << bit
    if in_chunk:
        assert isinstance(talk.ask(ask.ManifestPush(bundle.manifest)), Staged)
        assert talk.ask(ask.ChunkPush(0, bytes(whole))) == Denied(Op.CHUNK)
    else:
        assert talk.ask(ask.ManifestPush(bytes(whole))) == Denied(Op.MANIFEST)
    held, now = home.rig.lock.memory.held, home.rig.lock.memory.read_clock(home.rig.at)
    assert areas(home) == before and held is not None and held.state.ver == 1
    assert now.floor_ms == (home.service.now * 1000 if in_chunk else floor)


def areas(home: House) -> bytes:
    """List, commit log and staging, bit by bit."""
    layout, flash = home.rig.lock.memory.layout, home.rig.flash
    return b"".join(flash.read(a, 0, a.size_bytes) for a in (*layout.slots, layout.commits, layout.staging, layout.bitmap))


@pytest.mark.rule("SYNC-10")
def test_a_list_that_is_not_what_the_service_meant_is_never_committed() -> None:
    """The end-state hash: a forged or forked history ends in NEED_SNAPSHOT (invariant 2)."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    true = home.service.states[2]
    home.service.states[2] = replace(true, records={})
    wrong = home.service.bundle()
    assert status(home.push(pushing(home), wrong)) is Status.NEED_SNAPSHOT
    assert home.rig.lock.holds(home.rig.at).ver == 1
    home.service.states[2] = true
    assert status(home.push(pushing(home), home.service.bundle(snapshot=True))) is Status.APPLIED


def test_a_list_that_asks_for_a_suite_this_firmware_does_not_speak_is_not_taken() -> None:
    """`min_suite` is raised by the service's signature alone, and never above what the lock could still be reached by (invariant 81)."""
    home = house()
    home.service.edit(config=replace(CONFIG, min_suite=2))
    assert status(home.push(pushing(home), home.service.bundle())) is Status.NEED_SNAPSHOT
    assert home.rig.lock.holds(home.rig.at).ver == 1
    home.service.edit(config=replace(CONFIG, min_suite=1))
    assert status(home.push(pushing(home), home.service.bundle())) is Status.APPLIED


@pytest.mark.rule("SYNC-6", "SYNC-8")
def test_what_one_phone_began_another_ends_and_no_part_is_sent_twice() -> None:
    """Inv. 9: also over a power cut."""
    home = house()
    many(home)
    bundle = home.service.bundle()
    assert len(bundle.chunks) > 3
    assert isinstance(home.push(pushing(home), bundle, only=[0, 2]), Staged)
    home.rig.boot(Cause.RESTART)
    talk = pushing(home)
    answer = talk.ask(ask.ManifestPush(bundle.manifest))
    assert isinstance(answer, Staged)
    assert answer.bitmap[0] & 0b111 == 0b101
    for index in [1, *range(3, len(bundle.chunks))]:
        answer = talk.ask(ask.ChunkPush(index, bundle.chunks[index]))
    assert status(answer) is Status.APPLIED


@pytest.mark.rule("SYNC-11")
def test_a_small_bundle_goes_past_a_big_one_that_is_being_staged() -> None:
    """Inv. 8: a slow transfer never delays a revocation."""
    home = house()
    home.service.edit(ListRecord(slot=5, kind=RecordKind.SUBJECT_FLOOR, data=home.service.now, subj=6))
    many(home)
    big, small = home.service.bundle(base=1, ver=3), home.service.bundle(base=1, ver=2)
    slow = pushing(home)
    assert isinstance(home.push(slow, big, only=[0, 1]), Staged)
    assert status(home.push(pushing(home, beside=True), small)) is Status.APPLIED
    for index in range(2, len(big.chunks)):
        answer = slow.ask(ask.ChunkPush(index, big.chunks[index]))
    assert status(answer) is Status.APPLIED
    assert home.rig.lock.holds(home.rig.at).ver == 3


def test_an_older_big_bundle_is_superseded_by_the_newer_one_that_is_staged() -> None:
    home = house()
    many(home)
    many(home, first=500)
    older, newer = home.service.bundle(base=1, ver=2), home.service.bundle(base=1, ver=3)
    home.push(pushing(home), newer, only=[0])
    assert status(home.push(pushing(home), older)) is Status.SUPERSEDED
    assert status(home.push(pushing(home), newer)) is Status.APPLIED


def test_of_two_phones_with_the_same_bundle_one_waits_for_the_others_lease() -> None:
    home = house()
    many(home)
    bundle = home.service.bundle()
    first = pushing(home)
    home.push(first, bundle, only=[0])
    second = pushing(home, beside=True)
    answer = second.ask(ask.ManifestPush(bundle.manifest))
    assert isinstance(answer, Busy)
    assert 0 < answer.ms <= 10_000
    home.rig.wait(10_001)
    assert isinstance(second.ask(ask.ManifestPush(bundle.manifest)), Staged)


def test_the_lease_begins_with_the_manifest_and_goes_to_whoever_takes_it_next() -> None:
    """O-15: who held it says its manifest anew after another had it, and until then its chunks are of nothing that is open."""
    home = house()
    many(home)
    bundle = home.service.bundle()
    first, second = pushing(home), pushing(home, beside=True)
    assert isinstance(first.ask(ask.ManifestPush(bundle.manifest)), Staged)
    assert second.ask(ask.ManifestPush(bundle.manifest)) == Busy(Op.MANIFEST, 10_000)
    assert second.ask(ask.ChunkPush(0, bundle.chunks[0])) == Busy(Op.CHUNK, 10_000)
    home.rig.wait(10_001)
    assert isinstance(first.ask(ask.ChunkPush(0, bundle.chunks[0])), Staged), "it goes on while nobody else took it"
    home.rig.wait(10_001)
    assert isinstance(second.ask(ask.ManifestPush(bundle.manifest)), Staged)
    assert first.ask(ask.ChunkPush(1, bundle.chunks[1])) == Busy(Op.CHUNK, 10_000)
    home.rig.wait(10_001)
    assert first.ask(ask.ChunkPush(1, bundle.chunks[1])) == Busy(Op.CHUNK, 1_000)


def test_what_is_staged_and_not_newer_than_what_was_applied_is_dropped_with_it() -> None:
    """M-22: its next part is of nothing that is open, its manifest is of a list that is here."""
    home = house()
    many(home)
    staged = home.service.bundle()
    slow = pushing(home)
    home.push(slow, staged, only=[0])
    home.service.edit(gone=range(100, 300))
    small = home.service.bundle(base=home.service.ver - 2)
    assert len(small.chunks) == 1
    quick = pushing(home, beside=True)
    assert status(home.push(quick, small)) is Status.APPLIED
    assert slow.ask(ask.ChunkPush(1, staged.chunks[1])) == Busy(Op.CHUNK, 1_000)
    assert status(slow.ask(ask.ManifestPush(staged.manifest))) is Status.ALREADY


@pytest.mark.rule("SYNC-9")
def test_an_unlock_is_answered_while_another_phone_transfers() -> None:
    """Inv. 36: transfers yield at every chunk."""
    home = house()
    many(home)
    bundle = home.service.bundle()
    slow = pushing(home)
    home.push(slow, bundle, only=[0])
    talk, _ = home.present(DANA, home.service.grant(DANA, acl_ver=1), beside=True)
    assert talk.ask(ask.Unlock("tap")) == Plain(Op.UNLOCK)
    assert isinstance(slow.ask(ask.ChunkPush(1, bundle.chunks[1])), Staged)


def test_staging_is_restarted_at_most_twenty_times_a_day() -> None:
    home = house()
    for n in range(23):
        many(home, count=80, first=100 + 100 * n)
    answers = []
    for ver in range(2, 25):
        answers.append(home.push(pushing(home), home.service.bundle(base=1, ver=ver), only=[0]))
    assert sum(isinstance(answer, Busy) for answer in answers) == 2


def test_a_bundle_above_the_models_bound_is_refused_before_a_byte_is_stored() -> None:
    """Inv. 10, 16."""
    home = house()
    state = home.service.states[1]
    head = BundleHead(lock_id=home.service.lock_id, epoch=1, base=1, ver=2, iat=home.service.now, after=after(state), kind=BundleKind.DELTA)
    cards = tuple(
        ListRecord(slot=n, kind=RecordKind.CARD_AES, data=AesCard(bytes(10), bytes(16)), subj=10**9 + n, exp=10**6) for n in range(6000)
    )
    payload = Payload(salt=bytes(16), probe=bytes(8), ackver=1, upserts=cards)
    big = build(head, payload, sealer=HpkeSealer(home.service.xs), signer=home.service.roles[Role.KU], capacity=5000)
    before = areas(home)
    assert status(pushing(home).ask(ask.ManifestPush(big.manifest))) is Status.TOO_BIG
    assert areas(home) == before


def test_a_chunk_that_hashes_wrong_is_not_stored() -> None:
    home = house()
    many(home)
    bundle = home.service.bundle()
    talk = pushing(home)
    talk.ask(ask.ManifestPush(bundle.manifest))
    before = areas(home)
    assert talk.ask(ask.ChunkPush(0, bundle.chunks[1])) == Denied(Op.CHUNK)
    assert talk.ask(ask.ChunkPush(99, bundle.chunks[1])) == Denied(Op.CHUNK)
    assert areas(home) == before


@pytest.mark.rule("ACCESS-4", "SYNC-3")
def test_after_the_update_the_revoked_phone_code_and_card_open_nothing_and_a_new_grant_does() -> None:
    """Inv. 31."""
    home = house()
    card = ListRecord(slot=11, kind=RecordKind.CARD_AES, data=AesCard(b"\x04cardno", b"k" * 16), subj=5, cls=Cls.RESIDENT)
    home.service.edit(code(10, 5_550_123), card)
    home.update(MILO, subj=8)
    old = home.service.grant(DANA)
    assert home.unlock(DANA, old) == Plain(Op.UNLOCK)
    assert opened(home.rig.type("5550123"))
    home.service.edit(ListRecord(slot=12, kind=RecordKind.SUBJECT_FLOOR, data=home.service.now, subj=5), gone=[10, 11])
    assert home.unlock(DANA, old) == Plain(Op.UNLOCK), "until the door is updated the phone still opens"
    home.update(MILO, subj=8)
    assert isinstance(home.unlock(DANA, old), Denied)
    assert not opened(home.rig.type("5550123"))
    home.wait(1)
    assert home.unlock(DANA, home.service.grant(DANA)) == Plain(Op.UNLOCK)


def test_who_brought_an_update_is_in_the_record_once_per_version() -> None:
    home = house()
    home.service.edit(code(9, 5_550_123))
    home.update(MILO, subj=31)
    home.rig.boot(Cause.RESTART)
    home.rig.pull_battery()
    applied = [event for event in events(home) if event.kind is Kind.UPDATE_APPLIED]
    assert [(event.ver, event.courier) for event in applied] == [(1, None), (2, 31)]


def test_push_works_for_couriers_and_managers_without_any_right_to_open() -> None:
    home = house()
    for n, cls in enumerate((Cls.MANAGER, Cls.COURIER)):
        home.service.edit(code(9 + n, 5_550_123 + n))
        assert status(home.update(GUS, cls=cls)) is Status.APPLIED


@pytest.mark.rule("SYNC-11")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6))
def test_any_order_loss_and_repetition_of_bundles_ends_in_the_newest_list(seed: int) -> None:
    """Invariants 1, 2, 5 and 7: every bundle ever handed out is applicable or superseded; after each the list is some S(v), never a mixture."""
    chance = random.Random(seed)
    home = house()
    handed: list[Bundle] = []
    for _ in range(chance.randrange(3, 9)):
        slots = [chance.randrange(20, 30) for _ in range(2)]
        present = set(home.service.states[home.service.ver].records)
        gone = [slot for slot in {slots[0]} if slot in present]
        home.service.edit(*(code(slot, chance.randrange(10**7)) for slot in {slots[1]} - set(gone)), gone=gone)
        handed.append(home.service.bundle(snapshot=chance.random() < 0.2))
        if chance.random() < 0.4:
            deliver(home, chance.choice(handed), heard=chance.random() < 0.7)
        if chance.random() < 0.2:
            home.rig.pull_battery()
    for bundle in chance.sample(handed, len(handed)):
        deliver(home, bundle, heard=False)
    if home.service.proven < home.service.ver:
        deliver(home, home.service.bundle(), heard=True)
    assert home.service.proven == home.service.ver


def deliver(home: House, bundle: Bundle, *, heard: bool) -> None:
    before = home.rig.lock.holds(home.rig.at).ver or 0
    answer = home.push(pushing(home), bundle)
    held = home.rig.lock.memory.held
    assert held is not None
    assert held.state.ver >= before
    assert held.after == after(home.service.states[held.state.ver])
    assert status(answer) in (Status.APPLIED, Status.ALREADY)
    if heard and isinstance(answer, Settled):
        home.service.take(answer.receipt)


def test_any_later_session_gets_the_newest_receipt() -> None:
    home = house()
    home.service.edit(code(9, 5_550_123))
    home.push(pushing(home), home.service.bundle())
    talk, answer = home.present(DANA, home.service.grant(DANA), Op.RECEIPT)
    assert isinstance(answer, Presented)
    given = talk.ask(ask.ReceiptAsk())
    assert isinstance(given, Given)
    assert home.service.take(given.data).ver == 2


def test_parts_said_ahead_are_answered_in_order_and_those_of_nothing_are_stored_nowhere() -> None:
    """O-13: manifest and chunks in one breath end in the list; a chunk behind a refused manifest changes nothing."""
    home = house()
    many(home)
    bundle = home.service.bundle()
    talk = pushing(home)
    wishes: list[ask.Request] = [ask.ManifestPush(bundle.manifest), *(ask.ChunkPush(n, chunk) for n, chunk in enumerate(bundle.chunks))]
    answers = talk.ask_ahead(wishes)
    assert [type(one) for one in answers] == [*[Staged] * len(bundle.chunks), Settled]
    assert home.rig.lock.holds(home.rig.at).ver == home.service.ver
    again = pushing(home).ask_ahead([ask.ManifestPush(bundle.manifest), ask.ChunkPush(0, bundle.chunks[0])])
    assert [type(one) for one in again] == [Settled, Busy]
    status_now = pushing(home).ask(ask.StatusAsk())
    assert isinstance(status_now, StatusNow)
    assert (status_now.ver, status_now.staged) == (home.service.ver, None)


class TiredFlash(MemoryFlash):
    """Flash that takes nothing for its lists while it is `tired`."""

    tired = False

    def program(self, area: Area, at: int, data: bytes) -> None:
        if self.tired and area.name.startswith("slot"):
            raise FlashError("not now")
        super().program(area, at, data)


def test_a_list_that_is_all_here_is_applied_when_its_manifest_comes_again() -> None:
    """The slot could not be written when the last part came; the manifest gets its own answer then, with the proof."""
    flash = TiredFlash()
    home = house(CONFIG, "M", flash=flash)
    many(home)
    bundle = home.service.bundle()
    flash.tired = True
    assert isinstance(home.push(pushing(home), bundle), Busy)
    flash.tired = False
    answer = pushing(home).ask(ask.ManifestPush(bundle.manifest))
    assert isinstance(answer, Settled)
    assert (answer.op, answer.status) == (Op.MANIFEST, Status.APPLIED)
    assert home.service.take(answer.receipt).ver == home.service.ver


@pytest.mark.rule("LOCK-12")
@pytest.mark.parametrize("what", ["log key", "photo key"])
def test_a_key_that_nothing_can_be_sealed_to_never_reaches_the_list(what: str) -> None:
    """KU signed it all the same: the lock keeps what it has, opens, records, and takes the next list."""
    home = house()
    before = home.rig.lock.holds(home.rig.at).ver
    zeros = bytes(32)
    home.service.new_klog = zeros if what == "log key" else None
    home.service.edit(config=replace(CONFIG, photo_key=zeros) if what == "photo key" else None)
    assert home.update(DANA) == Plain(Op.CHUNK, Status.NEED_SNAPSHOT)
    home.rig.pull_battery()
    assert home.rig.lock.holds(home.rig.at).ver == before
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    home.service.new_klog = None
    home.service.edit(config=CONFIG)
    assert status(home.update(DANA, home.service.bundle(base=before))) is Status.APPLIED
