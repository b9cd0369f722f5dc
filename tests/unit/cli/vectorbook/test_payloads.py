"""The chapters of payloads and stills."""

from typing import Any, cast

from limen.cli.vectorbook.payloads import payload_cases, still_cases
from limen.wire.events import Method
from limen.wire.grants import Cls
from limen.wire.records import DoorKind


def test_a_payload_with_every_key_and_a_config_with_every_key_are_there() -> None:
    """And a payload with none that may be left out."""
    book = payload_cases()
    payloads, configs = cast(list[dict[str, Any]], book["payloads"]), cast(list[dict[str, Any]], book["configs"])
    assert [one["keys"] for one in payloads] == [[1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13], [1, 2, 3, 7, 11]]
    assert {tuple(one["keys"]) for one in configs} == {tuple(range(1, 12)), tuple(range(1, 15))}


def test_no_refusal_is_written_twice() -> None:
    """Each differs from a payload that is right in one thing."""
    refused = cast(list[dict[str, Any]], payload_cases()["refuse"])
    assert len({one["hex"] for one in refused}) == len(refused) >= 40


def test_a_resident_at_home_and_whoever_goes_out_are_in_no_line_of_the_stills() -> None:
    """The chapter is a list of those who are photographed (invariant 63)."""
    taken = cast(list[list[Any]], still_cases()["take"])
    assert taken
    for kind, method, cls, _, _, _ in taken:
        assert method not in (Method.METAL_KEY, Method.INSIDE) and (kind, cls) != (DoorKind.UNIT, Cls.RESIDENT)
