"""Words for no."""

from limen.wire.refusals import TOLD_TO_PROVEN, Reason


def test_reasons_are_named_as_the_screens_name_them() -> None:
    """The word of a reason is its name there."""
    assert Reason.OUTSIDE_SCHEDULE.word == "outside_schedule"
    assert {r.word for r in Reason} >= {
        "not_started",
        "ended",
        "lease_over",
        "revoked",
        "bolt_thrown",
        "clock_lost",
        "needs_update",
        "no_right",
    }


def test_what_a_keypad_or_card_met_is_never_told_at_the_door() -> None:
    """Protocol C.2: only reasons about one's own credential travel."""
    assert not {Reason.WRONG_CODE, Reason.KEYPAD_WAIT, Reason.CARD_UNKNOWN, Reason.CARD_REPLAYED} & TOLD_TO_PROVEN
    assert Reason.REFUSED not in TOLD_TO_PROVEN
