"""What is over goes, room by room."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError

from limen.storage import outbox, tidying

pytestmark = pytest.mark.django_db


def test_every_room_is_asked_and_one_that_fails_stops_nobody(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dispatcher asks at its start and goes on telling; a failed room is asked again six hours later."""
    asked: list[tuple[str, datetime]] = []
    monkeypatch.setattr(tidying, "_tidies", [])

    @tidying.tidies
    def broken(now: datetime) -> int:
        asked.append(("broken", now))
        raise DatabaseError("locked")

    @tidying.tidies
    def whole(now: datetime) -> int:
        asked.append(("whole", now))
        return 2

    assert tidying.run(now) == 2
    at = [now]
    dispatcher = outbox.Dispatcher(now=lambda: at[0])
    for hours in (0, 5, 6, 7):
        at[0] = now + timedelta(hours=hours)
        dispatcher._once()
    assert asked == [(room, now + timedelta(hours=h)) for h in (0, 0, 6) for room in ("broken", "whole")]


def test_asked_by_two_modules_a_room_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registering again changes nothing."""
    monkeypatch.setattr(tidying, "_tidies", [])
    for _ in range(2):
        tidying.tidies(outbox.tidy)
    assert tidying._tidies == [outbox.tidy]
