"""Numbers in blocks: one line of the ledger for many."""

from datetime import datetime

import pytest

from limen.fleet.models import Device, DoorList
from limen.fleet.numbers import BLOCK, reserve
from limen.storage import ledger
from tests.unit.fleet.house import House


@pytest.mark.rule("OPS-2")
def test_the_ledger_knows_every_number_before_it_is_used(house: House, now: datetime) -> None:
    """And hears of it once in a block."""
    house.activate("Gym", "LM000002")
    device = Device.objects.get(door_id=house.doors["Gym"])
    held = DoorList.objects.get(device=device)
    assert held.reserved >= max(held.current, held.next_number - 1)
    before = len(ledger.lines("numbers"))
    for number in range(held.reserved - 2, held.reserved + 3):
        reserve(device, held, number, now)
    lines = ledger.lines("numbers")
    assert len(lines) == before + 1
    assert lines[-1].facts == {"lock": device.lock, "epoch": "1", "upto": str(held.reserved)}
    assert DoorList.objects.get(device=device).reserved == held.reserved > BLOCK
