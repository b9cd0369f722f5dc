"""One state, one wording, one mark; a check comes from a receipt and from nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from limen.fleet.queries import Battery, Change, DeviceView, DoorState, LockClock, StillOpens, Truth, Why
from limen.web import truth

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
DANA = UUID(int=4)
LOCK = DeviceView(b"l" * 8, "LM000105", "M3", UUID(int=1), 1, False, False, True, NOW, b"i" * 33, b"x" * 32, 7)


def state(truth_: Truth, **more: object) -> DoorState:
    facts: dict[str, object] = {
        "door_id": UUID(int=1), "truth": truth_, "device": LOCK, "current": 3, "proven": 2, "confirmed_at": NOW, "waiting_since": None, "changes": (),
        "carried": 0, "last_word_at": NOW, "battery": Battery("unknown", None, None), "clock": LockClock("unknown", None, None), "still_opens": (),
        "online_since": None, "offline_since": None, "keypad_slowed": False,
    }  # fmt: skip
    return DoorState(**{**facts, **more})  # type: ignore[arg-type]


def said(one: DoorState) -> list[tuple[str, str]]:
    with translation.override("en"):
        return [(line.state, line.sentence) for line in truth.door_lines(one, NEW_YORK, NOW)]


@pytest.mark.rule("SYNC-12")
def test_only_a_receipt_makes_a_check() -> None:
    """Proved is the one state with the green mark; without the time of a receipt it is not said."""
    assert said(state(Truth.PROVED)) == [("proved", "Up to date. Confirmed by the lock today 14:02.")]
    assert said(state(Truth.PROVED, confirmed_at=None, last_word_at=None))[0][0] == "unknown"


@pytest.mark.rule("ACCESS-4")
def test_on_its_way_is_not_in_force() -> None:
    """What phones carry is a number, and the line says that nothing is in force."""
    lines = said(state(Truth.CARRIED, carried=3, waiting_since=NOW - timedelta(hours=5)))
    assert lines == [("waiting", "Waits for an update since today 09:02."), ("carried", "On its way on 3 phones. Not in force yet.")]


def test_what_is_not_known_is_said_with_the_last_word() -> None:
    """Unknown is kept apart from never heard."""
    assert said(state(Truth.UNKNOWN))[0] == ("unknown", "Not known. Last word from the lock: today 14:02.")
    assert said(state(Truth.UNKNOWN, last_word_at=None))[0] == ("unknown", "No word from this lock yet.")
    assert said(state(Truth.MISMATCH))[0] == ("mismatch", "The lock's list is not ours. It needs a full update.")


@pytest.mark.rule("ACCESS-13")
def test_what_still_opens_has_an_end_or_says_that_nothing_ends_it() -> None:
    """M04 with the lease's end, M05 for a code; one code without end outweighs a phone that ends."""
    ends = NOW + timedelta(hours=18, minutes=48)
    with translation.override("en"):
        phone = truth.still_opens("Roof", "Dana", [StillOpens(DANA, "app", ends)], NEW_YORK, NOW)
        both = truth.still_opens("Package Room", "Dana", [StillOpens(DANA, "app", ends), StillOpens(DANA, "code", None)], NEW_YORK, NOW)
        reader = truth.still_opens("Main Entrance", "Dana", [StillOpens(DANA, "code", None)], NEW_YORK, NOW, connected=True)
    assert reader.state == "behind" and "within 10 seconds while it is connected" in reader.sentence
    assert "somebody" not in reader.sentence
    assert phone.sentence == "Revoked. The Roof lock still opens for Dana until somebody updates it, at most until Sun 22 Nov 08:50."
    assert both.sentence == "Revoked. Dana's code still opens the Package Room until somebody updates that door. Nothing else ends it."


@pytest.mark.rule("ACCESS-4")
def test_ended_by_itself_is_not_told_as_confirmed() -> None:
    """M06 is for a receipt; a lease that ran out has its own words and mark."""
    with translation.override("en"):
        assert truth.in_force(NOW, False, NEW_YORK, NOW) == truth.Line("proved", "Revoked, in force since today 14:02.")
        assert truth.in_force(NOW, True, NEW_YORK, NOW) == truth.Line("ended", "In force since today 14:02: the phone's access ran out.")


@pytest.mark.parametrize("why", list(Why))
def test_every_kind_of_change_has_words_with_and_without_a_name(why: Why) -> None:
    """Whoever may not see whose it is reads that it is one person's."""
    change = Change(why, DANA, NOW, 3, True, NOW.date())
    with translation.override("en"):
        assert "Dana" not in truth.change(change, None)
        assert truth.change(change, "Dana")
