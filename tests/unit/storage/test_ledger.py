"""What a restore must not forget."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from limen.storage import ledger

GRANT = UUID(int=7)


@pytest.fixture
def path(data_folder: Path) -> Path:
    return data_folder / "ledger.jsonl"


@pytest.mark.rule("OPS-2")
def test_a_line_is_in_a_file_outside_the_database_when_append_returns(path: Path, now: datetime) -> None:
    """It does not wait for a commit, and only the service may read it."""
    ledger.append("revocation", {"grant": GRANT, "doors": 3}, now)
    assert str(GRANT) in path.read_text("ascii")
    assert path.stat().st_mode & 0o777 == 0o600
    (line,) = ledger.lines()
    assert (line.number, line.at, line.kind, line.facts) == (1, now, "revocation", {"grant": str(GRANT), "doors": "3"})


def test_lines_can_be_asked_by_kind_and_time(now: datetime) -> None:
    """As a restore does: everything since the backup."""
    ledger.append("suspension", {"person": GRANT}, now.replace(hour=1))
    ledger.append("revocation", {"grant": GRANT}, now)
    ledger.append("phone_removed", {"phone": GRANT}, now)
    assert [line.kind for line in ledger.lines(since=now)] == ["revocation", "phone_removed"]
    assert [line.number for line in ledger.lines("suspension", "phone_removed")] == [1, 3]
    assert ledger.verify() == 3


@pytest.mark.parametrize("facts", [{"who": "Zoë Okafor"}, {"to": "zoe@example.org"}, {"why": "lost her phone"}, {"Name": "x"}, {"x": ""}])
def test_nothing_that_names_somebody_is_taken(facts: dict[str, str], now: datetime) -> None:
    """Ids, dates and counts only: the ledger outlives deletions."""
    with pytest.raises(ledger.PersonalData):
        ledger.append("deletion", facts, now)
    assert ledger.lines() == []


@pytest.mark.parametrize("spoil", ["changed", "removed", "swapped"])
def test_a_changed_removed_or_moved_line_shows(spoil: str, path: Path, now: datetime) -> None:
    """Each line holds the hash of the one before it."""
    for number in range(3):
        ledger.append("revocation", {"grant": UUID(int=number)}, now)
    lines = path.read_bytes().splitlines(keepends=True)
    changed = lines[1].replace(str(UUID(int=1)).encode(), str(UUID(int=9)).encode())
    new = {"changed": [lines[0], changed, lines[2]], "removed": [lines[0], lines[2]], "swapped": [lines[1], lines[0], lines[2]]}
    path.write_bytes(b"".join(new[spoil]))
    with pytest.raises(ledger.Broken):
        ledger.verify()


def test_a_line_torn_by_a_power_cut_never_happened(path: Path, now: datetime) -> None:
    """Its transaction had not committed; the next line takes its place."""
    ledger.append("revocation", {"grant": GRANT}, now)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    assert ledger.verify() == 1
    assert ledger.append("suspension", {"person": GRANT}, now).number == 2
    assert ledger.verify() == 2


def test_an_unreadable_line_is_named(path: Path, now: datetime) -> None:
    """Not skipped: somebody must look."""
    ledger.append("revocation", {"grant": GRANT}, now)
    path.write_bytes(path.read_bytes() + b"{}\n")
    with pytest.raises(ledger.Broken, match="line 2"):
        ledger.lines()


@pytest.mark.rule("OPS-2")
def test_a_ledger_that_lost_its_newest_lines_shows(path: Path, now: datetime) -> None:
    """The note beside it knows how many there were."""
    for number in range(3):
        ledger.append("revocation", {"grant": UUID(int=number)}, now)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))
    with pytest.raises(ledger.Cut, match="2 lines of 3"):
        ledger.verify()
    path.write_bytes(b"".join(lines))
    assert ledger.verify() == 3
    assert ledger.head() == ledger.lines()[-1]


def test_a_note_that_lags_behind_after_a_power_cut_is_no_fault(path: Path, now: datetime) -> None:
    """It is not synced; the ledger itself is."""
    ledger.append("revocation", {"grant": GRANT}, now)
    behind = (path.parent / "ledger.head").read_bytes()
    ledger.append("revocation", {"grant": GRANT}, now)
    (path.parent / "ledger.head").write_bytes(behind)
    assert ledger.verify() == 2
