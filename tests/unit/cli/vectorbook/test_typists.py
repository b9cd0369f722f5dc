"""What the chapter of entries says of the keypad."""

from limen.wire.events import Kind
from tests.unit.cli.vectorbook.test_entering import lives, told


def opened(name: str) -> list[bool]:
    return [step["opens"] for step in lives()[name] if step["do"] == "type"]


def test_a_code_that_opens_once_does_so_again_only_where_the_bolt_did_not_move() -> None:
    """Within sixty seconds, and once (M-8)."""
    assert opened("a code that opens once") == [True, False, False]
    assert opened("a code that opens once, and the bolt does not move") == [True, True, False, True, False]


def test_only_an_opening_gives_a_token_back_and_an_entry_that_is_none_costs_nothing() -> None:
    """M-5 to M-7."""
    assert [step["tokens"] for step in lives()["a refusal costs as much as a wrong code"]] == [11, 10, 9, 9]
    assert {step["tokens"] for step in lives()["an entry that is none"]} == {12}
    assert [step["tokens"] for step in lives()["a bolt that does not move"]] == [11, 11]


def test_a_guard_is_a_record_and_makes_what_remains_four_times_as_long() -> None:
    """595 seconds become 2,380 (M-6)."""
    assert [event.kind for event in told("a guard")].count(Kind.GUARD) == 1
    assert 2_380 in [step["waits"] for step in lives()["a guard"]]


def test_what_is_under_a_floor_or_beyond_the_width_does_not_open() -> None:
    """C-8."""
    assert opened("beyond the width, and under a floor") == [False, False, True, True]
