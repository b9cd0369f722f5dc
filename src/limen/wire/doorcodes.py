"""Doorcodes: digits from a key, the two families, and what a lock would accept now (protocol D).

A permanent code is list state and stands on the lock as a tag. A temporary code is derived by both sides from ``K_daily`` and the pair
(time bucket, index); the service alone knows whom it gave an index (CODE-4, CODE-7). All times are utime seconds.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from limen.wire import limits, shape
from limen.wire.cbor import Malformed
from limen.wire.records import CodeFloor
from limen.wire.timestamps import EPOCH_2024
from limen.wire.zones import Zone, day_of, day_start

GOOD_S = 300  # clock error S that a GOOD clock is judged with
COARSE_S = 3_600  # beyond that a clock is lost, and no temporary code opens
DRIFT_PPM = 101  # how fast an error grows while nobody tells the time (B.9)


def drifted_s(error_s: float, silent_s: float) -> float:
    """What an error has grown to after so many seconds without the time being told, an hour at most (B.9)."""
    return min(COARSE_S, error_s + max(0.0, silent_s) * DRIFT_PPM / 1_000_000)


class TempCls(IntEnum):
    """The five kinds of temporary code (CODE-4)."""

    DAY = 0
    DAY_SINGLE = 1
    HOURS_24 = 2
    INSTANT = 3
    ONCE = 4


@dataclass(frozen=True)
class FirstUse:
    """A temporary code has opened here at utime ``t``, by the clock that is asked now; durable before the motor (D.2)."""

    cls: TempCls
    b: int
    idx: int
    t: int


@dataclass(frozen=True)
class Candidate:
    """A code the lock would accept, and which issue it is."""

    code: str
    cls: TempCls
    b: int
    idx: int


@dataclass(frozen=True)
class DailyKey:
    """What temporary codes of one lock and epoch are derived from."""

    k_daily: bytes
    lock_id: bytes
    epoch: int


def digits(mac: bytes, d: int) -> str | None:
    """``d`` digits from the first 8 bytes of a MAC without bias; None for the few values that would bring it (D.6)."""
    number, space = int.from_bytes(mac[:8], "big"), 10**d
    return None if number >= (1 << 64) // space * space else f"{number % space:0{d}d}"


def weak(code: str) -> bool:
    """Fewer than 4 distinct digits, a constant step, or 4 equal in a row."""
    if len(set(code)) < 4:
        return True
    if len({(ord(b) - ord(a)) % 10 for a, b in pairwise(code)}) == 1:
        return True
    return any(len(set(code[i : i + 4])) == 1 for i in range(len(code) - 3))


def tag(k_pin: bytes, code: int | str) -> bytes:
    """``HMAC(K_pin, u32 value)[0..8]``: how a lock keeps a permanent or duress code (D.5; leading zeros do not count)."""
    return hmac.digest(k_pin, shape.u32(int(code)), "sha256")[:8]


def damerau(a: str, b: str) -> int:
    """Slips of a finger between two codes: digits changed, left out, added, or two neighbours swapped."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        two_before, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, two_before[j - 2] + 1)
            row.append(cost)
    return row[-1]


def first_sound(mac: Callable[[int], bytes], d: int, refused: Callable[[str], bool], ctr: int = 0) -> tuple[str, int]:
    """The first code from ``mac(ctr)``, ``mac(ctr + 1)``… that is neither weak nor refused, with its ctr; ``Malformed`` when none is."""
    for number in range(ctr, limits.DERIVATIONS_MAX):
        code = digits(mac(number), d)
        if code is not None and not weak(code) and not refused(code):
            return code, number
    raise Malformed("no code left")


def permanent_message(door: bytes, person: bytes, generation: int, ctr: int) -> bytes:
    """What ``HMAC(K_code, …)`` runs over for a permanent code: names of door and person with their lengths, generation, ctr (D.1)."""
    named = bytes((len(door),)) + door + bytes((len(person),)) + person
    return b"dl/code/1" + named + shape.u32(generation) + shape.u32(ctr)


def temporary(key: DailyKey, d: int, cls: TempCls, b: int, idx: int) -> str:
    """The temporary code of issue ``(cls, b, idx)``: the first of ctr = 0, 1… that is not weak (D.2)."""
    named = b"dl/daily/1" + key.lock_id + shape.u32(key.epoch) + shape.u32(b) + bytes((cls, idx))
    return first_sound(lambda ctr: hmac.digest(key.k_daily, named + bytes((ctr,)), "sha256"), d, lambda _: False)[0]


def bucket_of(cls: TempCls, t: int, zone: Zone) -> int:
    """The bucket of a code made (day kinds: valid on the day) at utime ``t``."""
    if cls in (TempCls.DAY, TempCls.DAY_SINGLE):
        return day_of(zone, t)
    return (t - EPOCH_2024) // (1_800 if cls == TempCls.HOURS_24 else 900)


