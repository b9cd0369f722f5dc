"""Pure rules of the record."""

from datetime import UTC, datetime, timedelta

import pytest

from limen.history import rules
from limen.history.rules import Missing
from limen.wire.grants import Cls
from limen.wire.receipts import TrustedTime

AT = datetime(2025, 1, 10, 12, tzinfo=UTC)


@pytest.mark.rule("HISTORY-1")
@pytest.mark.parametrize(
    ("cls", "by_staff", "subject"),
    [
        (Cls.RESIDENT, False, "resident"),
        (Cls.APP_GUEST, False, "guest"),
        (Cls.CODE_HOLDER, False, "guest"),
        (Cls.CODE_HOLDER, True, "vendor"),
        (Cls.STAFF, False, "staff"),
        (Cls.VENDOR, False, "vendor"),
        (None, False, "unknown"),
        (Cls.COURIER, False, "unknown"),
    ],
)
def test_the_class_decides_the_privacy_subject(cls: Cls | None, by_staff: bool, subject: str) -> None:
    """1 resident, 2 and 3 guest (made by staff: vendor), 4 staff, 5 vendor; nobody known is unknown (C.1)."""
    assert rules.subject_of(cls, made_by_staff=by_staff) == subject


@pytest.mark.rule("HISTORY-2")
def test_a_hole_is_declared_not_carried_or_undeclared() -> None:
    """What the lock declared; what it still holds, because it was never told to forget; anything else is an alarm (F.2)."""
    runs = [(3, 5, True), (8, 9, False), (20, 22, False)]
    told = rules.Settled(acknowledged=10)
    assert rules.missing(runs, told) == [Missing(3, 5, "declared"), Missing(8, 9, "undeclared"), Missing(20, 22, "not_carried")]
    assert [run.kind for run in rules.missing(runs, rules.Settled())] == ["declared", "not_carried", "not_carried"]
    assert [run.kind for run in rules.missing(runs, rules.Settled(acknowledged=30, forgotten=9))] == ["declared", "forgotten", "undeclared"]
    assert [run.kind for run in rules.missing(runs, rules.Settled(gone=20))] == ["declared", "undeclared", "not_carried"]


def test_what_was_freed_lies_behind_our_word_and_before_the_beginning() -> None:
    """Neither what the lock declared, nor what we told it to forget, nor what it may still hold."""
    runs = [(3, 5, True), (8, 9, False), (20, 22, False), (30, 33, False)]
    assert rules.freed(runs, 25, 2) == 22
    assert rules.freed(runs, 25, 22) is None
    assert rules.freed(runs, 7, None) is None
    assert rules.freed(runs, 0, None) is None
    assert [rules.whole_since(runs, begins) for begins in (0, 25, 34)] == [False, False, True]


def test_only_what_is_whole_may_be_forgotten() -> None:
    """Up to the first hole that the lock may still fill."""
    seen = frozenset({0, 1, 2, 6, 7, 10})
    assert rules.covered_until(seen, [Missing(3, 5, "declared"), Missing(8, 9, "not_carried")], 0) == 7
    assert rules.covered_until(seen, [Missing(3, 5, "forgotten"), Missing(8, 9, "undeclared")], 0) == 10
    assert rules.covered_until(seen, [Missing(3, 5, "not_carried"), Missing(8, 9, "declared")], 0) == 2
    assert rules.covered_until(frozenset({4}), [Missing(0, 3, "not_carried")], 0) is None
    assert rules.covered_until(frozenset(), [], 0) is None


def test_a_clock_that_was_lost_is_far_off_until_it_is_corrected() -> None:
    """Good is exact, coarse within an hour, lost within a day."""
    t = int(AT.timestamp())
    assert [rules.happened(t, quality)[1] for quality in TrustedTime] == [0, 3_600, 86_400]
    assert rules.happened(t, TrustedTime.LOST, 60) == (AT + timedelta(minutes=1), 0)
