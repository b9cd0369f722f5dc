"""Staff go through the checks in order; only real trouble with hardware qualifies."""

import pytest

from limen.support.queries import Result, is_hardware, next_check


def tried(*names: str) -> list[Result]:
    return [Result(name, recovered=False) for name in names]


@pytest.mark.rule("SUPPORT-2")
@pytest.mark.parametrize(
    ("model", "order"),
    [
        ("C2", ["fresh_batteries", "manual_update", "jumpstart"]),
        ("M2", ["fresh_batteries", "manual_update"]),
        ("M3", ["fresh_batteries", "manual_update", "jumpstart"]),
        ("R", ["manual_update"]),
        ("INT", []),
    ],
)
def test_each_model_is_asked_for_the_checks_it_can_take_in_order(model: str, order: list[str]) -> None:
    """A wired reader has no batteries; a lock without Qi cannot be jumpstarted."""
    asked: list[str] = []
    while (check := next_check(model, tried(*asked))) is not None:
        asked.append(check.id)
    assert asked == order


@pytest.mark.rule("SUPPORT-2")
def test_recovery_after_any_check_closes_the_case() -> None:
    """It works again: nothing is sent and nothing more is asked."""
    results = [Result("fresh_batteries", recovered=True)]
    assert next_check("C2", results) is None
    assert not is_hardware("C2", "unresponsive_after_batteries", results)


@pytest.mark.rule("SUPPORT-3")
def test_access_that_does_not_arrive_is_never_hardware() -> None:
    """It is routed to the access tools, however many checks were tried."""
    everything = tried("fresh_batteries", "manual_update", "jumpstart")
    assert is_hardware("C2", "mechanical_failure", everything)
    assert not is_hardware("C2", "one_persons_credential_fails", everything)
    assert not is_hardware("C2", "mechanical_failure", everything[:2])
