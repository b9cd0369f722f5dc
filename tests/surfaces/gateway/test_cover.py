"""Digits under a battery cover, proved through the gateway: who may, how often, and that they stand nowhere afterwards."""

import io
import logging

import pytest
from django.db import connection

from limen.wire import covercode, limits, spake2plus
from limen.wire.covercode import Share, Stretching
from tests.logs import our_log
from tests.surfaces.gateway.conftest import Desk, door_bytes

DIGITS, LOCK_ID = "20478135", b"LM000077"
RECORD = covercode.enrolled(DIGITS, LOCK_ID, b"s" * 16, limits.COVER_ITERATIONS_MIN)
TOLD = covercode.encode_heard(Stretching(LOCK_ID, RECORD.salt, RECORD.iterations))


def question(desk: Desk, **more: object) -> dict[str, object]:
    return {"door": door_bytes(desk, "Unit 4B"), "digits": DIGITS, "told": TOLD, **more}


def heard(said: object) -> bytes:
    """The lock's answer to the service's share."""
    assert isinstance(said, bytes)
    share = covercode.parse_said(said)
    assert isinstance(share, Share)
    lock = spake2plus.answer(RECORD.verifier, covercode.names(LOCK_ID), share.share, spake2plus.scalar(bytes(range(48))))
    return covercode.encode_heard(covercode.Answered(lock.share_v, lock.confirm_v, 4))


@pytest.mark.rule("LOCK-10")
@pytest.mark.parametrize("how", ["token", "session"])
def test_an_installer_proves_the_digits_through_the_service(desk: Desk, how: str) -> None:
    begun = desk.ask("Milo", "activation/cover/begin", question(desk), how=how)
    assert begun.status == 200
    done = desk.ask("Milo", "activation/cover/end", question(desk, nonce=begun.said["nonce"], heard=heard(begun.said["said"])), how=how)
    assert done.status == 200 and len(bytes(done.said["secret"])) == 16  # type: ignore[call-overload]


@pytest.mark.rule("PEOPLE-2")
@pytest.mark.parametrize("path", ["activation/cover/begin", "activation/cover/end"])
@pytest.mark.parametrize(("who", "status"), [("Ben", 403), ("Dana", 404), ("Otto", 404), (None, 401)])
def test_nobody_else_guesses_here(desk: Desk, path: str, who: str | None, status: int) -> None:
    """Who may not activate this door learns nothing about digits, right or wrong ones."""
    answer = desk.ask(who, path, question(desk, nonce=bytes(16), heard=b""))
    assert answer.status == status and not {"said", "secret"} & set(answer.said)


def test_wrong_digits_are_a_no_with_a_name_and_without_a_secret(desk: Desk) -> None:
    wrong = question(desk, digits="2047 8136")
    begun = desk.ask("Milo", "activation/cover/begin", wrong)
    done = desk.ask("Milo", "activation/cover/end", {**wrong, "nonce": begun.said["nonce"], "heard": heard(begun.said["said"])})
    assert (done.status, done.said["type"]) == (409, "about:limen/wrong_cover_code")
    assert "secret" not in done.said and "said" not in done.said


def test_the_service_lends_its_arithmetic_twenty_times_in_ten_minutes(desk: Desk) -> None:
    answers = [desk.ask("Milo", "activation/cover/begin", question(desk)).status for _ in range(21)]
    assert answers == [200] * 20 + [429]


@pytest.mark.parametrize(
    "wrong",
    [{"digits": 20478135}, {"digits": b"20478135"}, {"digits": "1"}, {"told": "x"}, {"told": b""}, {"told": bytes(129)}, {"door": b""}],
)
def test_hostile_values_are_clear_errors(desk: Desk, wrong: dict[str, object]) -> None:
    for path in ("activation/cover/begin", "activation/cover/end"):
        answer = desk.ask("Milo", path, {**question(desk, nonce=bytes(16), heard=b""), **wrong})
        assert answer.status in (400, 409) and "type" in answer.said


def test_the_digits_are_nowhere_afterwards(desk: Desk) -> None:
    """Not in the log at its most talkative, not in a table, not among what is remembered for a while."""
    stream = io.StringIO()
    root, handler = logging.getLogger(), our_log(stream)
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        begun = desk.ask("Milo", "activation/cover/begin", question(desk))
        done = desk.ask("Milo", "activation/cover/end", question(desk, nonce=begun.said["nonce"], heard=heard(begun.said["said"])))
        desk.ask("Milo", "activation/cover/begin", question(desk, told=b"\xff"))
        desk.ask("Milo", "activation/cover/begin", question(desk, digits=f"{DIGITS}9"))
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    assert done.status == 200
    assert DIGITS not in stream.getvalue()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert DIGITS not in repr(cursor.fetchall()), table
