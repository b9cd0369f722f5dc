"""What the chapter of entries says of cards."""

from tests.unit.cli.vectorbook.test_entering import lives


def opened(name: str) -> list[bool]:
    return [step["opens"] for step in lives()[name] if step["do"] not in ("wait", "inside")]


def test_a_number_alone_never_opens_for_a_card_that_has_a_key() -> None:
    """Nor one of four bytes that starts with 08, which changes at every tap (K-1)."""
    assert opened("numbers, where they are not allowed") == [False] * 5
    assert opened("numbers, where they are allowed") == [True, False, False, False, True]


def test_a_count_opens_while_it_rises() -> None:
    """K-7."""
    assert opened("counting cards, where they are allowed") == [True, False, False, True, True, False, False, False, False]
    assert opened("counting cards, where they are not allowed") == [False] * 6


def test_ten_seconds_hold_for_both_answers_of_a_card_together() -> None:
    """Counted from the challenge (K-4)."""
    assert opened("ten seconds for both answers") == [True, True, False, False]


def test_an_answer_is_good_once() -> None:
    """K-4."""
    assert opened("a card that proves its key") == [True, False, True, False, True]
