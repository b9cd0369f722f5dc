"""The chapter of cards."""

from limen.cli.vectorbook.taps import card_cases


def test_the_chapter_has_a_tap_in_every_slot_and_a_message_that_does_not_hold() -> None:
    """Both answers are there to be got right."""
    book = card_cases()
    taps, sun = book["taps"], book["sun"]
    assert isinstance(taps, list) and isinstance(sun, list)
    assert [case["slot"] for case in taps] == [1, 2, 3, 4]
    assert [case["holds"] for case in sun] == [True, True, False]
