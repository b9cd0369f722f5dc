"""How many wrong codes a keypad hears out (CODE-10, protocol D.4): tokens, delays, guard, all kept through power cuts.

`charge` makes the outcome durable *as if the code were wrong* before anybody compares; `settle` takes that back after the bolt has
moved, and adds nothing. Time without power earns nothing, so pulling the battery helps nobody.
"""

import struct
from dataclasses import dataclass, replace

from limen.lock.notes import Notes
from limen.wire.records import Bucket as Rule

DELAYS_MS = (5_000, 15_000, 60_000)
WRONG_BEFORE_DELAY = 3
GUARD_FACTOR = 4
HOUR_MS = 3_600_000
GUARD_HOURS, DAY_HOURS = 24, 24
DAY_MS = DAY_HOURS * HOUR_MS
NORM_DAYS, NORM_TIMES = 30, 3
PERSIST_EVERY_MS = 15 * 60_000
_KEY, _SINCE = b"bucket", b"guarded"
_FIXED = struct.Struct("<qqHIB")
_DAYS_AT = _FIXED.size + 2 * GUARD_HOURS
_HERE_AT = _DAYS_AT + 2 * (NORM_DAYS + 1)


@dataclass(frozen=True, slots=True)
class Wait:
    """Not compared and not charged: try again in so many milliseconds."""

    ms: int


@dataclass(frozen=True, slots=True)
class Charged:
    """A token is gone, durably. Hand this to `settle` if the code was right."""

    before: "_State"


@dataclass(frozen=True, slots=True)
class _State:
    """`spent_ms` is what has been taken and not yet earned back, in milliseconds of waiting at the normal rate."""

    powered_ms: int
    spent_ms: int
    wrong_in_a_row: int
    delay_left_ms: int
    guarded: bool
    hours: tuple[int, ...]
    """Wrong codes in the powered hour that runs, which is the last, and the 23 before it."""
    days: tuple[int, ...]
    """The same by powered day, with the 30 before the one that runs: what is usual at this door."""
    here_ms: int
    """The powered time at which this lock began to count at this door."""

    def packed(self) -> bytes:
        head = _FIXED.pack(self.powered_ms, self.spent_ms, min(self.wrong_in_a_row, 0xFFFF), self.delay_left_ms, int(self.guarded))
        return head + b"".join(count.to_bytes(2, "little") for count in (*self.hours, *self.days)) + self.here_ms.to_bytes(8, "little")

    @classmethod
    def unpacked(cls, data: bytes) -> "_State":
        powered, spent, wrong, delay, guarded = _FIXED.unpack_from(data)
        hours, days, here = data[_FIXED.size : _DAYS_AT], data[_DAYS_AT:_HERE_AT], data[_HERE_AT:]
        known = (_counts(days), int.from_bytes(here, "little")) if here else (FULL.days, powered)  # an earlier firmware knew of no days
        return cls(powered, spent, wrong, delay, bool(guarded), _counts(hours), *known)


FULL = _State(0, 0, 0, 0, False, (0,) * GUARD_HOURS, (0,) * (NORM_DAYS + 1), 0)


