"""The lock as a conversation: an event goes in, commands come out."""

import pytest

from limen.lock.commands import ReleaseBolt, SendFrame
from limen.lock.events import Cause
from limen.wire import operations as ask
from limen.wire.answers import Denied, NeedUpdate, Plain, Presented, Settled
from limen.wire.events import Kind
from limen.wire.grants import Cls
from limen.wire.operations import Op
from limen.wire.refusals import Reason, Status
from tests.unit.lock.reading import events
from tests.unit.lock.site import DANA, GUS, code, house, lens, opened


@pytest.mark.rule("LOCK-1", "LOCK-3")
def test_a_resident_opens_with_phone_and_lock_both_offline() -> None:
    """A grant signed before and a fresh proof are all it takes."""
    home = house()
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    assert any(isinstance(command, ReleaseBolt) for command in home.rig.log)


@pytest.mark.rule("LOCK-4")
def test_the_bolt_moves_before_the_answer_leaves_and_stays_engaged_ten_seconds() -> None:
    home = house()
    home.rig.log.clear()
    home.unlock(DANA)
    bolt = next(n for n, c in enumerate(home.rig.log) if isinstance(c, ReleaseBolt))
    assert home.rig.log[bolt] == ReleaseBolt(10_000)
    assert any(isinstance(c, SendFrame) for c in home.rig.log[bolt:])


@pytest.mark.rule("SYNC-3")
def test_a_phone_with_a_newer_list_is_asked_for_it_before_the_door_opens() -> None:
    """The list is the lock's before the motor moves, and nothing is stale then (invariant 33)."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    talk, answer = home.present(DANA, home.service.grant(DANA))
    assert answer == NeedUpdate(Op.PRESENT, 2)
    settled = home.push(talk, home.service.bundle())
    assert isinstance(settled, Settled)
    assert settled.status is Status.APPLIED
    assert talk.ask(ask.Unlock("tap")) == Plain(Op.UNLOCK)
    assert [event.kind for event in events(home)][-2:] == [Kind.UPDATE_APPLIED, Kind.ENTRY]
    assert opened(home.rig.type("5550123"))


def test_a_permanent_code_opens_and_another_does_not() -> None:
    home = house()
    home.service.edit(code(9, 5_550_123))
    home.update(DANA)
    assert lens(home.rig.type("5550124")) == "Not accepted."
    assert opened(home.rig.type("5550123"))


def test_a_grant_of_another_phone_is_refused_like_any_forgery() -> None:
    home = house()
    _, answer = home.present(GUS, home.service.grant(DANA))
    assert answer == Denied(Op.PRESENT, Reason.REFUSED)


def test_after_a_restart_everything_is_as_it_was() -> None:
    home = house()
    home.service.edit(code(9, 5_550_123))
    home.update(DANA)
    home.rig.boot(Cause.RESTART)
    assert opened(home.rig.type("5550123"))
    _, answer = home.present(DANA, home.service.grant(DANA, Cls.RESIDENT))
    assert isinstance(answer, Presented)
    assert answer.ver == 2
