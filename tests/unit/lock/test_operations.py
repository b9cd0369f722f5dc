"""What a proven phone may ask (B.6, B.8): rights follow the grant."""

from dataclasses import replace

import pytest

from limen.wire import operations as ask
from limen.wire.answers import Denied, Given, NeedUpdate, Plain, Presented, Settled, StatusNow
from limen.wire.envelope import Role
from limen.wire.events import Kind, Method, Result
from limen.wire.grants import OWN_ACCESS, Cls, Rights
from limen.wire.operations import Op, Request
from limen.wire.receipts import TrustedTime
from limen.wire.records import DoorKind, ListRecord, RecordKind
from limen.wire.refusals import Reason, Status
from limen.wire.roots import open_root, sign_root
from limen.wire.telemetry import unverified_telemetry
from limen.wire.timestamps import TimeAssertion, sign_time
from tests.unit.lock.reading import events, last
from tests.unit.lock.site import CONFIG, DANA, GUS, MILO, House, code, house, opened, renamed, signer

ALL_RIGHTS = Rights(63)
PULLS: list[Request] = [ask.LogAsk(0), ask.PhotoAsk(0, 0), ask.TelemetryAsk()]
PUSH_CLASSES = [Cls.MANAGER, Cls.COURIER, Cls.INSTALLER]


@pytest.mark.rule("SYNC-2")
@pytest.mark.parametrize("cls", PUSH_CLASSES)
def test_a_push_only_session_pulls_nothing_whatever_its_grant_says(cls: Cls) -> None:
    """Inv. 19."""
    home = house()
    talk, answer = home.present(DANA, home.service.grant(DANA, cls, rights=ALL_RIGHTS), Op.MANIFEST)
    assert isinstance(answer, Presented)
    assert answer.rights == Rights.PUSH
    for pull in PULLS:
        assert talk.ask(pull) == Denied(ask.op_of(pull), Reason.NO_RIGHT)
    assert talk.ask(ask.Unlock("tap")) == Denied(Op.UNLOCK, Reason.NO_RIGHT)


@pytest.mark.rule("SYNC-2", "SYNC-12")
@pytest.mark.parametrize("cls", PUSH_CLASSES)
def test_what_a_push_only_session_gets_back_says_nothing_of_the_doors_life(cls: Cls) -> None:
    """Inv. 18: the same push at a busy door and at an idle one gives the same number of bytes, and no clock, head or count in them."""
    sizes = []
    for busy in (False, True):
        home = house()
        if busy:
            for _ in range(40):
                home.unlock(GUS)
                home.rig.hang_up()
            home.wait(86_400)
        talk, _ = home.present(DANA, home.service.grant(DANA, cls), Op.MANIFEST)
        home.service.edit(code(9, 5_550_123))
        assert isinstance(home.push(talk, home.service.bundle()), Settled)
        given = talk.ask(ask.TimeAsk())
        assert isinstance(given, Given)
        talk.ask(ask.TimeTell(home.service.time(given.data)))
        receipt = talk.ask(ask.ReceiptAsk(b"f" * 16))
        assert isinstance(receipt, Given)
        said = home.service.take(receipt.data)
        assert said.full is None
        assert said.nonce == b"f" * 16
        sizes.append([len(plain) for plain in talk.emitted])
    assert sizes[0] == sizes[1]


@pytest.mark.rule("SYNC-1")
@pytest.mark.parametrize("cls", [Cls.RESIDENT, Cls.APP_GUEST, Cls.CODE_HOLDER, Cls.STAFF, Cls.VENDOR])
def test_access_of_ones_own_pushes_and_pulls(cls: Cls) -> None:
    home = house()
    talk, _ = home.present(DANA, home.service.grant(DANA, cls), Op.MANIFEST)
    battery = talk.ask(ask.TelemetryAsk())
    assert isinstance(battery, Given)
    assert unverified_telemetry(battery.data).battery == 100
    log = talk.ask(ask.LogAsk(0))
    assert isinstance(log, Given)
    assert len(log.data) == 4096
    assert talk.ask(ask.LogAsk(1)) == Given(Op.LOG, b"")
    home.service.edit(code(9, 5_550_123))
    assert isinstance(home.push(talk, home.service.bundle()), Settled)