class Bucket:
    """The keypad's token bucket. `powered_ms` counts only time with power; it is the bucket's whole notion of time."""

    def __init__(self, notes: Notes, at: int) -> None:
        self._notes = notes
        kept = notes.get(_KEY)
        self._state = _State.unpacked(kept) if kept else FULL
        self._at = at

    def tokens_left(self, rule: Rule, at: int) -> int:
        state = self._now(at)
        return max(0, rule.tokens - -(-state.spent_ms // _token_ms(rule)))

    def wait_ms(self, rule: Rule, at: int) -> int:
        """How long nothing is compared: the delay that runs, or the time until a token is back; 0 if a code may be typed."""
        state = self._now(at)
        over = state.spent_ms + _token_ms(rule) - rule.tokens * _token_ms(rule)
        empty = max(0, over) * (GUARD_FACTOR if state.guarded else 1)
        return max(state.delay_left_ms, empty)

    def charge(self, rule: Rule, at: int, latest_ms: int | None = None) -> Charged | Wait:
        """Takes a token and makes it durable. Raises FlashError: then nothing may be compared.

        `latest_ms`: what the true time surely has not passed, None where nobody knows; from then on a new list ends a guard that begins now.
        """
        wait = self.wait_ms(rule, at)
        if wait:
            return Wait(wait)
        before = self._now(at)
        after = _as_if_wrong(before, rule)
        if after.guarded and not before.guarded:
            self._notes.put(_SINCE, b"" if latest_ms is None else latest_ms.to_bytes(8, "little"))
        self._keep(after, at)
        return Charged(before)

    def settle(self, charged: Charged, rule: Rule, at: int) -> None:
        """The code was right and the bolt has moved: gives back the one token it paid and resets the delay."""
        now, before = self._now(at), charged.before
        self._keep(
            replace(
                now,
                spent_ms=max(0, now.spent_ms - _token_ms(rule)),
                wrong_in_a_row=0,
                delay_left_ms=0,
                guarded=now.guarded and before.guarded,
                hours=_drop_one(now.hours),
                days=_drop_one(now.days),
            ),
            at,
        )

    def listed(self, iat: int, at: int) -> None:
        """A list was applied that was signed at `iat`, in seconds: it ends a guard that had begun before. An older one may have been kept for this."""
        since = self._notes.get(_SINCE)
        if since and iat * 1000 > int.from_bytes(since, "little"):
            self.synced(at)

    def synced(self, at: int) -> None:
        """An authenticated sync ends the guard: the service answered this lock's own question."""
        now = self._now(at)
        if now.guarded:
            self._keep(replace(now, guarded=False, hours=FULL.hours), at)

    def at_another_door(self, at: int) -> None:
        """Another ownership has begun: what was usual before says nothing about this door. Tokens, delay and guard go on."""
        now = self._now(at)
        self._keep(replace(now, days=FULL.days, here_ms=now.powered_ms), at)

    def persist(self, at: int) -> None:
        """Every 15 minutes: keeps what was earned since the last change; where there was nothing to earn, once a day, so that its days count."""
        now, kept = self._now(at), self._state
        if kept.spent_ms or kept.delay_left_ms or any(kept.hours) or now.powered_ms - kept.powered_ms >= DAY_MS:
            self._keep(now, at)

    @property
    def guarded(self) -> bool:
        return self._state.guarded

    def _now(self, at: int) -> _State:
        passed = max(0, at - self._at)
        if not passed:
            return self._state
        state = self._state
        earned = passed // GUARD_FACTOR if state.guarded else passed
        powered = state.powered_ms + passed
        hour, before = int(powered // HOUR_MS), int(state.powered_ms // HOUR_MS)
        return replace(
            state,
            powered_ms=powered,
            spent_ms=max(0, state.spent_ms - earned),
            delay_left_ms=max(0, state.delay_left_ms - passed),
            hours=_aged(state.hours, hour - before),
            days=_aged(state.days, hour // DAY_HOURS - before // DAY_HOURS),
        )

    def _keep(self, state: _State, at: int) -> None:
        self._notes.put(_KEY, state.packed())
        self._state, self._at = state, at


def _as_if_wrong(state: _State, rule: Rule) -> _State:
    wrong = state.wrong_in_a_row + 1
    late = wrong - WRONG_BEFORE_DELAY
    delay = 0 if late < 0 else DELAYS_MS[min(late, len(DELAYS_MS) - 1)]
    hours, days = _one_more(state.hours), _one_more(state.days)
    return replace(
        state,
        spent_ms=state.spent_ms + _token_ms(rule),
        wrong_in_a_row=wrong,
        delay_left_ms=delay,
        guarded=state.guarded or sum(hours) >= min(rule.guard, _unusual(state, rule)),
        hours=hours,
        days=days,
    )


def _unusual(state: _State, rule: Rule) -> int:
    """So many wrong codes in 24 hours are three times what is usual at this door (D.4); never fewer than a whole bucket, nor before 30 days are known."""
    if state.powered_ms - state.here_ms < NORM_DAYS * DAY_MS:
        return rule.guard
    return max(rule.tokens, -(-NORM_TIMES * sum(state.days[:-1]) // NORM_DAYS))


def _token_ms(rule: Rule) -> int:
    return rule.refill_min * 60_000


def _counts(data: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[i : i + 2], "little") for i in range(0, len(data), 2))


def _one_more(counts: tuple[int, ...]) -> tuple[int, ...]:
    return (*counts[:-1], min(0xFFFF, counts[-1] + 1))


def _aged(counts: tuple[int, ...], passed: int) -> tuple[int, ...]:
    return (*counts, *((0,) * min(passed, len(counts))))[-len(counts) :] if passed else counts


def _drop_one(counts: tuple[int, ...]) -> tuple[int, ...]:
    """A right code was counted as wrong while it was compared; that happened moments ago, in the last hour or day or the one before."""
    for place in (len(counts) - 1, len(counts) - 2):
        if counts[place]:
            return (*counts[:place], counts[place] - 1, *counts[place + 1 :])
    return counts
