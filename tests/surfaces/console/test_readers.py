"""How a wired reader behaves (LOCK-4, LOCK-16, LOCK-17)."""

import pytest

from limen.kernel.periods import Weekly
from limen.places import queries as places
from limen.places.views import Doorway
from tests.surfaces.console.desk import Desk

DAY = {"engaged": "5", "ajar": "60", "passage": "hours", "row0-days": ["0", "1", "2", "3", "4"], "row0-start": "08:00", "row0-end": "18:00"}


@pytest.mark.rule("LOCK-4", "LOCK-16", "LOCK-17")
def test_passage_hours_are_set_at_the_door_of_a_reader(desk: Desk) -> None:
    """Weekdays 8 to 18; the door says so; hours without a row are refused; and they can be taken away again."""
    desk.house.activate("Main Entrance", "LR000100", "R")
    door = desk.house.doors["Main Entrance"]
    path = f"/c/doors/{door}/reader"
    assert desk.get("Ana", f"/c/doors/{door}").says("Behaviour of this reader", "Everybody opens for themselves.")
    desk.post("Ana", path, DAY)
    assert places.door_view(door).doorway == Doorway(Weekly.of([[31, 480, 1080]]), 60, 5)
    assert desk.get("Ana", f"/c/doors/{door}").says("Open to everybody Mon to Fri 08:00 to 18:00, from the first who comes in.")
    wrong = desk.post("Ana", path, {"engaged": "5", "ajar": "never", "passage": "hours"})
    assert wrong.says("Give at least one row of days and hours.")
    desk.post("Ana", path, {"engaged": "10", "ajar": "never", "passage": "never"})
    assert places.door_view(door).doorway == Doorway(None, None, 10)


def test_a_door_without_a_reader_has_no_such_page(desk: Desk) -> None:
    """A mortise lock cannot be held open."""
    door = desk.house.doors["Package Room"]
    assert desk.get("Ana", f"/c/doors/{door}/reader").status == 404
    assert "Behaviour of this reader" not in desk.get("Ana", f"/c/doors/{door}").text
