"""The states of a call."""

import pytest

from limen.intercom.views import CallState


def test_only_ringing_and_answered_calls_are_open() -> None:
    """Every other state is an end."""
    assert {state for state in CallState if state.is_open} == {CallState.RINGING, CallState.ANSWERED}


@pytest.mark.rule("LINK-7")
def test_every_outcome_of_the_rule_has_its_state() -> None:
    """Answered, declined, missed, cancelled, answered elsewhere, unreachable."""
    assert {"answered", "declined", "missed", "cancelled", "elsewhere", "unreachable"} <= {str(state) for state in CallState}
