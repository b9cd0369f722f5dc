"""The map of a lock's memory is drawn before anything arrives (B.3)."""

from limen.lock.flash import Area, Layout, is_erased, wipe
from limen.lock.shell.flash import MemoryFlash
from limen.wire.bundles import bundle_bytes_max, records_max


def test_a_lock_sets_aside_what_its_capacity_bounds() -> None:
    layout = Layout.for_capacity(1500)
    assert layout.records_max == records_max(1500) == 3300
    assert layout.bundle_bytes_max == bundle_bytes_max(1500)
    assert layout.staging.size_bytes > layout.bundle_bytes_max
    assert all(slot.size_bytes > layout.bundle_bytes_max for slot in layout.slots)
    assert len({area.name for area in layout.all()}) == len(layout.all())


def test_wiping_erases_only_what_was_written() -> None:
    area, flash = Area("a", 16, 3), Counting()
    flash.program(area, 20, b"x")
    wipe(flash, area)
    assert flash.erased == [1]
    assert is_erased(flash.read(area, 0, 48))


class Counting(MemoryFlash):
    def __init__(self) -> None:
        super().__init__()
        self.erased: list[int] = []

    def erase(self, area: Area, page: int) -> None:
        self.erased.append(page)
        super().erase(area, page)
