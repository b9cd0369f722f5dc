"""How codes come out of keys, which values are taken, and when a temporary code works: pure, over values handed in."""

import hmac
import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from limen.wire import limits
from limen.wire.doorcodes import (
    COARSE_S,
    GOOD_S,
    DailyKey,
    FirstUse,
    TempCls,
    bucket_of,
    drifted_s,
    first_sound,
    first_window,
    permanent_message,
    promised_until,
    temporary,
    used_until,
    weak,
)
from limen.wire.doorcodes import digits as digits_of
from limen.wire.guessing import KeypadSettings, least_digits, live_temporary
from limen.wire.timestamps import EPOCH_2024
from limen.wire.zones import Zone, day_of, day_start

KINDS: dict[str, TempCls] = {
    "daily": TempCls.DAY,
    "daily_single_use": TempCls.DAY_SINGLE,
    "24_hour": TempCls.HOURS_24,
    "instant": TempCls.INSTANT,
    "once": TempCls.ONCE,
}
DAY_KINDS = frozenset({"daily", "daily_single_use"})
CALL_KINDS = frozenset({"instant", "once"})
BUCKET_S = {TempCls.HOURS_24: 1_800, TempCls.INSTANT: 900, TempCls.ONCE: 900}
QUOTA_PER_DOOR, QUOTA_IN_ALL = 4, 10
"""Temporary codes of one resident a day (protocol D.8)."""
HOUR = timedelta(hours=1)
ONCE_GRACE_S = 60
SMUDGE_FROM_DIGITS = 6
"""At unit doors codes of this length and more are drawn with 5 or 6 distinct digits, against worn keys (D.6)."""
LABEL_MAX_CHARS = 60
CARD_KINDS = ("aes", "sun", "uid")
CARD_AID = bytes.fromhex("4c4d4e")
"""Names our application on a card (AN10922 diversification input)."""
SUN_KEY = 5
"""Stands for the slot in the key of a SUN card: it has one key for all doors, none of the four (decision 0100)."""
UID_BYTES = (4, 7, 10)
LEASE_S = {"browser": limits.BROWSER_LEASE_S, "native": limits.PHONE_LEASE_S}


# ---- permanent codes


@dataclass(frozen=True, slots=True)
class CodeName:
    """What a permanent code is computed from, besides the building's key (D.1)."""

    door: bytes
    person: bytes
    generation: int

    def mac(self, k_code: bytes, counter: int) -> bytes:
        """The MAC from whose first bytes the digits come."""
        return hmac.digest(k_code, permanent_message(self.door, self.person, self.generation, counter), "sha256")


def permanent_value(k_code: bytes, name: CodeName, counter: int, derived_digits: int, digits: int) -> str:
    """The value of a code: its last `digits` of the `derived_digits` that were drawn."""
    code = digits_of(name.mac(k_code, counter), derived_digits)
    if code is None:
        raise ValueError("this counter never gave a code")
    return code[-digits:]


def draw_permanent(k_code: bytes, name: CodeName, d: int, taken: Collection[str], *, unit_door: bool) -> tuple[str, int]:
    """A new code and its counter: the first that is not weak and at Damerau distance 2 or more from everything taken (D.1)."""

    def refused(code: str) -> bool:
        if unit_door and d >= SMUDGE_FROM_DIGITS and len(set(code)) not in (5, 6):
            return True
        return is_near(code, taken)

    return first_sound(lambda counter: name.mac(k_code, counter), d, refused)


def draw_shared(k_code: bytes, name: CodeName, d: int, doors: Iterable[tuple[int, Collection[str]]]) -> int:
    """The counter of a new code for several doors (CODE-14), each with how many of its last digits it compares and what is taken there."""
    ends = tuple(doors)

    def refused(code: str) -> bool:
        return any(weak(code[-n:]) or is_near(code[-n:], taken) for n, taken in ends)

    return first_sound(lambda counter: name.mac(k_code, counter), d, refused)[1]


def is_near(code: str, taken: Collection[str]) -> bool:
    """True if one slip of a finger, or none, makes it one of these codes of the same length."""
    return code in taken or any(near in taken for near in neighbours(code))


def neighbours(code: str) -> Iterator[str]:
    """Every code of the same length at Damerau distance 1: one digit changed, or two neighbours swapped."""
    for at, digit in enumerate(code):
        for other in "0123456789":
            if other != digit:
                yield code[:at] + other + code[at + 1 :]
    for at in range(len(code) - 1):
        if code[at] != code[at + 1]:
            yield code[:at] + code[at + 1] + code[at] + code[at + 2 :]


def wanted_digits(settings: KeypadSettings, permanent: int, fixed: int | None, held: int | None) -> int:
    """How long codes must be at a door (CODE-2): the property's choice, or as long as they are, and never less than the odds ask for (CODE-12).

    A choice is checked when it is made; doors, people and codes that come later may need more.
    """
    least = least_at(settings, permanent)
    return max(least, fixed if fixed is not None else held or 0)


def least_at(settings: KeypadSettings, permanent: int) -> int:
    """The least length within 1 in 500 a day (CODE-12), 9 where even that is more."""
    return min(limits.DIGITS_MAX, least_digits(permanent + live_temporary(settings.widths, settings.first_uses), settings.bucket))


# ---- temporary codes


@dataclass(frozen=True, slots=True)
class Term:
    """From when until when a code is promised to work, its last possible moment, and until when it must have been used first."""

    works_from: datetime
    works_until: datetime
    stops_at_latest: datetime
    first_use_before: datetime | None


