"""A device leaves its door: typed by name, told at the lock, shown by the lock's own word (LOCK-10)."""

import pytest

from limen.fleet import queries as fleet
from tests.surfaces.console.desk import Desk, later


@pytest.mark.rule("LOCK-10")
def test_a_device_is_removed_by_typing_the_doors_name_and_its_lock_signs_for_it(desk: Desk) -> None:
    """A wrong name removes nothing; "wiped" is said only from the receipt."""
    door, path = desk.house.doors["Package Room"], desk.door("Package Room")
    page = desk.get("Ana", f"{path}/remove")
    assert page.says("Type Package Room to wipe this lock.", "2 people can open this door.")
    assert desk.post("Ana", f"{path}/remove", {"name": "Roof"}).status == 200
    assert fleet.device_at(door) is not None
    told = desk.post("Ana", f"{path}/remove", {"name": " package room "})
    assert told.says("The lock does not know it yet", "Start, I am at Package Room")
    assert fleet.device_at(door) is None
    assert desk.get("Ana", path).says("No device yet.", "Tell the lock")
    later(desk, minutes=5)
    (entry,) = [entry for entry in desk.house.inbox("Dana") if entry.release is not None]
    assert entry.release is not None
    desk.house.hand_in(desk.house.locks["Package Room"].wipe(entry.release, lost=2))
    assert desk.get("Ana", f"{path}/remove").says("Wiped. The lock signed for it today", "2 entries of its record were never brought.")


@pytest.mark.rule("LOCK-10", "PEOPLE-2")
def test_removing_and_swapping_want_the_right_to_activate(desk: Desk) -> None:
    """Milo manages devices and may not activate them; he is told who can."""
    for end in ("remove", "swap"):
        answer = desk.get("Milo", f"{desk.door('Package Room')}/{end}")
        assert (answer.status, "Ana Ruiz can." in answer.text) == (403, True)
    assert desk.post("Milo", f"{desk.door('Package Room')}/remove", {"name": "Package Room"}).status == 403


@pytest.mark.rule("LOCK-10")
def test_the_page_of_a_swap_says_what_goes_on_and_what_ends(desk: Desk) -> None:
    """Everybody's access goes on, temporary codes do not."""
    page = desk.get("Ana", f"{desk.door('Package Room')}/swap")
    assert page.says("Another device for Package Room", "Temporary codes end, and who made them is told.", "Text of the QR code")
