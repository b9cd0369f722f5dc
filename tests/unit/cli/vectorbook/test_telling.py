"""The chapters of events and telemetry."""

from typing import Any, cast

from limen.cli.vectorbook.telling import event_cases, telemetry_cases
from limen.wire.events import Kind, Method


def test_each_kind_each_way_in_and_each_extra_is_written_once_at_least() -> None:
    """All but the kind that nothing writes (43: after a release there is nobody to tell)."""
    cases = cast(list[dict[str, Any]], event_cases()["cases"])
    assert {case["kind"] for case in cases} == {*map(int, Kind)} - {Kind.RELEASED}
    assert {case["method"] for case in cases} == {*map(int, Method)}
    assert {key for case in cases for key in case["x"]} == {str(number) for number in range(1, 12)}


def test_a_battery_is_told_and_a_wired_model_has_none() -> None:
    """Both forms stand there, and refusals beside them."""
    book = telemetry_cases()
    assert [case["battery"] for case in cast(list[dict[str, Any]], book["cases"])] == [87, None]
    assert len(cast(list[object], book["refuse"])) >= 5
