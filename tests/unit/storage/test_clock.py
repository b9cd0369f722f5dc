"""The clock of the edges."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
    """Aware, in UTC, within a second of the machine's."""
    now = clock.now()
    assert now.tzinfo is UTC and abs(now - datetime.now(UTC)) < timedelta(seconds=1)


def test_a_demonstration_moves_the_clock_for_every_process(data_folder: Path) -> None:
    """The offset lies in the data folder, so whoever reads it next is moved too; shifts add up."""
    clock.shift(HOUR_MS)
    clock.shift(HOUR_MS)
    assert abs(clock.now() - datetime.now(UTC) - timedelta(hours=2)) < timedelta(seconds=1)
    assert (data_folder / "clock-offset-ms").read_text() == str(2 * HOUR_MS)


def test_a_spoilt_offset_is_no_offset(data_folder: Path) -> None:
    """A damaged file stops nothing."""
    (data_folder / "clock-offset-ms").write_text("yesterday")
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_the_offset_stays_within_ten_years() -> None:
    """No shift makes dates that the database cannot hold."""
    assert clock.shift(10**18) == clock.OFFSET_LIMIT_MS


def test_a_simulator_brings_its_own_clock() -> None:
    """While it is in use nothing else tells the time."""
    clock.use(Stopped())
    assert clock.now() == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_whole_second_has_just_begun() -> None:
    """What was signed in the second before can be told from what is signed after."""
    before = clock.now()
    begun = clock.whole_second()
    assert begun.microsecond == 0 and 0 < (begun - before).total_seconds() <= 1
    assert clock.now() >= begun
