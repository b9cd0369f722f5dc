"""Whose word lets the record of a home go unread, and up to when."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.privacy.rules import Held, Stay, may_go

NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
KEPT = timedelta(days=90)
DANA, THEO, MILO = (UUID(int=n) for n in (1, 2, 3))
pytestmark = pytest.mark.rule("PRIVACY-6")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def stay(who: UUID, since: float, until: float | None = None) -> Stay:
    """From and until so many days ago; without an end they live there."""
    return Stay(who, ago(since), None if until is None else ago(until))


def test_who_lived_alone_and_has_left_lets_it_go_up_to_that_day() -> None:
    """Twice there: up to the last time."""
    assert may_go(DANA, [stay(DANA, 400, 2)], (), KEPT, NOW) == ago(2)
    assert may_go(DANA, [stay(DANA, 400, 300), stay(DANA, 200, 2)], (), KEPT, NOW) == ago(2)


def test_whoever_never_lived_there_has_no_say() -> None:
    """Nor who only will."""
    assert may_go(MILO, [stay(DANA, 400, 2)], (), KEPT, NOW) is Held.NOT_YOURS
    assert may_go(DANA, [stay(DANA, -3)], (), KEPT, NOW) is Held.NOT_YOURS


def test_who_lives_there_brings_it_by_their_own_phone() -> None:
    """Also for the last days before moving out."""
    assert may_go(DANA, [stay(DANA, 400)], (), KEPT, NOW) is Held.STILL_HOME
    assert may_go(DANA, [stay(DANA, 400, -1)], (), KEPT, NOW) is Held.STILL_HOME


def test_nobody_gives_away_what_others_of_the_home_could_still_read() -> None:
    """Whether they stayed or left; not those who were deleted, nor who left before all that a lock keeps."""
    mine = stay(DANA, 400, 2)
    for other in (stay(THEO, 400), stay(THEO, 400, 10), stay(THEO, 30, 20)):
        assert may_go(DANA, [mine, other], (), KEPT, NOW) is Held.OTHERS_TOO
        assert may_go(DANA, [mine, other], {THEO}, KEPT, NOW) == ago(2)
    assert may_go(DANA, [mine, stay(THEO, 400, 93)], (), KEPT, NOW) == ago(2)


def test_what_a_lock_has_ended_by_itself_needs_no_word() -> None:
    """After ninety days."""
    assert may_go(DANA, [stay(DANA, 400, 90)], (), KEPT, NOW) is Held.NOTHING_LEFT


def test_who_moves_in_afterwards_loses_nothing() -> None:
    """A lock lets go of whole hours: not even of the one in which they came."""
    theirs = Stay(THEO, NOW - timedelta(minutes=5), None)
    assert may_go(DANA, [Stay(DANA, ago(400), NOW - timedelta(minutes=30)), theirs], (), KEPT, NOW) == datetime(
        2026, 11, 21, 17, 59, 59, tzinfo=UTC
    )


@given(
    st.lists(st.builds(stay, st.sampled_from([DANA, THEO, MILO]), st.floats(-5, 500), st.none() | st.floats(-5, 400)), max_size=6).map(
        lambda stays: [one for one in stays if one.until is None or one.since < one.until]
    ),
    st.sets(st.sampled_from([THEO, MILO])),
)
def test_no_hour_goes_in_which_somebody_else_lived_there(stays: list[Stay], forgotten: set[UUID]) -> None:
    """Whatever the stays: nobody who is left to read it loses an hour that a lock still holds."""
    upto = may_go(DANA, stays, forgotten, KEPT, NOW)
    if isinstance(upto, Held):
        return
    ends = upto.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    others = [one for one in stays if one.person_id not in {DANA, *forgotten}]
    assert all(one.since >= ends or (one.until is not None and one.until <= NOW - KEPT) for one in others)
