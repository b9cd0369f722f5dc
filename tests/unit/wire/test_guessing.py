"""Guess odds: the table of D.4, computed."""

import pytest

from limen.wire.guessing import DAY_MIN, chance, guesses, least_digits, live_temporary, one_in, shipped
from limen.wire.records import DoorKind

TABLE = [
    (DoorKind.UNIT, 6, False, 84, 56, 2126, 7),
    (DoorKind.UNIT, 20, False, 98, 56, 1822, 7),
    (DoorKind.COMMON, 100, False, 250, 69, 580, 7),
    (DoorKind.COMMON, 300, False, 450, 69, 3221, 8),
    (DoorKind.ENTRANCE, 150, False, 622, 84, 1914, 8),
    (DoorKind.ENTRANCE, 500, False, 972, 114, 902, 8),
    (DoorKind.ENTRANCE, 500, True, 972, 152, 677, 8),
    (DoorKind.ENTRANCE, 2000, False, 2472, 114, 3549, 9),
]


@pytest.mark.rule("CODE-2")
@pytest.mark.rule("CODE-12")
@pytest.mark.parametrize(("kind", "people", "busy", "live", "tries", "odds", "digits"), TABLE)
def test_live_codes_guesses_odds_and_digits_are_those_of_the_table(
    *, kind: DoorKind, people: int, busy: bool, live: int, tries: int, odds: int, digits: int
) -> None:
    """Table D.4, row by row, and within 1 in 500 a day."""
    keypad = shipped(kind, people, busy)
    assert people + live_temporary(keypad.widths, keypad.first_uses) == live
    assert guesses(keypad.bucket, DAY_MIN) == tries
    assert least_digits(live, keypad.bucket) == digits
    assert one_in(live, digits, keypad.bucket) == odds >= 500
    assert one_in(live, digits - 1, keypad.bucket) < 500


def test_nine_digits_are_needed_from_about_1250_people_at_an_entrance() -> None:
    """CODE-2's words."""
    lengths = {people: least_digits(people + 472, shipped(DoorKind.ENTRANCE, people).bucket) for people in (1200, 1300)}
    assert lengths == {1200: 8, 1300: 9}


def test_a_month_at_the_keypad_is_slowed_by_the_guard() -> None:
    """0.6 % at a flat, 11 % at an entrance with seven digits (D.4)."""
    flat, entrance = shipped(DoorKind.UNIT, 6), shipped(DoorKind.ENTRANCE, 500)
    assert chance(84, 7, guesses(flat.bucket, 30 * DAY_MIN)) == pytest.approx(0.0063, abs=3e-4)
    assert chance(972, 7, guesses(entrance.bucket, 30 * DAY_MIN)) == pytest.approx(0.11, abs=0.01)
    assert guesses(flat.bucket, 60) == 14
