"""The chapter of entries: each way in opens somewhere and is refused somewhere, and nothing is told that our lock alone would say."""

from functools import cache
from typing import Any, cast

from limen.cli.vectorbook.entering import entry_cases
from limen.wire.events import Event, Kind, Method, read_event


@cache
def lives() -> dict[str, list[dict[str, Any]]]:
    return {case["name"]: case["steps"] for case in cast(list[dict[str, Any]], entry_cases()["cases"])}


def told(name: str) -> list[Event]:
    """What is written down in a case."""
    return [read_event(bytes.fromhex(text)) for step in lives()[name] for text in step["records"] or ()]


def test_every_way_of_a_hand_and_a_card_opens_in_some_case_and_is_refused_in_another() -> None:
    """A way that always opened would prove nothing."""
    for do in ("type", "card", "count", "number"):
        assert {step["opens"] for steps in lives().values() for step in steps if step["do"] == do} == {True, False}
    methods = {event.method for name in lives() for event in told(name) if event.kind is Kind.ENTRY}
    assert methods >= {Method.CODE, Method.TEMPORARY_CODE, Method.CARD, Method.CARD_UID, Method.CARD_SUN}


def test_numbers_in_the_record_count_from_the_first_of_the_case() -> None:
    """So they do not say what our lock wrote at its start."""
    for name in lives():
        numbers = [event.seq for event in told(name)]
        assert numbers == sorted(numbers) and numbers[:1] in ([], [0])