def first_window(cls: TempCls, b: int, zone: Zone, s: int) -> tuple[int, int]:
    """[start, end) in which a code of bucket ``b`` may be used for the first time, at clock error ``s`` seconds (table D.2)."""
    if cls in (TempCls.DAY, TempCls.DAY_SINGLE):
        return day_start(zone, b) - s, day_start(zone, b + 1) + s
    if cls == TempCls.HOURS_24:
        return EPOCH_2024 + 1_800 * b - s, EPOCH_2024 + 1_800 * (b + 1) + 86_400 + s
    return EPOCH_2024 + 900 * b - s, EPOCH_2024 + 900 * (b + 1) + 3_600 + s


def used_until(use: FirstUse, zone: Zone, s: int) -> int:
    """Until when a code that was used goes on opening (utime). A used ``once`` opens at no moment: its window is empty, the lock owns the grace."""
    start, end = first_window(use.cls, use.b, zone, s)
    if use.cls == TempCls.DAY_SINGLE:
        return min(end, use.t + 900)
    if use.cls == TempCls.INSTANT:
        made = start + s
        return max(day_start(zone, day_of(zone, made) + 1), made + 4_500) + s
    return start if use.cls == TempCls.ONCE else end


def promised_until(cls: TempCls, made: int, zone: Zone) -> int:
    """The end that a maker is told for a code made at utime ``made`` (day kinds: of the day that holds it), CODE-4 and CODE-5."""
    if cls in (TempCls.DAY, TempCls.DAY_SINGLE):
        return day_start(zone, day_of(zone, made) + 1)
    if cls == TempCls.HOURS_24:
        return made + 86_400
    if cls == TempCls.ONCE:
        return made + 3_600
    return max(day_start(zone, day_of(zone, made) + 1), made + 3_600)


def live_buckets(t: int, zone: Zone, s: int) -> Iterator[tuple[TempCls, int]]:
    """Every ``(cls, b)`` whose first-use window holds utime ``t``."""
    for cls in TempCls:
        near = bucket_of(cls, t, zone)
        back, ahead = (1 + s // 82_800, 1 + s // 82_800) if cls <= TempCls.DAY_SINGLE else _reach(cls, s)
        for b in range(max(0, near - back), near + ahead + 1):
            start, end = first_window(cls, b, zone, s)
            if start <= t < end:
                yield cls, b


def bucket_codes(key: DailyKey, d: int, cls: TempCls, b: int, width: int) -> tuple[str, ...]:
    """The codes of one bucket by index; the same for as long as epoch and length are, so a lock may keep them."""
    return tuple(temporary(key, d, cls, b, idx) for idx in range(width))


def killed(floors: Iterable[CodeFloor], cls: int, b: int, idx: int) -> bool:
    """Whether a code floor has ended this issue (CODE-13, D.3)."""
    return any(f.cls == cls and ((f.b == b and idx < f.idx) or (cls >= TempCls.HOURS_24 and b < f.b)) for f in floors)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What decides about temporary codes at one lock now: utime ``t``, clock error ``s`` seconds, uses and floors it remembers."""

    t: int
    s: int
    zone: Zone
    widths: tuple[int, int, int, int, int]
    uses: tuple[FirstUse, ...] = ()
    floors: tuple[CodeFloor, ...] = ()


def accepts(moment: Moment, cls: TempCls, b: int, idx: int) -> bool:
    """Whether issue ``(cls, b, idx)`` opens at this moment: window, first use, width and floors (D.2, D.3)."""
    if not 0 <= idx < moment.widths[cls] or killed(moment.floors, cls, b, idx):
        return False
    start, end = first_window(cls, b, moment.zone, moment.s)
    use = next((u for u in moment.uses if (u.cls, u.b, u.idx) == (cls, b, idx)), None)
    if use is not None:
        end = used_until(use, moment.zone, moment.s)
    return start <= moment.t < end


def live_issues(moment: Moment) -> Iterator[tuple[TempCls, int, int]]:
    """Every ``(cls, b, idx)`` that opens now: the open buckets, and what was used and still holds."""
    used = {(use.cls, use.b, use.idx) for use in moment.uses}
    for cls, b in live_buckets(moment.t, moment.zone, moment.s):
        fresh = (idx for idx in range(moment.widths[cls]) if (cls, b, idx) not in used)
        yield from ((cls, b, idx) for idx in fresh if not killed(moment.floors, cls, b, idx))
    yield from (issue for issue in used if accepts(moment, *issue))


def candidates(key: DailyKey, d: int, moment: Moment) -> Iterator[Candidate]:
    """Every temporary code that opens now. Derives all of them: a lock keeps ``bucket_codes`` and asks ``accepts``."""
    for cls, b, idx in live_issues(moment):
        yield Candidate(temporary(key, d, cls, b, idx), cls, b, idx)


def _reach(cls: TempCls, s: int) -> tuple[int, int]:
    """How many buckets back and ahead of the present one may be open."""
    if cls == TempCls.HOURS_24:
        return 49 + s // 1_800 + 1, s // 1_800 + 1
    return 5 + s // 900 + 1, s // 900 + 1
