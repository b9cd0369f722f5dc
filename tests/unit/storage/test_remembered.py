"""What the house remembers for a while, by whichever of its processes."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from limen.storage import clock, remembered
from limen.storage.remembered import Remembered

NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
WORKERS, TRIES, MOST = 3, 30, 20

WORKER = """
import sys
from datetime import UTC, datetime, timedelta
from django.conf import settings

file, tries, most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
settings.configure(
    SECRET_KEY="only for tests", CACHES={"default": {"BACKEND": "limen.storage.remembered.Remembered", "LOCATION": file}}, LIMEN_DATA="/nowhere"
)
from limen.kernel.problems import TooMany
from limen.web import limits

sys.stdin.read()  # all start together
let_through = 0
for _ in range(tries):
    try:
        limits.spend("directory", "192.0.2.1", most=most, span=timedelta(days=1), now=datetime(2026, 11, 21, 19, 2, tzinfo=UTC))
        let_through += 1
    except TooMany:
        pass
print(let_through)
"""


class At:
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def time() -> Iterator[At]:
    at = At(NOW)
    clock.use(at)
    yield at
    clock.use(None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "remembered.sqlite3"


def opened(file: Path) -> Remembered:
    """As a process that was just started."""
    remembered._here.opened.clear()
    return Remembered(str(file), {})


def workers(file: Path, count: int) -> list[int]:
    """How many tries each of so many processes got through that all begin at the same moment."""
    command = [sys.executable, "-c", WORKER, str(file), str(TRIES), str(MOST)]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    for each in running:
        assert each.stdin is not None
        each.stdin.close()
    passed = []
    for each in running:
        assert each.stdout is not None
        with each.stdout:
            passed.append(int(each.stdout.read()))
        assert each.wait() == 0
    return passed


def test_a_limit_is_one_limit_for_all_processes_and_for_their_successors(file: Path) -> None:
    """Three workers that count at once let exactly as many through as one would; one that starts later lets nobody through."""
    assert sum(workers(file, WORKERS)) == MOST
    assert workers(file, 1) == [0]


def test_of_all_that_add_at_once_one_succeeds(file: Path, time: At) -> None:
    """A code that was used is used, whoever asks; afterwards it may come again."""
    assert opened(file).add("code:1", True, timeout=30) is True
    assert opened(file).add("code:1", True, timeout=30) is False
    time.at += timedelta(seconds=30)
    assert opened(file).add("code:1", True, timeout=30) is True


def test_what_was_remembered_outlives_a_restart_and_ends_with_its_time(file: Path, time: At) -> None:
    """Counts are not forgotten by starting again, and nothing stays in the file beyond its time."""
    opened(file).set("progress", [61, 197], timeout=300)
    assert opened(file).get("progress") == [61, 197]
    assert opened(file).touch("progress", timeout=600)
    time.at += timedelta(seconds=599)
    assert opened(file).get("progress") == [61, 197]
    time.at += timedelta(seconds=1)
    assert opened(file).get("progress", "nothing") == "nothing"
    assert not opened(file).touch("progress", timeout=600) and not opened(file).delete("progress")
    with pytest.raises(ValueError, match="nothing is counted"):
        opened(file).incr("progress")


def test_what_is_counted_counts_on(file: Path, time: At) -> None:
    """Each count has a number of its own."""
    opened(file).set("tries", 0, timeout=None)
    assert [opened(file).incr("tries"), opened(file).incr("tries", 5), opened(file).decr("tries")] == [1, 6, 5]
    assert opened(file).get("tries") == 5
    opened(file).clear()
    assert opened(file).get("tries") is None


def test_the_file_is_the_services_and_names_nobody(file: Path, time: At) -> None:
    """Keys hold addresses and persons; neither stands in the file, and nobody else may read it."""
    opened(file).set("allauth:rl:login:ip:192.0.2.77", [1.0], timeout=60)
    assert file.stat().st_mode & 0o777 == 0o600
    remembered._here.opened.clear()
    assert all(b"192.0.2.77" not in path.read_bytes() for path in file.parent.iterdir())


def test_a_crowd_of_askers_does_not_fill_the_disk(file: Path, time: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the most, what would end soonest is forgotten."""
    monkeypatch.setattr(remembered, "MARKS_MAX", 5)
    monkeypatch.setattr(remembered, "COUNTED_EVERY_WRITES", 1)
    kept = opened(file)
    for n in range(8):
        kept.set(f"who:{n}", n, timeout=60 + n)
    assert [n for n in range(8) if kept.get(f"who:{n}") is not None] == [3, 4, 5, 6, 7]
