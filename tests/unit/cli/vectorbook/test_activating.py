"""The chapter of activation: a lock becomes somebody's by the whole of it and by nothing less."""

from functools import cache
from typing import Any, cast

from limen.cli.vectorbook.activating import activation_cases
from limen.wire.answers import Settled, parse_answer
from limen.wire.events import Kind, read_event
from limen.wire.refusals import Status


@cache
def cases() -> dict[str, list[dict[str, Any]]]:
    return {case["name"]: case["steps"] for case in cast(list[dict[str, Any]], activation_cases()["cases"])}


def test_only_a_ticket_and_its_list_together_are_applied() -> None:
    """Everything else leaves a lock that records nothing, because it is nobody's (O-8)."""
    applied = {name for name, steps in cases().items() if any(step["records"] for step in steps)}
    assert applied == {"from the sticker to APPLIED", "a round trip of eighteen seconds"}
    chunk = next(step for step in cases()["from the sticker to APPLIED"] if step["do"] == "chunk")
    settled = parse_answer(bytes.fromhex(chunk["answer"]))
    assert isinstance(settled, Settled) and settled.status is Status.APPLIED


def test_its_first_records_are_in_the_order_of_the_page_and_tell_the_round_trip() -> None:
    """M-35; half of eighteen seconds and one are the clock's error (T2)."""
    told = [read_event(bytes.fromhex(text)) for text in cases()["a round trip of eighteen seconds"][-1]["records"]]
    assert [event.kind for event in told] == [Kind.ACTIVATED, Kind.CLOCK_SET, Kind.UPDATE_APPLIED]
    assert told[1].clock is not None and told[1].clock.u_s == 10


def test_a_lock_answers_the_sticker_for_a_quarter_of_an_hour_after_its_button() -> None:
    """To the millisecond (S-5)."""
    names = ("without the button", "a quarter of an hour after the button", "later than that")
    assert [next(step["answers"] for step in cases()[name] if step["do"] == "connect") for name in names] == [False, True, False]


def test_a_ticket_that_is_wrong_in_one_thing_is_denied_without_a_word() -> None:
    """DENIED 0, and its list too."""
    wrong = [steps for name, steps in cases().items() if name.startswith("no ticket")]
    assert {(steps[-2]["answer"], steps[-1]["answer"]) for steps in wrong} == {("83188d0100", "8318830100")} and len(wrong) == 5