@pytest.mark.rule("SYNC-13")
def test_a_couriers_grant_for_one_lock_is_refused_by_every_other() -> None:
    """Inv. 20."""
    home = house()
    _, answer = home.present(DANA, home.service.grant(DANA, Cls.COURIER, lock_id=b"neighbor"), Op.MANIFEST)
    assert answer == Denied(Op.PRESENT, Reason.REFUSED)


@pytest.mark.rule("LOCK-3")
def test_unlock_is_obeyed_only_where_the_phone_has_signed_exactly_this() -> None:
    home = house()
    talk, answer = home.present(DANA, home.service.grant(DANA), Op.MANIFEST)
    assert isinstance(answer, Presented)
    assert talk.ask(ask.Unlock("tap")) == Denied(Op.UNLOCK, Reason.NO_RIGHT)
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.UNLOCK)
    assert talk.ask(ask.Unlock("near")) == Denied(Op.UNLOCK, Reason.NO_RIGHT)


@pytest.mark.parametrize("intent", ["near", "remote"])
def test_a_lock_does_not_choose_among_intents_that_a_phone_has_signed(intent: str) -> None:
    """What is asked for is what was proven, for this operation and this door (O-4)."""
    home = house()
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.UNLOCK, intent=intent)
    assert talk.ask(ask.Unlock("tap")) == Denied(Op.UNLOCK, Reason.NO_RIGHT)
    assert talk.ask(ask.Unlock(intent)) == Plain(Op.UNLOCK)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (ask.TimeTell(bytes(257)), Plain(Op.TIME, Status.CLOCK)),
        (ask.AckTell(bytes(257)), Denied(Op.ACK)),
        (ask.ManifestPush(bytes(6144)), Denied(Op.MANIFEST)),
        (ask.FirmwarePush(None, bytes(6144)), Denied(Op.FIRMWARE)),
        (ask.ReleaseTell(bytes(4096)), Denied(Op.ACTIVATE)),
        (ask.ManifestPush(bytes(6145)), None),
        (ask.TimeTell(bytes(6145)), None),
        (ask.AckTell(bytes(6145)), None),
        (ask.ReleaseTell(bytes(4097)), None),
    ],
)
def test_a_statement_that_is_none_is_not_believed_and_a_request_that_is_none_ends_the_link(request_: Request, answer: object) -> None:
    """O-17: what stands in a byte string ends no link, however long it is within what the request may carry."""
    talk, _ = (home := house()).present(DANA, home.service.grant(DANA), Op.MANIFEST)
    assert talk.ask(request_) == answer


@pytest.mark.rule("LOCK-5")
def test_in_lost_an_unlock_is_told_that_the_clock_is_lost_and_another_request_that_the_grant_is_over() -> None:
    """M-1 is asked in full for UNLOCK, and its refusal leaves the session to its next request, which ends it (M-4)."""
    home = house()
    home.wait(86_400)
    ending = home.service.grant(MILO, Cls.STAFF, iat=home.service.now - 3600, exp=home.service.now + 5)
    home.rig.pull_battery()
    talk, answer = home.present(MILO, ending)
    assert isinstance(answer, Presented)
    home.service.now += 3600
    home.present(DANA, home.service.grant(DANA), beside=True)  # its `iat` raises the floor beyond the end of the other one
    assert talk.ask(ask.Unlock("tap")) == Denied(Op.UNLOCK, Reason.CLOCK_LOST)
    assert talk.ask(ask.TimeAsk()) == Denied(Op.TIME_ASK, Reason.LEASE_OVER)
    assert talk.ask(ask.TimeAsk()) is None


