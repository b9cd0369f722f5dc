"""Template tags tell times, digits and batteries as the wording says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.test import RequestFactory

NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)


def shown(template: str, **values: object) -> str:
    request = RequestFactory().get("/")
    request.now = NOW  # type: ignore[attr-defined]
    return (
        Template("{% load limen %}" + template).render(Context(values | {"request": request, "zone": ZoneInfo("America/New_York")})).strip()
    )


def test_a_time_carries_its_full_date_for_those_who_ask() -> None:
    """Short for the eye, whole for the ear and on focus."""
    html = shown("{% when at %}", at=NOW)
    assert ">today 14:02</time>" in html
    assert "Saturday 21 November 2026 14:02 EST" in html


def test_digits_are_hidden_from_ears_in_groups_and_spoken_one_by_one() -> None:
    """A screen reader never reads five thousand and ninety-three."""
    html = shown("{{ code|digits }}", code="50938174")
    assert '<span aria-hidden="true">5093</span>' in html
    assert "5 0 9 3, 8 1 7 4" in html


@pytest.mark.rule("LOCK-6")
@pytest.mark.parametrize(
    ("percent", "age_days", "words"),
    [(64, 1, "Battery 64 %"), (12, 1, "Battery low: 12 %"), (64, 40, "Battery not known: last read"), (None, 0, "Battery not known")],
)
def test_a_battery_is_low_below_fifteen_and_not_known_after_a_month(percent: int | None, age_days: int, words: str) -> None:
    """An old reading is no reading."""
    read_at = NOW - timedelta(days=age_days) if percent is not None else None
    assert words in shown("{% battery percent at %}", percent=percent, at=read_at)


def test_a_line_of_truth_has_its_mark_and_its_words() -> None:
    """State is an attribute, and never colour alone."""
    html = shown('{% truth_line "proved" "Up to date." %}')
    assert 'data-state="proved"' in html and "Up to date." in html
