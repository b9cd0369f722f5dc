"""The chapter of the code under the cover: an exchange that both sides finish, and one that only the lock does."""

from typing import Any, cast

import pytest

from limen.cli.vectorbook.covering import cover_cases
from limen.wire import covercode, spake2plus
from limen.wire.covercode import Answered, Stretching
from limen.wire.spake2plus import NotTheSame


def test_other_digits_come_to_nothing() -> None:
    """What the lock answers to them fits no prover of those digits."""
    exchange = cast(dict[str, Any], cover_cases()["exchange"])
    other, told = exchange["other_digits"], covercode.parse_heard(bytes.fromhex(exchange["heard"][0]))
    answered = covercode.parse_heard(bytes.fromhex(other["heard"]))
    assert isinstance(told, Stretching) and isinstance(answered, Answered)
    password = covercode.stretched(other["digits"], told)
    with pytest.raises(NotTheSame):
        spake2plus.finish(password, covercode.names(told.lock_id), bytes.fromhex(exchange["x"]), answered.share, answered.confirm)
    assert exchange["digits"] not in exchange["record"]


def test_it_is_written_the_same_each_time() -> None:
    assert cover_cases() == cover_cases()
