"""Runs the fuzzing harnesses one after the other, each for so many seconds; what it finds stays in .fuzz, and a fault ends with its file.

A file that made a harness fail belongs into tests/fuzz/corpus once the fault is mended.
"""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
CORPUS = TOP / "tests" / "fuzz" / "corpus"
FOUND = TOP / ".fuzz"
INPUT_BYTES_MAX = 8_192


def fuzz(name: str, seconds: int) -> bool:
    """One harness; True if nothing was wrong in that time."""
    found = FOUND / name
    found.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={INPUT_BYTES_MAX}",
        f"-artifact_prefix={FOUND / name}-",
        "-verbosity=0",
        "-timeout=10",
    ]
    command = [sys.executable, "-m", "tests.fuzz", name, *options, str(found), str(CORPUS / name)]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
    inputs = len(list(found.iterdir()))
    print(f"{name:16}{'nothing wrong' if done.returncode == 0 else 'FAULT':16}{inputs} inputs that lead somewhere new", flush=True)
    if done.returncode:
        print("\n".join(done.stderr.splitlines()[-25:]))
    return done.returncode == 0


def main(arguments: list[str]) -> int:
    """`SECONDS [NAME…]`."""
    names = arguments[1:] or sorted(path.name for path in CORPUS.iterdir())
    faults = [name for name in names if not fuzz(name, int(arguments[0]))]
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