@pytest.mark.rule("ACCESS-12")
def test_a_proven_phone_learns_why_it_was_refused() -> None:
    home = house()
    assert home.unlock(DANA, home.service.grant(DANA, Cls.APP_GUEST, nbf=home.service.now + 3600)) == Denied(Op.PRESENT, Reason.NOT_STARTED)
    assert home.unlock(DANA, home.service.grant(DANA, exp=home.service.now - 3600)) == Denied(Op.PRESENT, Reason.LEASE_OVER)
    assert home.unlock(DANA, home.service.grant(DANA, Cls.VENDOR, sched=77)) == Denied(Op.UNLOCK, Reason.OUTSIDE_SCHEDULE)


@pytest.mark.rule("SYNC-3")
def test_a_door_that_cannot_be_brought_up_to_date_still_opens_for_a_resident_and_says_so() -> None:
    """Inv. 33: STALE is logged."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    talk, answer = home.present(DANA, home.service.grant(DANA))
    assert answer == NeedUpdate(Op.PRESENT, 2)
    assert talk.ask(ask.Unlock("tap")) == Plain(Op.UNLOCK)
    assert [event.kind for event in events(home)][-2:] == [Kind.ENTRY, Kind.STALE]


@pytest.mark.rule("LOCK-5")
def test_time_that_was_asked_for_is_taken_once_and_recorded() -> None:
    home = house()
    home.rig.pull_battery()
    home.service.now += 60
    talk, answer = home.present(DANA, home.service.grant(DANA), Op.TIME_ASK)
    assert isinstance(answer, Presented)
    assert answer.wants_time
    given = talk.ask(ask.TimeAsk())
    assert isinstance(given, Given)
    assertion = home.service.time(given.data)
    assert talk.ask(ask.TimeTell(assertion)) == Plain(Op.TIME)
    assert talk.ask(ask.TimeTell(assertion)) == Plain(Op.TIME, Status.CLOCK)
    assert home.rig.lock.holds(home.rig.at).clock == "good"
    assert last(home).kind is Kind.CLOCK_SET


@pytest.mark.rule("LOCK-5")
def test_a_floor_that_a_slow_answer_raised_survives_power() -> None:
    """Inv. 25, M-24: an answer that only raises the floor is as durable as one that sets the clock."""
    home = house()
    home.sync_clock(DANA)
    home.wait(3000)
    talk, _ = home.present(DANA, home.service.grant(DANA, iat=home.service.now - 3000), Op.TIME_ASK)
    given = talk.ask(ask.TimeAsk())
    assert isinstance(given, Given)
    assertion = home.service.time(given.data)
    home.wait(20)
    before = home.rig.lock.memory.read_clock(home.rig.at)
    assert talk.ask(ask.TimeTell(assertion)) == Plain(Op.TIME)
    floor = home.rig.lock.memory.read_clock(home.rig.at).floor_ms
    assert floor == (home.service.now - 20) * 1000 > before.floor_ms
    home.rig.pull_battery()
    assert home.rig.lock.memory.read_clock(home.rig.at).floor_ms == floor


@pytest.mark.rule("SYNC-10")
def test_time_signed_for_another_lock_or_by_another_key_moves_nothing() -> None:
    """Nor does what a phone signs by itself, for this lock and its own nonce: only the service's key tells time (invariant 26)."""
    home = house()
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.TIME_ASK)
    given = talk.ask(ask.TimeAsk())
    assert isinstance(given, Given)
    before = home.rig.lock.memory.read_clock(home.rig.at)
    home.service.lock_id, kept = b"neighbor", home.service.lock_id
    foreign = home.service.time(given.data)
    home.service.lock_id = kept
    assert talk.ask(ask.TimeTell(foreign)) == Plain(Op.TIME, Status.CLOCK)
    assert talk.ask(ask.TimeTell(home.service.grant(DANA))) == Plain(Op.TIME, Status.CLOCK)
    own = sign_time(TimeAssertion(home.service.lock_id, given.data, (home.service.now + 3600) * 1000), DANA)
    assert talk.ask(ask.TimeTell(own)) == Plain(Op.TIME, Status.CLOCK)
    assert home.rig.lock.memory.read_clock(home.rig.at) == before


