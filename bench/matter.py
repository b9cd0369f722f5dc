"""Our lock beside matter.js's door lock, both in memory of one machine and one run: a code is tried, a thousand people are let in.

Only by `make bench-peers`, which installs matter.js into an ignored folder. Its door lock keeps each code encrypted and tries them one by
one; people and codes are set by two commands each. Ours arrive as one sealed list (decision 0112 says what is compared and what is not).
"""

import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.decisions import durable_entries, entries, lock_with
from bench.sizes import config_bytes
from bench.tables import Claims, show, timed
from limen.lock.flash import Layout
from limen.lock.shell.flash import FileFlash
from limen.wire.answers import Settled
from limen.wire.bundles import Contents, size_bound
from limen.wire.grants import Cls
from tests.unit.lock.site import CONFIG, DANA, MODELS, House, code, house

PEERS = Path(__file__).resolve().parents[1] / ".peers"
PEOPLE, OURS = 1_000, 10_000
TRIES = 60
CODE_BITS, PERSON_BITS = math.log2(10**7), math.log2(PEOPLE)
"""What cannot be left out: which seven digits, and whose."""
FRAME_BYTES = 50
"""Header, invoke frame and message integrity code around one Matter command over its own secure session, at the least."""


def main() -> int:
    claims = Claims()
    theirs = matter()
    by_code(claims, theirs)
    provisioning(claims, theirs)
    return claims.exit_code()


def matter() -> dict[str, object]:
    """What the peer measured of itself."""
    if not (PEERS / "node_modules").is_dir():
        raise SystemExit("Install the peers first: make bench-peers")
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "MATTER_STORAGE_PATH": folder}
        command = ["node", "door_lock.mjs", str(PEOPLE), str(TRIES)]
        done = subprocess.run(command, cwd=PEERS, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def by_code(claims: Claims, theirs: dict[str, object]) -> None:
    """A right code among so many, the place in the list as chance has it."""
    right = theirs["right_ms"]
    assert isinstance(right, list)
    whole = median(entries(lock_with(OURS), TRIES)[1])
    durable = median(durable_entries(OURS))
    rows = [[f"matter.js at {PEOPLE}", f"{median(right):.2f}", "1.00", ""]]
    for name, taken in ((f"ours at {OURS}, in memory", whole), (f"ours at {OURS}, every write durable", durable)):
        ratio = taken / median(right)
        rows.append([name, f"{taken:.2f}", f"{ratio:.3f}", claims.check(f"{name}, within matter.js's time", ratio <= 1)])
    show("A right code, from the last touch to the bolt", ("", "ms", "to matter.js", "no slower"), rows)


def provisioning(claims: Claims, theirs: dict[str, object]) -> None:
    """A thousand people with a code each, until the lock has them durably."""
    spent, size = ours()
    took, sent, commands = theirs["provision_ms"], theirs["bytes"], theirs["commands"]
    assert isinstance(took, float) and isinstance(sent, int) and isinstance(commands, int)
    least = PEOPLE * (CODE_BITS + PERSON_BITS) / 8
    formula = size_bound(Contents(codes=PEOPLE, config_bytes=config_bytes()))
    on_air = sent + commands * FRAME_BYTES
    rows = [
        ["matter.js", f"{took:.0f}", "1.0000", sent, on_air, f"{on_air / least:.2f}", ""],
        ["ours", f"{spent:.0f}", f"{spent / took:.4f}", size, size, f"{size / least:.2f}", claims.check("provisioning", spent <= took)],
    ]
    show(f"{PEOPLE} people with a code each", ("", "ms", "to matter.js", "bytes", "with frames", "to the least", "no slower"), rows)
    print(f"the least that names {PEOPLE} codes and people: {least:.0f} bytes; protocol B.3: {formula:.0f} bytes")
    claims.check("bytes within the formula of B.3", size <= formula)


def ours() -> tuple[float, int]:
    """Milliseconds to build, carry and commit; bytes. The lock's flash is a file, every write synchronised."""
    taken = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            one = house(CONFIG, "M", flash=FileFlash(Path(folder) / "flash", Layout.for_capacity(MODELS["M"].capacity).all()))
            one.service.edit(*(code(10 + n, 4_000_000 + 7 * n, Cls.RESIDENT, 100 + n) for n in range(PEOPLE)))
            taken += timed(1, lambda one=one: _let_in(one))  # type: ignore[misc]
            size = one.service.bundle(base=1).size
    return median(taken), size


def _let_in(one: House) -> None:
    assert isinstance(one.update(DANA, one.service.bundle()), Settled)


if __name__ == "__main__":
    sys.exit(main())
