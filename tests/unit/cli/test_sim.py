"""`limen sim` from the command line's side; what it plays is proved by its seeds."""

import argparse

import pytest

from limen.cli import main, sim
from limen.sim.tally import KINDS, Tally


def args(*words: str) -> argparse.Namespace:
    """What is typed."""
    parser = argparse.ArgumentParser()
    sim.add(parser.add_subparsers(dest="command"))
    return parser.parse_args(["sim", *words])


def test_every_run_can_be_typed_again() -> None:
    """Seed, size and faults are all that a run depends on."""
    said = args("--seed", "3", "--days", "30", "--doors", "128", "--people", "250", "--faults", "high")
    assert sim.replay(said, 7) == "limen sim --seed 7 --days 30 --doors 128 --people 250 --faults high"
    assert (args().days, args().doors, args().people, args().count) == (2, 4, 8, 1)


@pytest.mark.parametrize("words", [("--doors", "0"), ("--days", "9999"), ("--faults", "some"), ("--people", "many")])
def test_numbers_have_limits(words: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is built."""
    with pytest.raises(SystemExit):
        main(["sim", *words])
    assert "error" in capsys.readouterr().err


def test_what_went_wrong_comes_with_the_command_that_plays_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, beside the numbers on standard output."""
    tally = Tally(attempts=10)
    tally.wrong("wrong_open", "Unit 4 opened to nobody")
    sim._print(tally, 1.0, args("--seed", "5"), 5)
    said = capsys.readouterr()
    assert "Play it again: limen sim --seed 5" in said.err
    assert "Unit 4 opened to nobody" in said.err
    assert all(kind.replace("_", " ") in said.out for kind in KINDS)


def test_an_undecided_oracle_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Its share stands beside the most it may be."""
    sim._print(Tally(attempts=10_000, may=5_000), 1.0, args("--json"), 1)
    assert "50.0%" in capsys.readouterr().err


def test_a_run_says_how_fast_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    """Building-years a minute stand in the table; the line of JSON has the seconds."""
    assert round(sim.building_years_a_minute(days=30, seconds=60), 4) == round(30 / 365.25, 4)
    sim._print(Tally(), 60.0, args("--days", "366"), 1)
    assert ["building-years/minute", "1.00"] in [line.split() for line in capsys.readouterr().out.splitlines()]


def test_a_long_run_that_nobody_watches_speaks_once_a_minute(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole lines for a log, with what was wrong so far; a short run says nothing."""
    passed = iter((0.0, 30.0, 61.0, 61.0, 62.0))
    monkeypatch.setattr("limen.cli.sim.time.monotonic", lambda: next(passed, 62.0))
    told = sim._Told(bar=False, lines=True)
    told.day(1, 30, Tally())
    told.day(2, 30, Tally(attempts=12))
    told.day(3, 30, Tally())
    assert capsys.readouterr().err == "days: 2 of 30, 12 attempts, 0 violations\n"
    monkeypatch.undo()
    short = sim._Told(bar=False, lines=False)
    monkeypatch.setattr("limen.cli.sim.time.monotonic", lambda: short._spoke + 1_000)
    short.day(1, 2, Tally())
    assert capsys.readouterr().err == ""
