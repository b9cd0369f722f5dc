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
GUARD_HOURS = 24
PERSIST_EVERY_MS = 15 * 60_000
_KEY, _SINCE = b"bucket", b"guarded"
_FIXED = struct.Struct("<qqHIB")


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

    def packed(self) -> bytes:
        head = _FIXED.pack(self.powered_ms, self.spent_ms, min(self.wrong_in_a_row, 0xFFFF), self.delay_left_ms, int(self.guarded))
        return head + b"".join(hour.to_bytes(2, "little") for hour in self.hours)

    @classmethod
    def unpacked(cls, data: bytes) -> "_State":
        powered, spent, wrong, delay, guarded = _FIXED.unpack_from(data)
        hours = data[_FIXED.size :]
        return cls(
            powered, spent, wrong, delay, bool(guarded), tuple(int.from_bytes(hours[i : i + 2], "little") for i in range(0, len(hours), 2))
        )


FULL = _State(0, 0, 0, 0, False, (0,) * GUARD_HOURS)


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
        hours = _drop_one(now.hours)
        self._keep(
            replace(
                now, spent_ms=max(0, now.spent_ms - _token_ms(rule)), wrong_in_a_row=0, delay_left_ms=0, guarded=before.guarded, hours=hours
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
            self._keep(replace(now, guarded=False, hours=(0,) * GUARD_HOURS), at)

    def persist(self, at: int) -> None:
        """Every 15 minutes: keeps what was earned since the last change."""
        if self._state != FULL:
            self._keep(self._now(at), at)

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
        return replace(
            state,
            powered_ms=powered,
            spent_ms=max(0, state.spent_ms - earned),
            delay_left_ms=max(0, state.delay_left_ms - passed),
            hours=_aged(state.hours, int(powered // HOUR_MS) - int(state.powered_ms // HOUR_MS)),
        )

    def _keep(self, state: _State, at: int) -> None:
        self._notes.put(_KEY, state.packed())
        self._state, self._at = state, at


def _as_if_wrong(state: _State, rule: Rule) -> _State:
    wrong = state.wrong_in_a_row + 1
    late = wrong - WRONG_BEFORE_DELAY
    delay = 0 if late < 0 else DELAYS_MS[min(late, len(DELAYS_MS) - 1)]
    hours = (*state.hours[:-1], min(0xFFFF, state.hours[-1] + 1))
    return replace(
        state,
        spent_ms=state.spent_ms + _token_ms(rule),
        wrong_in_a_row=wrong,
        delay_left_ms=delay,
        guarded=state.guarded or sum(hours) >= rule.guard,
        hours=hours,
    )


def _token_ms(rule: Rule) -> int:
    return rule.refill_min * 60_000


def _aged(hours: tuple[int, ...], passed: int) -> tuple[int, ...]:
    return (*hours, *((0,) * min(passed, GUARD_HOURS)))[-GUARD_HOURS:] if passed else hours


def _drop_one(hours: tuple[int, ...]) -> tuple[int, ...]:
    """A right code was counted as wrong while it was compared; that happened moments ago, in the last hour or the one before."""
    for place in (len(hours) - 1, len(hours) - 2):
        if hours[place]:
            return (*hours[:place], hours[place] - 1, *hours[place + 1 :])
    return hours
