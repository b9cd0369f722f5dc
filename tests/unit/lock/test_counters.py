"""The book of counts of weak cards; its use at a door is test_cards.py."""

import pytest

from limen.lock.capabilities import Model
from limen.lock.counters import Counters
from limen.lock.flash import Layout
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
from tests.unit.lock.site import MODELS


@pytest.mark.rule("CARD-3")
def test_a_count_only_rises_and_outlives_a_restart() -> None:
    """Same and lower ones are old; another card has its own."""
    model: Model = MODELS["M"]
    flash, layout = MemoryFlash(), Layout.for_capacity(model.capacity)
    counters = Counters(Notes(flash, layout.notes))
    assert [counters.spend(b"\x04a", count, lambda _: True) for count in (3, 3, 2, 4)] == [True, False, False, True]
    again = Counters(Notes(flash, layout.notes))
    assert not again.spend(b"\x04a", 4, lambda _: True)
    assert again.spend(b"\x04b", 0, lambda _: True)
