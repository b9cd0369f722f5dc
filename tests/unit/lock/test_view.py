"""The demonstration's look inside."""

from tests.unit.lock.site import DANA, Rig, Service, house


def test_it_tells_list_clock_tries_and_record() -> None:
    home = house()
    home.unlock(DANA)
    home.rig.type("1234567")
    seen = home.rig.lock.holds(home.rig.at)
    assert (seen.ver, seen.epoch, seen.clock, seen.tries_left, seen.tries_max) == (1, 1, "good", 11, 12)
    assert seen.record == home.rig.lock.memory.journal.kept > 3
    assert seen.clock_error_s in (1, 2)


def test_an_unowned_lock_holds_nothing() -> None:
    rig = Rig()
    rig.manufacture(Service())
    rig.boot()
    seen = rig.lock.holds(rig.at)
    assert (seen.ver, seen.epoch, seen.clock, seen.clock_error_s) == (None, 0, "lost", None)
