"""Two hundred small houses, each lived from its own seed with all that can go wrong, in processes of their own (the service is set up once in each).

A seed that ever failed stays in `FAILED` with what it found, beside the two hundred.
"""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from limen.sim.tally import KINDS

HOUSE = ("--doors", "3", "--people", "4", "--days", "2")
BUSIER = ("--doors", "4", "--people", "5")
"""Said after the first, it holds."""
SEEDS, BATCHES = 200, 8
PATIENCE_S = 900
PROGRESS = re.compile(r"[a-z ]+: \d+ of \d+")
TIMES = ("seconds", "building_years_a_minute")
UNDECIDED = 0.02
"""Of all attempts of a batch, however small its houses are."""


LIVELY = ("--doors", "8", "--people", "12", "--days", "6", "--seed", "2", "--faults", "high")
OCCURS = (
    *("app", "code", "card", "remote", "once of", "instant of", "daily of", "daily_single_use of", "second of"),  # ways in
    *("invited", "second code", "out", "bolt", "pry", "box", "copy of", "tape closed"),  # what people do
    *("office revoke", "office lose_phone", "office card_off", "office card_on", "swapped", "offline"),
    *("update", "list", "line", "set_up=True", "closed no_right", "manager confirmed", "resident confirmed"),
    *("harmed", "line broke"),  # what is tried again
)
"""What a house of that size meets in its week. A story that falls silent (a page that it posts to has changed) makes every seed green."""
FAILED = {
    (6, "high"): "a restored service took nothing from phones whose leases it had forgotten",
    (8, "high"): "the same, of somebody who was paused",
    (5, "high"): "used codes opened again when a phone had set the lock's clock back (LINK-11, CODE-4)",
    (30, "high"): "the witness took a code that a restored service had made again for another one",
    (156, "low"): "the witness took entries of too few digits for wrong codes and waited for a delay that was not due (CODE-9)",
}
"""Each once, in this house."""
LOST = {29: "restored", 14: "copied back"}
"""Seeds, with many faults, in which the database is lost: once the operator restores, once an old file is copied back (decision 0177)."""


def played(*words: str) -> "subprocess.CompletedProcess[str]":
    """One `limen sim` of the small house."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIMEN_")}
    return subprocess.run(
        [sys.executable, "-m", "limen", "sim", *HOUSE, *words],
        env=kept,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def lived(*words: str) -> tuple[list[dict[str, Any]], str]:
    """What `limen sim` said, seed by seed, and what it complained about; how far it was, which a slow machine is told now and then, is no complaint."""
    done = played("--json", *words)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode == 0) == all(not any(one["violations"].values()) for one in said), done.stderr
    return said, "\n".join(line for line in done.stderr.splitlines() if not PROGRESS.match(line))


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.rule("OPS-4")
def test_nothing_that_must_not_happen_happens(batch: int) -> None:
    """With lost, late, doubled, swapped and cut frames, lying couriers, drifting clocks, power cuts and restored services."""
    each = SEEDS // BATCHES
    said, complaints = lived("--seed", str(1 + batch * each), "--count", str(each), "--faults", "high" if batch % 2 else "low")
    assert len(said) == each, complaints
    assert not complaints
    assert all(one["violations"] == dict.fromkeys(KINDS, 0) for one in said)
    assert sum(one["may_share"] * one["attempts"] for one in said) < UNDECIDED * sum(one["attempts"] for one in said)


@pytest.mark.parametrize(("seed", "faults"), FAILED)
@pytest.mark.rule("OPS-4")
def test_what_failed_once_stays_mended(seed: int, faults: str) -> None:
    """The seeds that found something (invariant 14)."""
    said, complaints = lived("--seed", str(seed), "--faults", faults)
    assert said[0]["violations"] == dict.fromkeys(KINDS, 0), complaints


@pytest.mark.parametrize(("seed", "how"), LOST.items())
@pytest.mark.rule("OPS-4", "OPS-2")
def test_a_lost_database_comes_back_in_both_ways(seed: int, how: str) -> None:
    """The trace says how; nothing that was taken opens afterwards (invariant 14). Where a story has shifted, another seed takes its place."""
    told = played("--seed", str(seed), "--faults", "high", "--trace")
    assert told.returncode == 0, told.stderr
    assert any(line.split()[1:-1] == how.split() for line in told.stdout.splitlines()), "no database is lost in this seed any more"


@pytest.mark.rule("OPS-4")
def test_a_week_holds_everything_that_the_simulator_plays() -> None:
    """All ways in, what people and the office do, and what goes wrong really happens; where a story has shifted, another seed takes its place."""
    told = played(*LIVELY, "--trace")
    assert told.returncode == 0, told.stderr
    lines = [line.partition(" ")[2] for line in told.stdout.splitlines() if line[:1].isdigit()]
    assert [kind for kind in OCCURS if not any(re.search(rf"(?:^|\s){re.escape(kind)}(?:\s|$)", line) for line in lines)] == []


@pytest.mark.rule("OPS-4")
def test_the_same_seed_is_the_same_run() -> None:
    """In another process, with other hashes and other ciphertexts: the digest covers what happened, not the bytes it took."""
    runs = []
    for salt in ("1", "2"):
        os.environ["PYTHONHASHSEED"] = salt
        runs.append(lived("--seed", "77", "--faults", "high")[0][0])
    del os.environ["PYTHONHASHSEED"]
    assert runs[0]["digest"] == runs[1]["digest"]
    assert {key: value for key, value in runs[0].items() if key not in TIMES} == {
        key: value for key, value in runs[1].items() if key not in TIMES
    }


@pytest.mark.rule("OPS-4")
def test_a_handful_of_houses_shows_what_is_broken() -> None:
    """The seeds by which deliberate bugs are noticed: much is taken away in them, batteries are pulled, answers get lost."""
    said, complaints = lived(*BUSIER, "--seed", "7", "--count", "2", "--faults", "high")
    assert len(said) == 2, complaints
    assert not complaints
