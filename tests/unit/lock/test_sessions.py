"""Links: who is answered, for how long, and what ends them (B.4, C.5; inv. 80, 81)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.lock.events import Connected, FrameArrived, Ticked
from limen.wire import operations as ask
from limen.wire.answers import Denied, Plain, Presented
from limen.wire.frames import Cutter
from limen.wire.grants import Cls
from limen.wire.operations import Op, encode_request
from limen.wire.refusals import Reason
from limen.wire.session import Initiator, SessionBroken
from tests.unit.lock.site import DANA, House, Rig, Service, Talk, house, opened, sticker_session


def test_a_handshake_that_does_not_come_within_five_seconds_is_over() -> None:
    home = house()
    link = home.rig.connect()
    home.rig.wait(5_000)
    home.rig.do(Ticked())
    assert link in home.rig.closed


@pytest.mark.rule("LOCK-3")
def test_a_proof_more_than_ten_seconds_after_the_challenge_is_refused() -> None:
    home = house()
    talk = home.session()
    home.rig.wait(10_001)
    grant = home.service.grant(DANA)
    assert talk.ask(ask.Present(grant, bytes(64), 5, b"")) is None
    assert talk.link in home.rig.closed


def test_an_idle_session_ends_after_thirty_seconds_and_a_busy_one_lives_on() -> None:
    home = house()
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.MANIFEST)
    for _ in range(4):
        home.rig.wait(25_000)
        assert talk.ask(ask.StatusAsk()) is not None
    home.rig.wait(30_001)
    assert talk.ask(ask.StatusAsk()) is None


def test_a_session_ends_after_ten_minutes_however_busy() -> None:
    home = house()
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.MANIFEST)
    for _ in range(24):
        home.rig.wait(25_000)
        answer = talk.ask(ask.StatusAsk())
    assert answer is None


def test_a_third_phone_at_once_is_sent_away() -> None:
    home = house()
    home.rig.hang_up()
    links = [home.rig.connect() for _ in range(3)]
    assert links[2] in home.rig.closed
    assert not home.rig.closed & set(links[:2])


def test_a_flood_of_handshakes_meets_a_closed_door_and_honest_ones_do_not_count() -> None:
    """At most ten unauthenticated ones a minute (C.5): by somebody who knows the lock's key, for others do not get as far."""
    home = house()
    for _ in range(15):
        assert home.unlock(DANA) == Plain(Op.UNLOCK)
    for _ in range(10):
        home.session()
        home.rig.hang_up()
    with pytest.raises(AssertionError):
        home.session()
    home.rig.wait(61_000)
    home.session()


def garbage(home: House, count: int, every_ms: int) -> None:
    """First messages by somebody who was never told the lock's key."""
    for _ in range(count):
        link = home.rig.connect()
        for frame in Cutter().cut(home.service.chance(48)):
            home.rig.do(FrameArrived(link, frame))
        assert link in home.rig.closed and not home.rig.frames.pop(link, [])
        home.rig.wait(every_ms)


def test_whoever_does_not_know_the_locks_key_keeps_no_phone_out_and_only_makes_it_call_seldom() -> None:
    """A transmitter in the corridor sends rubbish all day: phones open, updates go, and what it costs is bounded by the lock's own rhythm (C.5)."""
    home = house()
    honest, _ = home.present(DANA, home.service.grant(DANA), Op.MANIFEST)
    garbage(home, 200, every_ms=50)
    assert honest.ask(ask.StatusAsk()) is not None, "who was there before goes on"
    call = home.rig.lock.call(home.rig.at)
    assert call is not None and call.seldom
    for _ in range(15):
        assert home.unlock(DANA) == Plain(Op.UNLOCK)
        garbage(home, 20, every_ms=50)
    home.rig.wait(60_000)
    call = home.rig.lock.call(home.rig.at)
    assert call is not None and not call.seldom


def test_nine_mistakes_in_a_minute_are_no_flood() -> None:
    """A phone that knows another epoch of this lock tries a few times; nobody is slowed for that."""
    home = house()
    garbage(home, 9, every_ms=100)
    call = home.rig.lock.call(home.rig.at)
    assert call is not None and not call.seldom


@pytest.mark.rule("SYNC-7")
def test_strangers_who_shake_hands_at_the_door_do_not_keep_a_lock_from_its_gateway() -> None:
    """The limit is for whoever comes by radio (C.5); the link that the lock dialled itself neither counts nor is closed."""
    home = house(model="R")
    for _ in range(10):
        home.session()
        home.rig.hang_up()
    grant = home.service.grant(DANA, Cls.GATEWAY, rights=38)
    assert isinstance(home.present(DANA, grant, Op.REMOTE, outgoing=True, intent="remote")[1], Presented)


