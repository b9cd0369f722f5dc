"""The lock's own count of time."""

from pathlib import Path

import pytest

from limen.lock.shell import clock
from limen.lock.shell.clock import PoweredTime


def test_it_only_goes_forward_and_the_demonstrations_offset_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "OFFSET_KEPT_S", 0.0)
    offset = tmp_path / "offset"
    time = PoweredTime(offset)
    before = time.at()
    offset.write_text("86400000")
    after = time.at()
    assert 86_400_000 <= after - before < 86_500_000
    offset.write_text("0")
    assert time.at() >= after


def test_an_unreadable_offset_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "OFFSET_KEPT_S", 0.0)
    offset = tmp_path / "offset"
    offset.write_text("tomorrow")
    time = PoweredTime(offset)
    assert time.at() - PoweredTime(None).at() < 1000


def test_a_restart_of_the_program_goes_on_where_the_last_one_was() -> None:
    assert abs(PoweredTime(None).at() - PoweredTime(None).at()) < 1000
