"""Looking at history is itself recorded (HISTORY-4), and shows what the table allows (PEOPLE-3)."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from limen.journal import queries as journal
from limen.storage import clock
from tests.surfaces.console.desk import Desk, harbor


def looks(desk: Desk) -> int:
    """How often somebody looked, by the journal."""
    return sum(entry.verb == "history.looked" for entry in journal.entries(property_id=desk.house.property_id))


@pytest.mark.rule("HISTORY-4")
def test_a_look_is_recorded_before_anything_is_shown(desk: Desk) -> None:
    """Opening the page records nothing; Show does, and says so before."""
    page = desk.get("Ana", desk.door("Package Room") + "/history")
    assert page.says("Looking here is recorded. The people in it can see that you looked.", "Show")
    assert page.says("Kept until Tue 21 Nov 2028, then made nameless.")
    assert looks(desk) == 0
    page = desk.get("Ana", desk.door("Package Room") + "/history", days="7")
    assert page.says("Nothing has come from this lock yet. Events arrive with the next update.")
    assert looks(desk) == 1


@pytest.fixture
def served(transactional_db: None, now: datetime) -> Iterator[Desk]:
    """The building as a server finds it: no transaction is open but what a request opens."""
    cache.clear()
    try:
        yield harbor(now, ("Package Room",))
    finally:
        clock.use(None)


@pytest.mark.rule("HISTORY-4")
def test_a_look_is_written_down_in_one_transaction(served: Desk) -> None:
    """The page is only read, and its request opens none: without one of its own PostgreSQL refuses the journal's lock, and two looks could part its chain."""
    apart: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if "journal_" in sql and not connection.in_atomic_block:
            apart.append(sql)
        return execute(sql, *more)

    client = served.client("Ana")
    with connection.execute_wrapper(watch):
        assert client.get(served.door("Package Room") + "/history", {"days": "7"}).status_code == 200
    assert apart == []
    assert looks(served) == 1


@pytest.mark.rule("PEOPLE-3", "PEOPLE-2")
def test_whose_history_one_may_open(desk: Desk) -> None:
    """Ben: doors of his groups. Sofia: common and service doors. Milo: none. Nobody: an address typed by hand."""
    for who, opens, closed in (
        ("Ana", ("Package Room", "Unit 4B"), ()),
        ("Ben", ("Gym", "Boiler Room", "Main Entrance"), ("Package Room", "Roof", "Unit 4B")),
        ("Sofia", ("Package Room", "Boiler Room"), ("Unit 4B",)),
        ("Milo", (), ("Package Room", "Gym")),
    ):
        for door in opens:
            assert desk.get(who, desk.door(door) + "/history", days="1").status == 200, (who, door)
        for door in closed:
            assert desk.get(who, desk.door(door) + "/history", days="1").status == 404, (who, door)
    assert desk.get("Milo", "/c/history").says("No door whose history is yours to see.")
    assert "Package Room" not in desk.get("Ben", "/c/history").text
    assert looks(desk) == 7


@pytest.mark.rule("HISTORY-1")
def test_at_a_unit_door_managers_see_neither_residents_nor_numbers(desk: Desk) -> None:
    """Only staff and services; not even how much is missing."""
    page = desk.get("Ana", desk.door("Unit 4B") + "/history", days="30")
    assert page.says("Only entries of staff and services are here.", "Nothing recorded from Thu 22 Oct to Sat 21 Nov.")
    assert "missing" not in page.text
    assert desk.get("Ana", desk.door("Unit 4B")).says("You do not see them.", "Entries of staff and services")


def test_an_odd_number_of_days_shows_nothing(desk: Desk) -> None:
    """And records no look."""
    for days in ("0", "-1", "x", "9" * 40):
        assert desk.get("Ana", desk.door("Package Room") + "/history", days=days).status == 200
    assert looks(desk) == 0