@pytest.mark.rule("SYNC-12")
def test_a_puller_gets_clock_and_head_and_at_a_flat_only_the_household_can_count() -> None:
    home = house(CONFIG.__class__(**{**CONFIG.__dict__, "door_kind": DoorKind.UNIT}))
    for cls, counted in ((Cls.RESIDENT, True), (Cls.APP_GUEST, False), (Cls.STAFF, False), (Cls.VENDOR, False)):
        talk, _ = home.present(DANA, home.service.grant(DANA, cls), Op.RECEIPT)
        given = talk.ask(ask.ReceiptAsk())
        assert isinstance(given, Given)
        said = home.service.take(given.data)
        assert said.full is not None
        assert said.full.tstate is TrustedTime.GOOD
        assert isinstance(said.full.head, bytes) is not counted
        home.rig.hang_up()


@pytest.mark.rule("ACCESS-4")
def test_an_open_session_ends_with_the_list_that_takes_its_holder_away() -> None:
    """A session is no lease: whoever is removed while pulling the record gets not one answer more."""
    home = house()
    home.rig.hang_up()
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.LOG)
    assert isinstance(talk.ask(ask.LogAsk(0)), Given)
    home.service.edit(ListRecord(slot=12, kind=RecordKind.SUBJECT_FLOOR, data=home.service.now, subj=5))
    beside, _ = home.present(GUS, home.service.grant(GUS, Cls.COURIER, acl_ver=1, subj=9), Op.MANIFEST, beside=True)
    assert isinstance(home.push(beside, home.service.bundle()), Settled)
    assert talk.ask(ask.LogAsk(0)) == Denied(Op.LOG, Reason.REVOKED)
    assert talk.ask(ask.StatusAsk()) is None


@pytest.mark.rule("ACCESS-4")
def test_an_open_session_ends_with_the_grant_that_opened_it() -> None:
    """A link that stands for an hour gives nobody an hour: at the grant's end the gateway opens nothing more and reads nothing more, nor does a phone."""
    home = house(model="R")
    grant = home.service.grant(DANA, Cls.GATEWAY, rights=Rights(38), exp=home.service.now + 600)
    talk, _ = home.present(DANA, grant, Op.REMOTE, outgoing=True, intent="remote")
    home.wait(500)
    assert talk.ask(ask.Remote(home.service.now, 31, 4)) == Plain(Op.REMOTE)
    home.wait(101)
    home.rig.log.clear()
    assert talk.ask(ask.Remote(home.service.now, 31, 4)) == Denied(Op.REMOTE, Reason.LEASE_OVER)
    assert talk.ask(ask.LogAsk(0)) is None
    assert not opened(home.rig.log)
    home.wait(60)
    talk, _ = home.present(DANA, home.service.grant(DANA, exp=home.service.now + 20), Op.LOG)
    assert isinstance(talk.ask(ask.LogAsk(0)), Given)
    home.wait(25)
    assert talk.ask(ask.LogAsk(0)) == Denied(Op.LOG, Reason.LEASE_OVER)


@pytest.mark.rule("ACCESS-4")
@pytest.mark.parametrize("request_", [ask.Unlock("tap"), ask.StatusAsk()], ids=["unlock", "status"])
def test_an_open_session_ends_with_the_key_that_signed_its_grant(request_: Request) -> None:
    """Whoever presented under a stolen KG does nothing more once a root takes that key away; who brought it has the receipt, and then proves anew."""
    home = house()
    home.rig.hang_up()
    thief, answer = home.present(MILO, home.service.grant(MILO, Cls.STAFF))
    assert isinstance(answer, Presented)
    bringer, _ = home.present(DANA, home.service.grant(DANA), Op.MANIFEST, beside=True)
    home.service.edit()
    home.service.roots = (renamed(home.service),)
    assert isinstance(home.push(bringer, home.service.bundle()), Settled)
    home.rig.log.clear()
    for talk, request in ((thief, request_), (bringer, ask.StatusAsk())):
        assert talk.ask(request) == Denied(ask.op_of(request), Reason.REFUSED)
        assert talk.ask(ask.StatusAsk()) is None
    assert not opened(home.rig.log)
    home.service.roles[Role.KG] = signer(950)
    assert home.unlock(DANA) == Plain(Op.UNLOCK)


