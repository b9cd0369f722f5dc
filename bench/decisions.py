"""How long a lock thinks: by code and by phone, with 100 to 10,000 credentials; the durable write beside it, and bare cryptography under it."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import ParamSpec, TypeVar

from bench.sizes import records
from bench.tables import Claims, percentile, show, timed
from limen.lock import codes, operations
from limen.lock.events import CheckPressed, DigitTyped, LensTouched
from limen.lock.flash import Layout
from limen.lock.shell.flash import FileFlash
from limen.wire import operations as ask
from limen.wire.envelope import load_public, verifies
from limen.wire.grants import pop_message, sign_pop, unlock_ctx
from limen.wire.operations import Op
from tests.unit.lock.site import CONFIG, DANA, DOOR, MODELS, House, code, house

CREDENTIALS = (100, 1_000, 10_000)
TRIES = 400
RIGHT = 4_815_920
FLAT, MOST_MS, OVER_BARE = 1.5, 1.0, 1.3
P = ParamSpec("P")
T = TypeVar("T")
COMPARING = "judge"


def main() -> int:
    claims = Claims()
    by_code(claims)
    by_phone(claims)
    return claims.exit_code()


def by_code(claims: Claims) -> None:
    """The comparison itself, the whole entry in memory, and the entry with every write made durable on this disk."""
    rows, first = [], 0.0
    for count in CREDENTIALS:
        thought, whole = entries(lock_with(count), TRIES)
        durable = durable_entries(count)
        middle, slowest = median(thought), percentile(thought, 0.99)
        first = first or middle
        flat = claims.check(f"code decision flat at {count}", middle / first <= FLAT)
        quick = claims.check(f"code decision within {MOST_MS} ms at {count}", slowest <= MOST_MS)
        rows.append(
            [
                count,
                f"{middle:.3f}",
                f"{slowest:.3f}",
                f"{middle / first:.2f}",
                flat,
                quick,
                f"{median(whole):.2f}",
                f"{median(durable):.2f}",
            ]
        )
    heading = ("credentials", "decision ms", "p99 ms", "to 100", "flat", "p99 <= 1 ms", "whole entry ms", "durable ms")
    show("A lock decides by code", heading, rows)


def lock_with(credentials: int) -> House:
    """A lock with a code and a card each for half as many people."""
    one = house(CONFIG, "R")
    one.service.edit(*records(credentials // 2, 10), code(5, RIGHT))
    assert one.update(DANA) is not None
    one.sync_clock(DANA)
    return one


def entries(one: House, times: int) -> tuple[list[float], list[float]]:
    """Milliseconds of the comparison, and from the check mark to the commands."""
    thought: list[float] = []
    real = codes.judge
    setattr(codes, COMPARING, stopped(real, thought))
    try:
        whole = [entry(one) for _ in range(times)]
    finally:
        setattr(codes, COMPARING, real)
    return thought, whole


def entry(one: House) -> float:
    """One right code; the bolt answers, the engaged window passes."""
    one.rig.do(LensTouched())
    for digit in str(RIGHT):
        one.rig.do(DigitTyped(int(digit)))
    start = perf_counter_ns()
    one.rig.do(CheckPressed())
    taken = (perf_counter_ns() - start) / 1e6
    one.wait(20)
    return taken


def durable_entries(credentials: int) -> list[float]:
    """The same with a flash that is a file, every write synchronised."""
    with tempfile.TemporaryDirectory() as folder:
        one = house(CONFIG, "R", flash=FileFlash(Path(folder) / "flash", Layout.for_capacity(MODELS["R"].capacity).all()))
        one.service.edit(*records(credentials // 2, 10), code(5, RIGHT))
        assert one.update(DANA) is not None
        one.sync_clock(DANA)
        return [entry(one) for _ in range(60)]


def by_phone(claims: Claims) -> None:
    """Proof and decision, against the cryptographic operations in them alone, taken in turns; and the whole unlock as the lock feels it."""
    bare, rows, first = bare_operations(), [], 0.0
    for count in CREDENTIALS:
        one = lock_with(count)
        for _ in range(10):
            unlock(one)
        taken = [(*unlock(one), *timed(1, bare)) for _ in range(TRIES // 2)]
        thought, whole, alone = (median(column) for column in zip(*taken, strict=True))
        first = first or thought
        flat = claims.check(f"phone decision flat at {count}", thought / first <= FLAT)
        near = claims.check(f"phone decision within {OVER_BARE} of bare cryptography at {count}", thought / alone <= OVER_BARE)
        rows.append(
            [count, f"{thought:.3f}", f"{alone:.3f}", f"{thought / alone:.2f}", near, f"{thought / first:.2f}", flat, f"{whole:.2f}"]
        )
    heading = ("credentials", "decision ms", "bare ms", "ratio", "<= 1.3", "to 100", "flat", "whole unlock ms")
    show("A lock decides by phone", heading, rows)


DECIDING = ("prove", "may_enter_session", "by_phone")
"""Lines 1 to 9 of the decision order (protocol C.2), as the lock's operations call them."""


def unlock(one: House) -> tuple[float, float]:
    """Milliseconds of the decision, and of all the lock does from PRESENT to the bolt's command; the handshake before it is not counted."""
    talk = one.session()
    assert talk.transport is not None
    grant, ctx = one.service.grant(DANA), unlock_ctx(DOOR, "tap")
    pop = sign_pop(DANA, pop_message(talk.transport.h, grant, int(Op.UNLOCK), ctx))
    real = {name: getattr(operations, name) for name in DECIDING}
    thought: list[float] = []
    whole: list[float] = []
    felt = one.rig.do
    try:
        for name, function in real.items():
            setattr(operations, name, stopped(function, thought))
        one.rig.do = stopped(felt, whole)  # type: ignore[method-assign]
        talk.ask(ask.Present(grant, pop, int(Op.UNLOCK), ctx))
        talk.ask(ask.Unlock("tap"))
    finally:
        one.rig.do = felt  # type: ignore[method-assign]
        for name, function in real.items():
            setattr(operations, name, function)
    one.wait(20)
    return sum(thought), sum(whole)


def stopped(function: Callable[P, T], taken: list[float]) -> Callable[P, T]:
    """The function, with a stop-watch beside it; calls within a call are not counted again."""
    running = False

    def watched(*args: P.args, **more: P.kwargs) -> T:
        nonlocal running
        if running:
            return function(*args, **more)
        running, start = True, perf_counter_ns()
        try:
            return function(*args, **more)
        finally:
            running = False
            taken.append((perf_counter_ns() - start) / 1e6)

    return watched


def bare_operations() -> Callable[[], None]:
    """What no decision can leave out: the grant's signature under a key that is at hand, the phone's under one that is loaded, one hash."""
    message = b"m" * 140
    signature, known = sign_pop(DANA, message), load_public(DANA.public)

    def once() -> None:
        assert verifies(known, signature, message)
        hashlib.sha256(message).digest()
        assert verifies(load_public(DANA.public), signature, message)

    return once


if __name__ == "__main__":
    raise SystemExit(main())
