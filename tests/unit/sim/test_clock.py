"""True time and the crystals of locks."""

from limen.sim.chance import seeded
from limen.sim.clock import DAY_MS, DRIFT_PPM_MAX, MILLION, Crystal, TrueTime


def test_a_crystal_is_never_further_off_than_the_model_allows() -> None:
    """Over days and many changes of rate the count stays within 100 ppm (B.9)."""
    time = TrueTime(1_000_000)
    crystal = Crystal(time, seeded("rates"), drifts=True)
    began = crystal.at()
    for _ in range(200):
        time.pass_ms(DAY_MS // 10)
        crystal.step()
    passed = 20 * DAY_MS
    assert abs(crystal.at() - began - passed) <= passed * DRIFT_PPM_MAX // MILLION + 1


def test_a_crystal_that_may_not_drift_counts_true_time() -> None:
    """Without faults a lock's milliseconds are everybody's."""
    time = TrueTime(5)
    crystal = Crystal(time, seeded("none"), drifts=False)
    began = crystal.at()
    crystal.step()
    time.pass_ms(DAY_MS)
    assert crystal.at() - began == DAY_MS


def test_without_power_nothing_is_counted() -> None:
    """The count goes on where it stood."""
    time = TrueTime(0)
    crystal = Crystal(time, seeded("dark"), drifts=False)
    crystal.stop()
    stood = crystal.at()
    time.pass_ms(DAY_MS)
    assert crystal.at() == stood
    crystal.start()
    time.pass_ms(10)
    assert crystal.at() == stood + 10


def test_true_time_only_goes_forward() -> None:
    """Reaching what is past changes nothing."""
    time = TrueTime(100)
    time.reach(50)
    time.pass_ms(-3)
    assert time.ms == 100
    assert time.now().tzinfo is not None
