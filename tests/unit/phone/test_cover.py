"""A phone proves the digits under a battery cover by itself, to a lock that is the real one."""

import pytest

from limen.lock.events import InsideButton
from limen.phone import activate, cover
from limen.phone.channels.driver import carry_out
from limen.phone.channels.in_process import InProcess
from limen.phone.cover import Asked
from limen.wire import covercode, limits
from limen.wire.answers import Plain
from limen.wire.covercode import Cover
from limen.wire.refusals import Reason
from limen.wire.sticker import Sticker
from tests.stories.standing import FRESH, Standing
from tests.unit.lock.site import MILO, House, Rig, Service, code
from tests.unit.phone.scripted import LOCK_ID, Pocket, ScriptedLock, meet

DIGITS, NAME = "20478135", "7K2M9QXD"


def fresh_lock(*, has_code: bool = True) -> tuple[Service, Rig, Standing]:
    service, rig = Service(), Rig("M")
    record = covercode.enrolled(DIGITS, rig.lock_id, b"s" * 16, limits.COVER_ITERATIONS_MIN)
    rig.manufacture(service, record if has_code else None)
    rig.boot()
    service.edit(code(9, 5_550_123))
    rig.do(InsideButton())
    return service, rig, Standing(House(service, rig), MILO)


def installer(rig: Rig, digits: str = DIGITS) -> activate.Installer:
    return activate.Installer(sticker=Sticker(rig.lock_id, b"", 0), cover=Cover(NAME, digits), draw=FRESH)


@pytest.mark.rule("LOCK-10")
def test_the_digits_open_the_session_in_which_a_lock_attests() -> None:
    _service, rig, at = fresh_lock()
    assert at.meet(cover.who(limits.FRAME_BYTES_PLANNED)) == Asked(rig.lock_id)
    found = at.meet(activate.attest(installer(rig), b"n" * 16))
    assert isinstance(found, activate.Attested)


def test_wrong_digits_are_told_with_the_tries_that_are_left() -> None:
    _service, rig, at = fresh_lock()
    wrong = installer(rig, "20478136")
    said = [at.meet(activate.attest(wrong, b"n" * 16)) for _ in range(limits.COVER_TRIES_PER_PRESS)]
    assert said == [activate.NotActivated(Reason.WRONG_CODE, left=left) for left in (4, 3, 2, 1, 0)]
    assert at.meet(activate.attest(installer(rig), b"n" * 16)) == activate.NotActivated(Reason.PRESS_AGAIN)
    assert at.meet(cover.who(limits.FRAME_BYTES_PLANNED)) == Asked(None, Reason.PRESS_AGAIN)


def test_a_lock_without_a_code_says_so() -> None:
    _service, rig, at = fresh_lock(has_code=False)
    assert at.meet(activate.deliver(installer(rig), b"", b"", b"")) == activate.NotActivated(None), "nothing to deliver is asked of nobody"
    assert at.meet(activate.attest(installer(rig), b"n" * 16)) == activate.NotActivated(Reason.NO_COVER_CODE)


def test_whoever_does_not_answer_as_a_lock_is_out_of_reach() -> None:
    """One that knows only handshakes hangs up on the first word."""
    lock = ScriptedLock(lambda request: Plain(request))  # type: ignore[arg-type]
    assert meet(lock, cover.who(limits.FRAME_BYTES_PLANNED), Pocket()) == Asked(None)
    known = activate.Installer(sticker=Sticker(LOCK_ID, b"", 0), cover=Cover(NAME, DIGITS), draw=FRESH)
    assert meet(lock, activate.attest(known, b"n" * 16), Pocket()) == activate.NotActivated(None)


@pytest.mark.parametrize("said", [b"\x80", b"\xff", covercode.encode_heard(covercode.Taken())])
def test_what_no_lock_says_ends_it(said: bytes) -> None:
    """Garbage, and an answer to another question."""
    peer = InProcess(lambda: lambda frame: [bytes((3, 0)) + said], lambda: 0)
    assert carry_out(cover.who(limits.FRAME_BYTES_PLANNED), peer, Pocket()) == Asked(None)
