"""The chapter of the clock leaves no rule out, and each of its hostile neighbours differs from a right answer in one thing."""

from typing import Any, cast

from limen.cli.vectorbook.clocks import clock_cases, hostile, said

STEPS = [step for case in cast(list[dict[str, Any]], clock_cases()["cases"]) for step in case["steps"]]


def answers(do: str) -> set[object]:
    return {step.get("answer") for step in STEPS if step["do"] == do}


def test_every_rule_is_met_in_each_of_its_outcomes() -> None:
    """T1 raises, says nothing new and is an anomaly (T4); T2 is taken, taken without setting anything, and refused; P comes; a ticket sets and does not."""
    assert answers("heard") == {"raised", "nothing new", "anomaly"}
    told = [(step["answer"], step["set"] is not None) for step in STEPS if step["do"] == "told"]
    assert set(told) == {(0, True), (0, False), (11, False)}
    assert {step["set"] is not None for step in STEPS if step["do"] == "ticket"} == {True, False}
    assert {step["tstate"] for step in STEPS} == {0, 1, 2} and any(step["do"] == "power" for step in STEPS)


def test_a_hostile_answer_is_told_to_the_lock_and_changes_nothing_of_it() -> None:
    """Also not the question, which the right answer meets afterwards; some are signed by KT, for another lock or another question."""
    case = next(case for case in cast(list[dict[str, Any]], clock_cases()["cases"]) if case["name"].startswith("hostile answers, then"))
    told = {step["assertion"]: step for step in case["steps"] if step["do"] == "told"}
    assert all(told[data.hex()]["answer"] == 11 and told[data.hex()]["now"] == [1_000, None, 0] for data in hostile().values())
    assert {told[data.hex()]["signed"] for data in hostile().values()} == {True, False}
    assert told[said(case["steps"][-2]["now"][2]).hex()]["answer"] == 0