@dataclass(frozen=True, slots=True)
class Keyring:
    """What values at one door are judged by: the key, the lengths in use, how many indexes a bucket has, and the zone."""

    key: DailyKey = field(repr=False)
    lengths: tuple[int, ...]  # the wanted length first; while a change of length is unproven the old one too
    widths: tuple[int, int, int, int, int]
    zone: Zone


def local_zone(zone: ZoneInfo, around: datetime) -> Zone:
    """The zone's offsets some days around an instant, as the wire writes them."""
    rows: list[tuple[int, int]] = []
    start = int((around - timedelta(days=6)).timestamp()) // 900 * 900
    for t in range(start, start + 13 * 86_400, 900):  # real zones change at quarter hours
        shift = datetime.fromtimestamp(t, UTC).astimezone(zone).utcoffset() or timedelta()
        offset = int(shift.total_seconds()) // 60
        if not rows or rows[-1][1] != offset:
            rows.append((t, offset))
    return tuple(rows)


def bucket_for(kind: str, made: datetime, day_offset: int, zone: Zone) -> int:
    """The bucket of a code made now; day kinds: of today (0) or tomorrow (1)."""
    return bucket_of(KINDS[kind], int(made.timestamp()), zone) + (day_offset if kind in DAY_KINDS else 0)


def term_of(kind: str, made: datetime, bucket: int, zone: Zone, error_s: int) -> Term:
    """The promise and the bound (CODE-4, screens 1.2): a code may open one bucket (day kinds: none) plus twice the clock error late."""
    cls, t = KINDS[kind], int(made.timestamp())
    if kind in DAY_KINDS:
        start, until, latest = max(t, day_start(zone, bucket)), day_start(zone, bucket + 1), day_start(zone, bucket + 1)
    else:
        start, until = t, promised_until(cls, t, zone)
        latest = last_moment(cls, bucket, zone, 0)
    first = made + HOUR if kind in CALL_KINDS else None
    return Term(_instant(start), _instant(until), _instant(latest + 2 * error_s), first)


def clock_error_s(error_s: int | None, read_at: datetime | None, at: datetime) -> int:
    """The most that a lock's clock may be off at `at`: what it said at `read_at` (None: lost), grown with its crystal's drift since (B.9).

    A lock whose clock was lost takes no code before somebody tells it the time, and then within an hour.
    """
    if read_at is None:
        return GOOD_S
    if error_s is None:
        return COARSE_S
    return math.ceil(drifted_s(max(GOOD_S, error_s), (at - read_at).total_seconds()))


def last_moment(cls: TempCls, b: int, zone: Zone, s: int) -> int:
    """The utime after which no code of this bucket opens any more, at clock error `s`."""
    end = first_window(cls, b, zone, s)[1]
    if cls == TempCls.INSTANT:
        return max(end, used_until(FirstUse(cls, b, 0, end), zone, s))
    return end + ONCE_GRACE_S if cls == TempCls.ONCE else end


def overlapping(cls: TempCls, b: int, zone: Zone, s: int = GOOD_S) -> Iterator[tuple[TempCls, int]]:
    """Every bucket of every class whose life meets the life of this one, itself included (D.3)."""
    start, end = first_window(cls, b, zone, s)[0], last_moment(cls, b, zone, s)
    for other in TempCls:
        if other in (TempCls.DAY, TempCls.DAY_SINGLE):
            near: Iterable[int] = range(max(0, day_of(zone, start) - 1), day_of(zone, end) + 2)
        else:
            step = BUCKET_S[other]
            near = range(max(0, (start - 27 * 3_600 - EPOCH_2024) // step), (end - EPOCH_2024) // step + 1)
        for bucket in near:
            if first_window(other, bucket, zone, s)[0] < end and last_moment(other, bucket, zone, s) > start:
                yield other, bucket


def candidates_around(ring: Keyring, d: int, cls: TempCls, b: int) -> dict[tuple[TempCls, int, int], str]:
    """Every temporary code the lock could accept while a code of this bucket lives, issued or not."""
    return {
        (other, bucket, idx): temporary(ring.key, d, other, bucket, idx)
        for other, bucket in overlapping(cls, b, ring.zone)
        for idx in range(ring.widths[other])
    }


def choose_issue(ring: Keyring, cls: TempCls, b: int, first: int, permanent: Collection[str]) -> tuple[int, str] | None:
    """The next index of a bucket whose code is nobody else's, with its digits; None when the bucket is used up (D.2, D.3).

    While a length change is unproven only indexes whose longer code ends in the shorter one are used, and the longer is told.
    """
    longest = max(ring.lengths)
    around = {d: candidates_around(ring, d, cls, b) for d in ring.lengths}
    for idx in range(first, ring.widths[cls]):
        told = around[longest][cls, b, idx]
        if all(_is_free(around[d], (cls, b, idx), told[-d:], permanent) for d in ring.lengths):
            return idx, told
    return None


def _is_free(around: dict[tuple[TempCls, int, int], str], issue: tuple[TempCls, int, int], code: str, permanent: Collection[str]) -> bool:
    if around[issue] != code or code in permanent:
        return False
    return all(other == issue or value != code for other, value in around.items())


def floor_issue(cls: TempCls, issued: Collection[tuple[int, int]], now_bucket: int) -> list[tuple[int, int]]:
    """Which (bucket, idx) floors end everything of a class that was issued so far (D.3); day kinds need one for each day."""
    if not issued:
        return []
    following = {bucket: max(idx for b, idx in issued if b == bucket) + 1 for bucket, _idx in issued}
    if cls in (TempCls.DAY, TempCls.DAY_SINGLE):
        return sorted(following.items())
    newest = max(now_bucket, *following)
    return [(newest, following.get(newest, 0))]


def _instant(t: int) -> datetime:
    return datetime.fromtimestamp(t, UTC)
