"""The clock of the edges."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from limen.storage import clock

HOUR_MS = 3_600_000


@pytest.fixture(autouse=True)
def _real_clock() -> Iterator[None]:
    yield
    clock.use(None)


class Stopped:
    """A clock that stands."""

    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC)


def test_the_clock_tells_real_time_in_utc() -> None:
    """Aware, in UTC, and the machine's."""
    before, now, after = datetime.now(UTC), clock.now(), datetime.now(UTC)
    assert now.tzinfo is UTC and before <= now <= after


def test_a_demonstration_moves_the_clock_for_every_process(data_folder: Path) -> None:
    """The offset lies in the data folder, so whoever reads it next is moved too; shifts add up."""
    clock.shift(HOUR_MS)
    clock.shift(HOUR_MS)
    before, now, after = datetime.now(UTC), clock.now(), datetime.now(UTC)
    assert before <= now - timedelta(hours=2) <= after
    assert (data_folder / "clock-offset-ms").read_text() == str(2 * HOUR_MS)


def test_a_spoilt_offset_is_no_offset(data_folder: Path) -> None:
    """A damaged file stops nothing."""
    (data_folder / "clock-offset-ms").write_text("yesterday")
    before, now, after = datetime.now(UTC), clock.now(), datetime.now(UTC)
    assert before <= now <= after


def test_the_offset_stays_within_ten_years() -> None:
    """No shift makes dates that the database cannot hold."""
    assert clock.shift(10**18) == clock.OFFSET_LIMIT_MS


def test_a_simulator_brings_its_own_clock() -> None:
    """While it is in use nothing else tells the time."""
    clock.use(Stopped())
    assert clock.now() == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_whole_second_has_just_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was signed in the second before can be told from what is signed after; the next second is waited for, and no longer."""
    machine = [1_772_323_200.25]
    slept = SimpleNamespace(time=lambda: machine[0], monotonic=time.monotonic, sleep=lambda s: machine.append(machine.pop() + s))
    monkeypatch.setattr(clock, "time", slept)
    assert clock.whole_second() == datetime.fromtimestamp(1_772_323_201, UTC)
    assert machine == [1_772_323_201]
    assert clock.whole_second() == datetime.fromtimestamp(1_772_323_202, UTC), "also where one has just begun"


def test_the_machines_own_clock_knows_no_demonstration(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Sessions end by it, whatever day the demonstration has."""
    settings.LIMEN_DATA = tmp_path  # type: ignore[attr-defined]
    clock.shift(HOUR_MS)
    assert abs(clock.machine_now() - datetime.now(UTC)) < timedelta(seconds=60)
    clock.use(Stopped())
    assert clock.machine_now() > Stopped().now()
