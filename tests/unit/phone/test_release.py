"""A RELEASE by phone: one question, and the lock's own word or nothing."""

from dataclasses import replace

import pytest

from limen.phone.update import update
from limen.wire.answers import Answer, Denied, Given, Presented
from limen.wire.grants import Cls, Rights
from limen.wire.operations import Op, Present, ReleaseTell, Request
from limen.wire.receipts import WipedReceipt, sign_wiped
from limen.wire.refusals import Reason

from .scripted import ID, LOCK_ID, PHONE, Pocket, Script, ScriptedLock, courier, door, grant, meet


def saying(answer: Answer) -> Script:
    """A lock that answers a RELEASE like this."""

    def script(request: Request) -> Answer:
        match request:
            case Present():
                return Presented(Rights.PUSH, 1)
            case ReleaseTell(release):
                assert release == b"the release"
                return answer
        raise AssertionError(request)

    return script


def outcome(answer: Answer) -> tuple[str, Pocket]:
    """What the phone makes of it, and what it kept."""
    pocket = Pocket()
    held = replace(door(grant(rights=Rights.PUSH, cls=Cls.COURIER)), release=b"the release")
    return meet(ScriptedLock(saying(answer)), update(courier(held), pull=False), pocket).result, pocket


@pytest.mark.rule("LOCK-10")
def test_the_word_of_the_lock_is_kept_for_the_service() -> None:
    """Nothing else is asked: no time, no list, no record."""
    said = sign_wiped(WipedReceipt(LOCK_ID, 1, 7), ID)
    result, pocket = outcome(Given(Op.ACTIVATE, said))
    assert result == "wiped"
    assert [one.data for one in pocket.kept] == [said]


@pytest.mark.parametrize(
    "data", [sign_wiped(WipedReceipt(LOCK_ID, 1, 7), PHONE), sign_wiped(WipedReceipt(LOCK_ID, 2, 7), ID), b"", b"wiped"]
)
def test_a_word_that_is_not_this_locks_proves_nothing(data: bytes) -> None:
    """Signed by another, of another epoch, or no statement at all: kept nowhere."""
    result, pocket = outcome(Given(Op.ACTIVATE, data))
    assert result == "interrupted"
    assert pocket.kept == []


def test_a_lock_that_says_no_is_believed() -> None:
    """The reason is the lock's own."""
    assert outcome(Denied(Op.ACTIVATE, Reason.REFUSED))[0] == "refused"
