"""Models are data."""

from pathlib import Path

import pytest

import limen.fleet
import limen.lock
from limen.fleet.catalogue import model
from limen.kernel.problems import Problem


@pytest.mark.rule("LOCK-2")
def test_each_model_can_what_its_row_says() -> None:
    """A reader has a network and no battery, Lock C no card reader, Lock C2 no camera and a jumpstart."""
    reader, c, c2 = model("R"), model("C"), model("C2")
    assert (reader.net, reader.wired, reader.capacity, reader.engaged_ms) == (True, True, 5000, (5_000, 10_000))
    assert (c.nfc, c.camera, c.jumpstart) == (False, True, False)
    assert (c2.nfc, c2.camera, c2.jumpstart) == (True, False, True)
    assert model("M3").privacy_deadbolt and not c2.privacy_deadbolt


def test_an_unknown_model_is_a_clear_error() -> None:
    """Neither nonsense nor a sign without electronics is a lock."""
    for name in ("X9", "", "LINK"):
        with pytest.raises(Problem):
            model(name)


def test_service_and_lock_read_the_same_table() -> None:
    """They meet on the wire only, so each carries the table; the copies are one."""
    ours, theirs = (Path(str(room.__file__)).with_name("devices.yaml").read_text() for room in (limen.fleet, limen.lock))
    assert ours == theirs
