"""Events and gaps read as one list, newest first, with names only where the reader may see them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from limen.history.queries import EventView, GapView, HistoryPage
from limen.places.queries import PropertyView
from limen.web import events

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
DOOR, GUS = UUID(int=1), UUID(int=2)


def event(**more: object) -> EventView:
    facts: dict[str, object] = {
        "id": UUID(int=9), "door_id": DOOR, "at": NOW - timedelta(minutes=5), "uncertainty_s": 1, "kind": "entry", "method": "app",
        "result": "granted", "reason": "", "subject": "vendor", "person_id": GUS, "credential": "phone", "arrived_at": NOW, "seq": 4, "photo": None,
        "host_id": None, "label": "", "count": 1,
    }  # fmt: skip
    return EventView(**{**facts, **more})  # type: ignore[arg-type]


def told(page: HistoryPage, names: dict[UUID, str] | None = None) -> list[str]:
    with translation.override("en"):
        return [line.sentence for line in events.lines(page, names or {}, NEW_YORK, NOW)]


def test_a_name_is_said_only_if_it_was_handed_in() -> None:
    """Without a name the line says what kind of person it was."""
    page = HistoryPage((event(),), (), NOW)
    assert told(page, {GUS: "Gus Herrera"}) == ["Gus Herrera opened, by app"]
    assert told(page) == ["A service opened, by app"]


@pytest.mark.rule("HISTORY-2")
def test_a_gap_stands_in_its_place_with_its_reason() -> None:
    """M30: what is missing is seen where it is missing."""
    hole = GapView(DOOR, 3, "declared", "overflow", NOW - timedelta(hours=5), NOW - timedelta(hours=1))
    page = HistoryPage((event(), event(at=NOW - timedelta(hours=6))), (hole,), NOW)
    lines = told(page)
    assert lines[1] == "3 events are missing between today 09:02 and today 13:02: the lock ran out of room."
    assert len(lines) == 3


@pytest.mark.rule("HISTORY-2")
def test_an_unsure_or_late_entry_says_so_beside_its_time() -> None:
    """Nobody takes an estimate for a fact, or old news for new."""
    with translation.override("en"):
        note = events.note(event(uncertainty_s=120, at=NOW - timedelta(days=2)), NEW_YORK, NOW)
    assert "within 2 min" in note
    assert "arrived today 14:02" in note


def test_a_refusal_is_told_as_one() -> None:
    """Refused is never told as opened."""
    assert told(HistoryPage((event(result="refused", subject="unknown", person_id=None, method="code"),), (), NOW)) == ["by code refused"]


@pytest.mark.rule("LOCK-14")
def test_the_mark_of_a_second_code_is_said_only_where_it_is_asked_for() -> None:
    """Staff at a common door read it; a screen of a home never does."""
    page = HistoryPage((event(method="code", marked=True),), (), NOW)
    assert told(page, {GUS: "Gus Herrera"}) == ["Gus Herrera opened, by code"]
    with translation.override("en"):
        (line,) = events.lines(page, {GUS: "Gus Herrera"}, NEW_YORK, NOW, marks=True)
    assert line.sentence == "Gus Herrera opened, by code, with the second code, for when somebody is made to open"


@pytest.mark.rule("PRIVACY-1")
@pytest.mark.parametrize(
    ("profile", "kinds", "said"),
    [
        ("US", ["unit"], "Kept until Tue 21 Nov 2028, then deleted."),
        ("US", ["common"], "Kept until Tue 21 Nov 2028, then made nameless."),
        ("NYC", ["service"], "Kept until Fri 19 Feb 2027, then made nameless."),
        ("NYC", ["unit"], "Kept until Fri 19 Feb 2027, then deleted."),
        ("EU", ["unit", "entrance"], "Kept until Fri 19 Feb 2027, then deleted or made nameless."),
    ],
)
def test_until_when_history_is_kept_is_said_from_the_table_itself(profile: str, kinds: list[str], said: str) -> None:
    """Of an entry of today, by the profile of the building and the kind of door."""
    building = PropertyView(UUID(int=1), UUID(int=2), "88 Harbor Street", "", "", "America/New_York", profile, "", None, 2)
    with translation.override("en"):
        assert events.kept(kinds, building, NOW) == f"{said} That is so for an entry of today; older ones go earlier."
    with translation.override("es"):
        assert events.kept(kinds, building, NOW).startswith("Se guarda hasta el ")