@pytest.mark.parametrize("proven", [False, True])
def test_any_unencrypted_frame_after_the_handshake_closes_the_link(proven: bool) -> None:
    """The short-frame bug: before a phone has proven itself and after, what is not sealed is obeyed by nobody (invariant 80)."""
    home = house()
    talk = home.present(DANA, home.service.grant(DANA))[0] if proven else home.session()
    for frame in talk.cutter.cut(encode_request(ask.Unlock("tap"))):
        commands = home.rig.do(FrameArrived(talk.link, frame))
        assert not opened(commands)
    assert talk.link in home.rig.closed


@pytest.mark.parametrize("suite", [0, 2, 255])
def test_a_peer_with_another_suite_gets_no_session(suite: int) -> None:
    """Nothing is negotiated (invariant 81)."""
    home = house()
    link = home.rig.connect()
    initiator = Initiator(lock_id=home.service.lock_id, remote_static=home.service.xs, ephemeral_private=bytes(31) + b"\x07", suite=suite)
    with pytest.raises(AssertionError):
        Talk(home.rig, link).handshake(initiator)
    assert link in home.rig.closed


def test_a_peer_that_means_another_lock_gets_no_session() -> None:
    home = house()
    link = home.rig.connect()
    initiator = Initiator(lock_id=b"somebody", remote_static=home.service.xs, ephemeral_private=bytes(31) + b"\x07")
    with pytest.raises(AssertionError):
        Talk(home.rig, link).handshake(initiator)


@settings(max_examples=150, deadline=None)
@given(frames=st.lists(st.binary(max_size=600), max_size=6), after_handshake=st.booleans())
def test_no_stream_of_frames_breaks_the_lock_or_opens_the_door(frames: list[bytes], after_handshake: bool) -> None:
    """Inv. 79: hostile bytes close the link, and nothing else happens."""
    link = HOME.session().link if after_handshake else HOME.rig.connect()
    for frame in frames:
        assert not opened(HOME.rig.do(FrameArrived(link, frame)))
    HOME.rig.hang_up()
    HOME.rig.wait(61_000)


def test_a_repeated_frame_ends_the_session() -> None:
    home = house()
    talk = home.session()
    assert talk.transport is not None
    frame = talk.cutter.cut(talk.transport.encrypt(encode_request(ask.StatusAsk())))[0]
    home.rig.do(FrameArrived(talk.link, frame))
    home.rig.do(FrameArrived(talk.link, frame))
    assert talk.link in home.rig.closed


def test_after_a_refused_proof_nothing_more_is_heard() -> None:
    home = house()
    talk = home.session()
    assert talk.ask(ask.Present(home.service.grant(DANA), bytes(64), 5, b"")) == Denied(Op.PRESENT, Reason.REFUSED)
    assert talk.ask(ask.Present(home.service.grant(DANA), bytes(64), 5, b"")) is None


def test_a_gateways_grant_is_worth_nothing_over_the_air_and_a_residents_nothing_on_the_outgoing_link() -> None:
    """B.10: class 8 only on the lock's own connection."""
    home = house(model="R")
    _, answer = home.present(DANA, home.service.grant(DANA, Cls.GATEWAY, rights=38), Op.REMOTE, intent="remote")
    assert answer == Denied(Op.PRESENT, Reason.REFUSED)
    _, answer = home.present(DANA, home.service.grant(DANA), outgoing=True)
    assert answer == Denied(Op.PRESENT, Reason.REFUSED)
    _, answer = home.present(DANA, home.service.grant(DANA, Cls.GATEWAY, rights=38), Op.REMOTE, outgoing=True, intent="remote")
    assert isinstance(answer, Presented)


def test_an_unowned_lock_answers_nobody_without_the_inside_button() -> None:
    """Inv. 69."""
    rig = Rig()
    rig.manufacture(Service())
    rig.boot()
    with pytest.raises(AssertionError):
        sticker_session(rig)


def test_a_wrong_sticker_secret_is_no_way_in() -> None:
    rig = Rig()
    rig.manufacture(Service())
    rig.boot()
    rig.lock.memory.press_button(rig.at)
    with pytest.raises((AssertionError, SessionBroken)):
        sticker_session(rig, b"x" * 16)


def test_frames_fit_what_the_link_carries() -> None:
    home = house()
    home.rig.do(Connected(700, frame_bytes=23))
    talk = Talk(home.rig, 700, cutter=Cutter(23))
    initiator = Initiator(lock_id=home.service.lock_id, remote_static=home.service.xs, ephemeral_private=bytes(31) + b"\x07")
    for frame in talk.cutter.cut(initiator.write_message_1()):
        home.rig.do(FrameArrived(700, frame))
    assert all(len(frame) <= 23 for frame in home.rig.frames[700])


HOME: House = house()
