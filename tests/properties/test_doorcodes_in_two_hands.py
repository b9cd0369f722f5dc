"""Ten thousand temporary codes, derived here and by the browser's module: two hands, the same digits (protocol 11, invariant 49)."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from limen.wire.doorcodes import DailyKey, TempCls, temporary

TOP = Path(__file__).parents[2]
NODE = shutil.which("node") or str(TOP / ".venv/bin/node")
DERIVE = TOP / "tests/browser_modules/derive_doorcodes.mjs"
ISSUES = 10_000


@pytest.mark.rule("CODE-4")
def test_both_hands_derive_the_same_ten_thousand_codes() -> None:
    """Locks, epochs, classes, buckets, indexes and lengths of all kinds; the browser's answers are compared one by one (invariant 49)."""
    dice = random.Random(49)
    asked, ours = [], []
    for _ in range(ISSUES):
        key = DailyKey(dice.randbytes(32), dice.randbytes(8), dice.randrange(1 << 32))
        d, cls, b, idx = dice.randint(5, 9), dice.choice(list(TempCls)), dice.randrange(1 << 20), dice.randrange(256)
        asked.append([key.k_daily.hex(), key.lock_id.hex(), key.epoch, d, int(cls), b, idx])
        ours.append(temporary(key, d, cls, b, idx))
    answer = subprocess.run([NODE, str(DERIVE)], input=json.dumps(asked), capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(answer.stdout) == ours