def test_the_order_that_comes_over_a_dialled_link_ends_with_the_key_too() -> None:
    """That link stands for an hour; a gateway that is none any more opens nothing on what is left of it."""
    home, talk = connected()
    beside, _ = home.present(GUS, home.service.grant(GUS, Cls.COURIER, subj=9), Op.MANIFEST, beside=True)
    home.service.edit()
    home.service.roots = (renamed(home.service),)
    assert isinstance(home.push(beside, home.service.bundle()), Settled)
    home.rig.log.clear()
    assert talk.ask(ask.Remote(home.service.now, 31, 4)) == Denied(Op.REMOTE, Reason.REFUSED)  # type: ignore[attr-defined]
    assert not opened(home.rig.log)


def test_a_session_goes_on_where_a_root_names_its_key_beside_another() -> None:
    """How a KG that is not lost is replaced: nobody is sent away for it."""
    home = house()
    home.rig.hang_up()
    talk, _ = home.present(DANA, home.service.grant(DANA))
    bringer, _ = home.present(GUS, home.service.grant(GUS, Cls.COURIER, subj=9), Op.MANIFEST, beside=True)
    home.service.edit()
    old, named = home.service.roles[Role.KG].public, open_root(home.service.root(2))
    both = {typ: (*keys, signer(950).public) if old in keys else keys for typ, keys in named.roles.items()}
    home.service.roots = (sign_root(replace(named, roles=both), home.service.root_keys[:2]),)
    assert isinstance(home.push(bringer, home.service.bundle()), Settled)
    assert talk.ask(ask.Unlock("tap")) == Plain(Op.UNLOCK)


def test_the_answer_that_tells_the_time_also_tells_whose_grant_is_over() -> None:
    """Whoever may repair a lost clock is let in to do it, and has no more rights than the clock then gives them."""
    home = house()
    home.wait(86_400)
    ended = home.service.grant(DANA, Cls.STAFF, iat=home.service.now - 3600, exp=home.service.now - 60)
    home.rig.pull_battery()
    talk, answer = home.present(DANA, ended, Op.TIME_ASK)
    assert isinstance(answer, Presented)
    given = talk.ask(ask.TimeAsk())
    assert isinstance(given, Given)
    assert talk.ask(ask.TimeTell(home.service.time(given.data))) == Plain(Op.TIME)
    assert talk.ask(ask.LogAsk(0)) == Denied(Op.LOG, Reason.LEASE_OVER)


def test_status_tells_version_epoch_and_staging() -> None:
    home = house()
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.STATUS)
    assert talk.ask(ask.StatusAsk()) == StatusNow(1, 1, None, b"")


def connected() -> tuple[House, object]:
    home = house(model="R")
    talk, answer = home.present(DANA, home.service.grant(DANA, Cls.GATEWAY, rights=Rights(38)), Op.REMOTE, outgoing=True, intent="remote")
    assert isinstance(answer, Presented)
    assert answer.rights == Rights.PUSH | Rights.PULL | Rights.REMOTE
    return home, talk


def test_a_remote_order_opens_and_is_recorded_under_the_person_who_pressed() -> None:
    home, talk = connected()
    home.wait(2)
    home.rig.log.clear()
    assert talk.ask(ask.Remote(home.service.now, 31, 4)) == Plain(Op.REMOTE)  # type: ignore[attr-defined]
    assert opened(home.rig.log)
    event = last(home)
    assert (event.method, event.subj, event.ref, event.result) == (Method.REMOTE, 31, 4, Result.GRANTED)


