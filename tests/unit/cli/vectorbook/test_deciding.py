"""The chapters of decisions leave no answer out: a lock that reads them has met each line of the order at least once."""

from typing import Any, cast

from limen.cli.vectorbook.deciding import CLOCKS, decision_cases, keypad_cases, schedule_cases
from limen.wire.refusals import Reason

PHONE_LINES = {
    Reason.NOT_STARTED, Reason.LEASE_OVER, Reason.REVOKED, Reason.OUTSIDE_SCHEDULE, Reason.BOLT_THROWN, Reason.CLOCK_LOST,
    Reason.NEEDS_UPDATE, Reason.NO_RIGHT,
}  # fmt: skip
RECORD_LINES = {Reason.NOT_STARTED, Reason.ENDED, Reason.OUTSIDE_SCHEDULE, Reason.BOLT_THROWN, Reason.CLOCK_LOST}


def listed(book: dict[str, object], key: str) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], book[key])


def test_every_line_of_the_order_refuses_somebody_and_every_clock_opens_to_somebody() -> None:
    """Grants meet all reasons of lines 4 to 9, records all of theirs."""
    book = decision_cases()
    grants, records = listed(book, "grants"), listed(book, "records")
    assert {case["unlock"] for case in grants} == {None, *map(int, PHONE_LINES)}
    assert {case["opens"] for case in records} == {None, *map(int, RECORD_LINES)}
    assert {case["clock"] for case in grants if case["unlock"] is None} == {case["clock"] for case in records if case["opens"] is None}
    assert {case["clock"] for case in grants if case["unlock"] is None} == set(CLOCKS)


def test_each_schedule_holds_at_some_moments_and_at_others_not() -> None:
    """A chapter in which a schedule never changes would prove nothing."""
    assert all(len(set(case["inside"])) == 2 for case in listed(schedule_cases(), "cases"))


def test_the_keypad_discards_compares_waits_and_slows() -> None:
    """Entries end in both ways; buckets are heard, wait, and come under guard and out of it."""
    book = keypad_cases()
    given = [touch["gives"] for entry in listed(book, "entries") for touch in entry["touches"]]
    assert "discarded" in given and {"code": "4820917"} in given
    steps = [step for run in listed(book, "buckets") for step in run["steps"]]
    assert any(step.get("answer") == 0 for step in steps) and any((step.get("answer") or 0) > 60_000 for step in steps)
    assert any(step["guarded"] for step in steps) and any(step["do"] == "told" and not step["guarded"] for step in steps)
