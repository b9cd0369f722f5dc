"""88 Harbor Street with the groups most tests need, and an ear for what is said about doors."""

from datetime import datetime

import pytest

from limen.storage import news
from tests.cast import Harbor, harbor


@pytest.fixture
def house(db: None, now: datetime) -> Harbor:
    """The building, with a group for residents and one for the roof."""
    made = harbor(now)
    made.group("Residents", "Main Entrance", "Package Room", "Gym")
    made.group("Home 4B", "Unit 4B")
    made.group("Roof deck", "Roof")
    return made


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was said about doors: (door id, revocation id or "")."""
    heard: list[tuple[str, str]] = []

    def hear(*, now: datetime, door_id: str, revocation_id: str = "") -> None:
        heard.append((door_id, revocation_id))

    monkeypatch.setitem(news._hearers, "door.touched", [hear])
    return heard
