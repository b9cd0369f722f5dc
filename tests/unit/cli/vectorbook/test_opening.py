"""The chapter of codes."""

from typing import Any, cast

from limen.cli.vectorbook.opening import code_cases
from limen.wire.doorcodes import TempCls


def test_each_class_opens_and_does_not_used_and_unused_and_a_code_floor_shuts_each() -> None:
    """A chapter in which a class always opened would prove nothing; a used code of class 4 never does."""
    book = code_cases()
    cases = cast(list[dict[str, Any]], book["opens"])
    for cls in TempCls:
        mine = [case for case in cases if case["issue"][0] == cls]
        assert {case["opens"] for case in mine if case["used"] is None and not case["floors"]} == {True, False}
        assert {case["opens"] for case in mine if case["floors"]} == {True, False}
        assert any(case["opens"] for case in mine if case["used"] is not None) is (cls is not TempCls.ONCE)


def test_the_wider_the_clocks_error_the_more_is_live_and_more_codes_need_more_digits() -> None:
    """Both grow, as the page says."""
    book = code_cases()
    live = [case["issues"] for case in cast(list[dict[str, Any]], book["live"])]
    digits = [case["d"] for case in cast(list[dict[str, Any]], book["odds"])]
    assert live == sorted(live) and digits[0] < digits[-1]
