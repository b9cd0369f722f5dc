"""Who is found, when it is quiet, and how long a call may go on."""

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.intercom import rules
from limen.intercom.views import CallState, Entry

NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


def people(count: int) -> list[Entry]:
    """Residents with different names."""
    return [Entry(str(n), f"{chr(65 + n % 26)}. Whit{n:03d}", f"{n}A") for n in range(count)]


@pytest.mark.rule("LINK-3")
def test_a_resident_is_listed_only_when_all_four_conditions_hold() -> None:
    """One that fails is enough to be left out."""
    for facts in product((True, False), repeat=4):
        assert rules.Facts(*facts).listed is all(facts)


@pytest.mark.rule("LINK-2")
def test_up_to_twelve_are_listed_at_once_and_more_only_by_search() -> None:
    """The thirteenth hides all until somebody asks."""
    assert len(rules.directory(people(12), "").entries) == 12
    many = rules.directory(people(13), "")
    assert many.entries == () and many.must_search and many.anybody


@pytest.mark.rule("LINK-9")
def test_a_search_needs_two_letters_or_a_whole_unit() -> None:
    """One letter finds nothing and says so; a unit number is enough however short."""
    short = rules.directory(people(30), "w")
    assert short.too_short and short.entries == ()
    assert [entry.unit for entry in rules.directory([Entry("1", "D. Whitfield", "5")], "5").entries] == ["5"]
    assert rules.directory(people(30), "1").entries == ()  # a part of unit numbers finds nobody


@pytest.mark.rule("LINK-9")
def test_eight_matches_stand_on_a_page() -> None:
    """The rest is counted, and comes page by page."""
    found = rules.directory(people(20), "whit")
    assert len(found.entries) == 8 and found.more == 12
    last = rules.directory(people(20), "whit", page=2)
    assert len(last.entries) == 4 and last.more == 0
    assert rules.directory(people(20), "whit", page=9).entries == ()


def test_a_search_forgives_accents_capitals_and_dashes() -> None:
    """People type what they heard."""
    assert rules.finds("osu", "C. Ó Súilleabháin", "2A")
    assert rules.finds("DANGELO", "P. D'Angelo", "9A")
    assert rules.finds("4-b", "D. Whitfield", "4B")
    assert not rules.finds("field", "D. Whitfield", "4B")  # the middle of a word would find too much


@given(st.text(max_size=60), st.integers(min_value=-5, max_value=200))
def test_no_search_shows_more_than_a_page(asked: str, page: int) -> None:
    """Whatever is typed."""
    assert len(rules.directory(people(40), asked, page).entries) <= rules.MATCHES_A_PAGE


@pytest.mark.parametrize(
    ("hours", "clock", "quiet"),
    [
        ((22, 7), "23:30", True),
        ((22, 7), "06:59", True),
        ((22, 7), "07:00", False),
        ((22, 7), "21:59", False),
        ((13, 15), "14:02", True),
        ((13, 15), "15:00", False),
        ((8, 8), "08:00", False),
    ],
)
@pytest.mark.rule("LINK-9")
def test_quiet_hours_may_run_past_midnight_on_the_buildings_wall(hours: tuple[int, int], clock: str, quiet: bool) -> None:
    """From the first minute to before the last."""
    hour, minute = (int(part) for part in clock.split(":"))
    at = datetime(2026, 11, 21, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)
    assert rules.is_quiet(hours[0] * 60, hours[1] * 60, at, NEW_YORK) is quiet


def test_nobody_chose_quiet_hours_and_nothing_is_quiet() -> None:
    """No row, no hours."""
    assert not rules.is_quiet(None, None, NOW, NEW_YORK)


@pytest.mark.rule("LINK-7")
def test_an_end_is_an_end() -> None:
    """No state but the two open ones goes on."""
    for state in CallState:
        for then in CallState:
            assert rules.may_become(state, then) <= state.is_open


@pytest.mark.rule("LINK-7")
def test_time_ends_calls() -> None:
    """Missed after 45 s; cancelled 8 s after the caller left; ended 20 s after a side went away, or after 10 minutes."""

    def call(state: CallState, *, answered: bool = False, lost_s: float | None = None) -> rules.Timeline:
        return rules.Timeline(state, NOW, NOW if answered else None, None if lost_s is None else NOW + timedelta(seconds=lost_s))

    def after(timeline: rules.Timeline, seconds: float) -> CallState | None:
        return rules.run_out(timeline, NOW + timedelta(seconds=seconds))

    assert after(call(CallState.RINGING), 44.9) is None
    assert after(call(CallState.RINGING), 45) is CallState.MISSED
    left = call(CallState.RINGING, lost_s=10)
    assert after(left, 17.9) is None and after(left, 18) is CallState.CANCELLED
    talking = call(CallState.ANSWERED, answered=True)
    assert after(talking, 599) is None and after(talking, 600) is CallState.ENDED
    lost = call(CallState.ANSWERED, answered=True, lost_s=30)
    assert after(lost, 49) is None and after(lost, 50) is CallState.ENDED
    assert after(call(CallState.DECLINED), 9999) is None


def test_the_shipped_name_is_initial_and_last_name() -> None:
    """ "D. Whitfield", and whatever there is of people with one name."""
    assert rules.display_name("Dana", "Whitfield") == "D. Whitfield"
    assert rules.display_name("", "Whitfield") == "Whitfield"
