"""Windows, classes and differences, as pure values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.access.rules import DoorFacts, GrantFacts, Terms, at_door, compare, covers, has_less
from limen.access.views import AccessWindow, DoorChange
from limen.kernel.periods import Interval, Weekly
from limen.wire.grants import Cls

NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
DAY = timedelta(days=1)
DANA, THEO, INES = (UUID(int=n) for n in (1, 2, 3))
DOOR = DoorFacts(UUID(int=90), UUID(int=91), "common", frozenset(), codes_allowed=True, share_allowed=True, connected=False)
HOME = replace(DOOR, id=UUID(int=92), kind="unit", household=frozenset({DANA, THEO}))


def grant(number: int, person: UUID = DANA, door: DoorFacts = DOOR, **more: object) -> GrantFacts:
    """A resident's grant of one door, since yesterday and without end."""
    plain = GrantFacts(
        id=UUID(int=1000 + number), person_id=person, standing="resident", role_kind=None, may_share=True, app=True, code=True, card=True,
        starts=NOW - DAY, ends=None, host_id=None, doors={door.id: Terms(None, True)},
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def guest(number: int, host: UUID, **more: object) -> GrantFacts:
    """A guest's grant of the same door."""
    return grant(number, INES, standing="non-resident", may_share=False, code=False, card=False, host_id=host, **more)  # type: ignore[arg-type]


def windows(
    *grants: GrantFacts, person: UUID = DANA, door: DoorFacts = DOOR, paused: frozenset[UUID] = frozenset()
) -> tuple[AccessWindow, ...]:
    """What one person holds."""
    return next((h.windows for h in at_door(door, grants, paused, NOW) if h.person_id == person), ())


def weekly(days: int, start: int, end: int) -> Weekly:
    """One interval."""
    return Weekly((Interval(days, start, end),))


instants = st.integers(-40, 40).map(lambda n: NOW + n * DAY)
schedules = st.none() | st.builds(weekly, st.integers(1, 255), st.integers(0, 1439), st.integers(0, 1440))


@st.composite
def held(draw: st.DrawFn, number: int = 0) -> GrantFacts:
    """Any grant of the door."""
    starts = draw(instants)
    ends = draw(st.none() | st.integers(1, 60).map(lambda n: starts + n * DAY))
    terms = Terms(draw(schedules), draw(st.booleans()))
    ways = draw(st.sampled_from([(True, True, True), (True, False, False), (False, True, True), (False, True, False)]))
    return grant(number, starts=starts, ends=ends, doors={DOOR.id: terms}, app=ways[0], code=ways[1], card=ways[2])


def test_a_guest_depends_on_the_host() -> None:
    """Without the host's own window the guest has none; with it the guest's lies inside, hours included."""
    hours = weekly(0b11111, 480, 1080)
    visit = guest(1, DANA, starts=NOW - 5 * DAY, ends=NOW + 50 * DAY)
    assert windows(visit, person=INES) == ()
    own = grant(2, ends=NOW + 9 * DAY, doors={DOOR.id: Terms(hours, True)})
    (window,) = windows(visit, own, person=INES)
    assert (window.starts, window.ends, window.schedule, window.cls) == (NOW - DAY, NOW + 9 * DAY, hours, Cls.APP_GUEST)
    assert windows(visit, own, person=INES, paused=frozenset({DANA})) == ()


@pytest.mark.rule("ACCESS-7")
@given(held(), instants, st.none() | st.integers(1, 60))
def test_a_guests_window_is_inside_the_hosts(own: GrantFacts, starts: datetime, days: int | None) -> None:
    """Whatever the host holds and the guest was promised, the guest opens nothing that the host does not."""
    visit = guest(1, DANA, starts=starts, ends=starts + days * DAY if days else None)
    host = windows(own, visit)
    for window in windows(own, visit, person=INES):
        assert any(w.starts <= window.starts and (w.ends is None or (window.ends is not None and window.ends <= w.ends)) for w in host)
        assert window.schedule == own.doors[DOOR.id].schedule


def test_one_resident_window_makes_all_of_them_resident() -> None:
    """Somebody who lives here and also works here stays a resident at their own door, so that nobody reads their comings and goings."""
    work = grant(2, door=HOME, standing="non-resident", role_kind="staff")
    assert {w.cls for w in windows(grant(1, door=HOME), work, door=HOME)} == {Cls.RESIDENT}
    assert {w.cls for w in windows(work, door=HOME)} == {Cls.STAFF}


def test_what_opens_alike_is_one_window() -> None:
    """Two groups that open a door in the same way for the same time are one record on the lock."""
    assert len(windows(grant(1), grant(2))) == 1


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        (None, None, True),
        (None, weekly(1, 0, 60), True),
        (weekly(255, 0, 1440), None, False),
        (weekly(0b11, 480, 1080), weekly(0b01, 540, 600), True),
        (weekly(0b01, 480, 1080), weekly(0b11, 540, 600), False),
        (weekly(0b01, 1320, 120), weekly(0b01, 1380, 60), True),
        (weekly(0b01, 1320, 60), weekly(0b01, 1320, 120), False),
    ],
)
def test_covering_hours(wide: Weekly | None, narrow: Weekly | None, expected: bool) -> None:
    """Hours cover others when they hold whenever those do, days, holidays and the night included."""
    assert covers(wide, narrow) is expected


@pytest.mark.rule("ACCESS-11")
@given(held(1), held(1))
def test_nothing_is_both_less_and_more_unseen(before: GrantFacts, after: GrantFacts) -> None:
    """Every difference of what opens is named: if neither less nor more is said, nobody's windows differ in what they open."""
    old, new = at_door(DOOR, [before], frozenset(), NOW), at_door(DOOR, [after], frozenset(), NOW)
    found = compare({DOOR.id: old}, {DOOR.id: new}, NOW)
    if not found.all:
        was = old[0].windows if old else ()
        now = new[0].windows if new else ()
        assert not has_less(was, now, NOW)
        assert not has_less(now, was, NOW)


@given(st.lists(held(), max_size=6))
def test_never_more_than_four_windows(grants: list[GrantFacts]) -> None:
    """At most four windows of one person at one door, none of them over."""
    mine = windows(*(replace(g, id=UUID(int=2000 + n)) for n, g in enumerate(grants)))
    assert len(mine) <= 4
    assert all(w.ends is None or w.ends > NOW for w in mine)


def test_a_first_code_is_dated() -> None:
    """A code that begins on Monday is said to begin on Monday; one that existed before is not said again."""
    later = grant(1, starts=NOW + 2 * DAY)
    before = {DOOR.id: at_door(DOOR, [], frozenset(), NOW)}
    after = {DOOR.id: at_door(DOOR, [later], frozenset(), NOW)}
    assert compare(before, after, NOW).codes_started == {DoorChange(DANA, DOOR.id): NOW + 2 * DAY}
    assert compare(after, after, NOW).codes_started == {}
