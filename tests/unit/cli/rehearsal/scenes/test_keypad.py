"""What the scenes at the keypad say when the story went another way; that they go well is proved by rehearsing."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import cast

import pytest

from limen.cli.rehearsal.building import DoorRow
from limen.cli.rehearsal.play import Play, Wrong
from limen.cli.rehearsal.scenes import keypad

HOME = DoorRow("Flat 1", "unit", "1", "M3", connected=False, serial="S4", share=True, codes=True)
PARCELS = DoorRow("Package Room", "common", "", "M2", connected=False, serial="S2", share=True, codes=True)


def standing_at(held: int) -> Play:
    """A play with the visitor's code, whose parcel door was activated with its second list and now holds this one."""
    words = {PARCELS: "Open for 10 seconds.", HOME: keypad.NO}

    def face(door: DoorRow) -> object:
        return nullcontext(SimpleNamespace(holds=lambda _: held, type=lambda _: words[door]))

    parts = SimpleNamespace(home=HOME, parcels=PARCELS)
    return cast(Play, SimpleNamespace(cast=parts, notes={"code": "1234567"}, lists={PARCELS.name: 2}, face=face))


@pytest.mark.rule("CODE-4")
def test_the_code_is_tried_at_a_lock_that_had_no_update_since_its_activation() -> None:
    """Whichever list that was; a lock that was updated meanwhile proves nothing, and the reason has both lists."""
    assert keypad.visitors_code_opens(standing_at(held=2)) == "Package Room opened at list 2; Flat 1 did not"
    with pytest.raises(Wrong, match="Package Room was activated with list 2 and holds list 3"):
        keypad.visitors_code_opens(standing_at(held=3))
