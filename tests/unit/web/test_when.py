"""Times are told in the building's zone, never relative, the year only when it is another one."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from limen.web import when
from limen.web.templatetags.limen import digits, grouped

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "english"),
    [
        (datetime(2026, 11, 21, 19, 2, tzinfo=UTC), "today 14:02"),
        (datetime(2026, 11, 22, 13, 50, tzinfo=UTC), "Sun 22 Nov 08:50"),
        (datetime(2027, 2, 19, 13, 50, tzinfo=UTC), "Fri 19 Feb 2027 08:50"),
    ],
)
def test_a_time_is_told_as_on_the_buildings_wall(at: datetime, english: str) -> None:
    """The reader's own zone plays no part."""
    with translation.override("en"):
        assert when.say(at, NEW_YORK, NOW) == english


def test_the_end_of_a_day_is_never_called_midnight() -> None:
    """Which midnight would it be?"""
    with translation.override("en"):
        assert when.say_end_of_day(NOW.astimezone(NEW_YORK).date(), NOW.astimezone(NEW_YORK).date()) == "the end of today (Sat 21 Nov)"


@pytest.mark.parametrize(
    ("code", "groups"), [("4815920", ["481", "5920"]), ("50938174", ["5093", "8174"]), ("123456789", ["123", "456", "789"])]
)
def test_digits_come_in_groups_and_are_spoken_one_by_one(code: str, groups: list[str]) -> None:
    """Eyes get groups, ears get digits."""
    assert grouped(code) == groups
    assert f"{' '.join(groups[0])}, " in digits(code)
