"""The window in which a door can be pushed is said as its device has it (LOCK-4)."""

from dataclasses import replace
from uuid import UUID

import pytest

from limen.fleet.queries import Change, Truth, Why
from limen.places.queries import DoorView, Doorway
from limen.web.engaged import engaged_s
from tests.unit.web.test_truth import LOCK, NOW, state

READER = replace(LOCK, model="R", wired=True, connected=True)
DOOR = DoorView(
    id=UUID(int=1), property_id=UUID(int=2), name="Main Entrance", kind="entrance", unit_id=None, unit_name=None, connected=True,
    share_allowed=True, codes_allowed=True, planned_model="", planned_serial="", key_pause_s=5, kind_frozen=True, carried_by_others=True,
    doorway=Doorway(None, None, 5),
)  # fmt: skip
TEN = replace(DOOR, doorway=Doorway(None, None, 10))


def waiting(why: Why) -> tuple[Change, ...]:
    """One change that the door's device has not proved."""
    return (Change(why, None, NOW, 3, needs_update=False, due=None),)


@pytest.mark.rule("LOCK-4")
def test_a_reader_has_the_window_of_its_door_and_a_lock_its_own() -> None:
    """Five seconds are a setting of readers; a lock on the same door keeps its ten, and so does a door without a device."""
    assert engaged_s(DOOR, state(Truth.PROVED, device=READER)) == 5
    assert engaged_s(TEN, state(Truth.PROVED, device=READER)) == 10
    assert engaged_s(DOOR, state(Truth.PROVED)) == 10
    assert engaged_s(DOOR, state(Truth.NO_DEVICE, device=None)) == 10


@pytest.mark.rule("LOCK-4")
@pytest.mark.parametrize("why", [Why.SETTINGS, Why.FIRST_LIST])
def test_before_a_reader_has_proved_its_settings_the_shorter_window_is_said(why: Why) -> None:
    """It may have either; who hurries for nothing loses less than who comes too late. Other changes leave the window alone."""
    assert engaged_s(TEN, state(Truth.WAITING, device=READER, changes=waiting(why))) == 5
    assert engaged_s(TEN, state(Truth.WAITING, changes=waiting(why))) == 10
    assert engaged_s(TEN, state(Truth.WAITING, device=READER, changes=waiting(Why.CODE_RESET))) == 10
