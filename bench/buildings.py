"""How much of a building's life fits into a minute, and how much memory locks take: a thousand simulated ones, and one that is a process of its own."""

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from bench.tables import Claims, show
from limen.cli.simulation.stage import Stage, set_up
from limen.sim.chance import branch
from limen.sim.faults import Level

DOORS, PEOPLE, DAYS = 4, 8, 10
SEEDS: dict[Level, int] = {"none": 1, "high": 2}
LOCKS = 1_000
YEAR_DAYS = 365.25
KIB_A_LOCK_MOST = 512
START_S = 60


def main() -> int:
    claims = Claims()
    with set_up(DOORS, PEOPLE, lambda what, done, total: None) as stage:
        living(claims, stage)
        remembering(claims, stage)
    return claims.exit_code()


def living(claims: Claims, stage: Stage) -> None:
    """Runs as `limen sim` plays them, the end with its audit included, the moving in not."""
    rows = []
    for level, seeds in SEEDS.items():
        began, attempts, clean = perf_counter(), 0, True
        for seed in range(1, seeds + 1):
            tally = stage.play(seed, DAYS, level)
            attempts, clean = attempts + tally.attempts, clean and tally.clean
        seconds = perf_counter() - began
        years = seeds * DAYS / YEAR_DAYS
        rows.append(
            [level, seeds * DAYS, f"{seconds:.1f}", attempts, f"{attempts / seconds:.0f}", f"{years / (seconds / 60):.2f}",
             claims.check(f"simulation at {level}", clean)]
        )  # fmt: skip
    heading = ("faults", "days", "seconds", "attempts", "attempts a second", "building-years a minute", "clean")
    show(f"A building of {DOORS} doors and {PEOPLE} people, lived", heading, rows)


def remembering(claims: Claims, stage: Stage) -> None:
    """Resident memory as the kernel counts it; each lock is owned and holds a list."""
    before = resident_kib()
    opened = stage.opened
    locks = [opened.bodies[n % DOORS].twin(branch(opened.site.chance), opened.site.time, False) for n in range(LOCKS)]
    each = (resident_kib() - before) / len(locks)
    held = claims.check(f"memory of {LOCKS} locks", each <= KIB_A_LOCK_MOST and all(lock.version for lock in locks))
    rows: list[list[object]] = [
        [f"{LOCKS:,} simulated locks", f"{(resident_kib() - before) / 1024:.1f}", f"{each:.0f}", held],
        ["one lock as a process", f"{lock_process_kib() / 1024:.1f}", "", ""],
    ]
    show("Memory of locks", ("", "MiB", "KiB each", f"<= {KIB_A_LOCK_MOST}"), rows)


def resident_kib(process: str = "self") -> int:
    """VmRSS."""
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def lock_process_kib() -> int:
    """`limen lock` with one lock, when it listens."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["lock", "--data", folder, "--listen", "127.0.0.1:0", "--serial", "LM000103", "--model", "M3"]
        process = subprocess.Popen([sys.executable, "-m", "limen", *words], stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("ws://")
            return resident_kib(str(process.pid))
        finally:
            process.terminate()
            process.wait(START_S)


if __name__ == "__main__":
    raise SystemExit(main())