def test_a_remote_order_is_never_queued() -> None:
    """B.10: older than ten seconds, or pressed before the link was made."""
    home, talk = connected()
    pressed = home.service.now
    home.wait(60)
    assert talk.ask(ask.Remote(pressed, 31, 4)) == Denied(Op.REMOTE, Reason.TOO_LATE)  # type: ignore[attr-defined]
    fresh, talk = connected()
    assert talk.ask(ask.Remote(fresh.service.now - 8, 31, 4)) == Denied(Op.REMOTE, Reason.TOO_LATE)  # type: ignore[attr-defined]


def test_a_remote_order_is_of_this_link_however_the_clock_was_set_since_it_stands() -> None:
    """M-42: an answer about the time in the meantime makes no order look queued, and none look fresh."""
    home, talk = connected()
    home.wait(60)
    given = talk.ask(ask.TimeAsk())  # type: ignore[attr-defined]
    assert talk.ask(ask.TimeTell(home.service.time(given.data))) == Plain(Op.TIME)  # type: ignore[attr-defined]
    home.wait(3)
    assert talk.ask(ask.Remote(home.service.now - 8, 31, 4)) == Plain(Op.REMOTE)  # type: ignore[attr-defined]
    late, talk = connected()
    given = talk.ask(ask.TimeAsk())  # type: ignore[attr-defined]
    assert talk.ask(ask.TimeTell(late.service.time(given.data))) == Plain(Op.TIME)  # type: ignore[attr-defined]
    late.wait(3)
    assert talk.ask(ask.Remote(late.service.now - 8, 31, 4)) == Denied(Op.REMOTE, Reason.TOO_LATE)  # type: ignore[attr-defined]


def test_a_remote_order_from_the_future_opens_nothing() -> None:
    """B.10: one that is dated ahead would open again and again until then."""
    home, talk = connected()
    assert talk.ask(ask.Remote(home.service.now + 3_600, 31, 4)) == Denied(Op.REMOTE, Reason.TOO_LATE)  # type: ignore[attr-defined]


def test_a_lock_that_cannot_tell_ten_seconds_obeys_no_remote_order_until_it_is_told_the_time() -> None:
    """B.10: after a month without a time answer the clock is off by minutes, and whoever holds a frame back for as long would open the door."""
    home = house(model="R")
    home.wait(30 * 86_400)
    grant = home.service.grant(DANA, Cls.GATEWAY, rights=Rights(38))
    talk, _ = home.present(DANA, grant, Op.REMOTE, outgoing=True, intent="remote")
    home.wait(120)
    assert talk.ask(ask.Remote(home.service.now - 119, 31, 4)) == Denied(Op.REMOTE, Reason.CLOCK_LOST)
    given = talk.ask(ask.TimeAsk())
    assert isinstance(given, Given)
    assert talk.ask(ask.TimeTell(home.service.time(given.data))) == Plain(Op.TIME)
    assert talk.ask(ask.Remote(home.service.now - 119, 31, 4)) == Denied(Op.REMOTE, Reason.TOO_LATE)
    assert talk.ask(ask.Remote(home.service.now, 31, 4)) == Plain(Op.REMOTE)


def test_a_lock_without_a_network_knows_no_remote_order() -> None:
    home = house()
    talk, _ = home.present(DANA, home.service.grant(DANA, rights=ALL_RIGHTS))
    assert talk.ask(ask.Remote(home.service.now, 31, 4)) == Denied(Op.REMOTE, Reason.NO_RIGHT)


def test_full_rights_of_a_resident_are_the_ones_of_access_of_ones_own() -> None:
    home = house()
    _, answer = home.present(DANA, home.service.grant(DANA))
    assert isinstance(answer, Presented)
    assert answer.rights == OWN_ACCESS
