"""A simulated lock on its door."""

import pytest

from limen.lock.flash import FlashError
from limen.phone.commands import OutOfReach
from limen.sim.chance import seeded
from limen.sim.clock import TrueTime
from tests.unit.sim.site import T0, body


def test_a_lock_leaves_the_factory_with_a_name_and_nothing_else() -> None:
    """No list, no owner; it answers a link."""
    one = body()
    assert one.version == 0
    assert one.sticker.lock_id == one.lock_id
    assert one.dial() > 0


def test_without_power_nobody_answers() -> None:
    """And with power again somebody does; the flash kept its name."""
    one = body()
    name = one.lock_id
    one.pull_battery()
    with pytest.raises(OutOfReach):
        one.dial()
    one.turn_key()
    one.power_on()
    assert one.dial() > 0
    assert (one.lock_id, one.cuts) == (name, 1)


def test_a_cut_while_it_starts_leaves_it_dark() -> None:
    """The next try starts it: nothing of the factory's was lost."""
    one = body()
    one.pull_battery()
    one.flash.cut_after = 0
    one.power_on()
    assert one.lock is None
    one.power_on()
    assert one.lock is not None


def test_a_mind_that_falls_over_a_failed_write_is_seen_and_starts_anew() -> None:
    """It may refuse; it may not raise."""
    one = body()
    one._fall(FlashError("the flash took only a part"))
    assert one.lock is None
    assert one.fell == ["FlashError: the flash took only a part"]
    one.power_on()
    assert one.lock is not None


def test_a_twin_holds_the_same_and_lives_its_own_life() -> None:
    """Runs of many seeds begin with the same lock."""
    time = TrueTime(T0)
    one = body(time)
    other = one.twin(seeded("other"), time, True)
    assert (other.lock_id, other.crystal.at()) == (one.lock_id, one.crystal.at())
    other.pull_battery()
    assert one.lock is not None


def test_an_idle_lock_is_told_late_and_a_busy_one_in_time() -> None:
    """Months pass in one tick where nothing depends on the moment."""
    time = TrueTime(T0)
    one = body(time)
    time.pass_ms(90 * 24 * 3_600_000)
    before = one.flash.steps
    one.catch_up()
    assert one.flash.steps - before < 50
