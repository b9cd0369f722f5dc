"""Trusted time: what the lock believes, how wrong it can be, and who may change that (protocol B.9, LOCK-5).

A courier can withhold or delay; it can never move this clock at will. All times are milliseconds; `at` counts the lock's own powered time.
Rules T1 to T4 and P are quoted where they are kept; `u` is computed from the last change, so no error adds up.
"""

import struct
from dataclasses import dataclass
from enum import Enum

from limen.wire import limits
from limen.wire.receipts import TrustedTime

DRIFT_PPM = 101
"""A crystal of ±100 ppm, and a little for the rounding (8.7 s a day)."""
GOOD_MS = 5 * 60_000
COARSE_MS = 60 * 60_000
ROUND_TRIP_MAX_MS = limits.TIME_ROUND_TRIP_S_MAX * 1000
PLAUSIBLE_MS = 10 * 60_000
HORIZON_MS = 400 * 86_400_000
PERSIST_EVERY_MS = 15 * 60_000
_NEVER = -1
_KEPT = struct.Struct("<qqqqq")


class Heard(Enum):
    """What a signed statement did to the clock."""

    NOTHING_NEW = "nothing new"
    RAISED = "raised"
    ANOMALY = "anomaly"


@dataclass(frozen=True, slots=True)
class Reading:
    """The clock at one moment: true time lies within `u_ms` of `rtc_ms`, unless LOST; never before `floor_ms`."""

    rtc_ms: int
    u_ms: int | None
    floor_ms: int
    quality: TrustedTime

    @property
    def utime(self) -> int:
        return self.rtc_ms // 1000


@dataclass(frozen=True, slots=True)
class Set:
    """A T2 answer that was taken: the record CLOCK_SET carries these, so that the service can correct (F.1)."""

    old_ms: int
    new_ms: int
    u_ms: int


class Clock:
    """One lock's time. Pure: every method is told `at`."""

    def __init__(self, kept: bytes | None = None, at: int = 0, power_lost: bool = True) -> None:
        """`kept` is what `persisted` gave. After a power loss: rule P, `rtc := max(persisted, floor)`, LOST."""
        self._rtc, self._u, self._floor, self._sure, self._at = 0, _NEVER, 0, _NEVER, at
        self._nonces: dict[bytes, int] = {}
        if kept is None:
            return
        self._rtc, self._u, self._floor, self._sure, kept_at = _KEPT.unpack(kept)
        if power_lost or at < kept_at:
            self._rtc, self._u = max(self._rtc, self._floor), _NEVER
        else:
            self._at = kept_at

    def read(self, at: int) -> Reading:
        rtc = self._rtc + max(0, at - self._at)
        u = None if self._u == _NEVER else self._u + -(-max(0, at - self._at) * DRIFT_PPM // 1_000_000)
        return Reading(max(rtc, self._floor), u, self._floor, _quality(u))

    def persisted(self, at: int) -> bytes:
        """To keep every 15 minutes and whenever the floor rises."""
        now = self.read(at)
        return _KEPT.pack(now.rtc_ms, _NEVER if now.u_ms is None else now.u_ms, self._floor, self._sure, at)

    def hear(self, iat: int, at: int) -> Heard:
        """T1 and T4: a server-signed statement made at `iat` (seconds) proves that it is not earlier than that.

        A statement far ahead of what the lock believes changes nothing: a stolen signing key must not age a lock.
        """
        now, said = self.read(at), iat * 1000
        if self._implausible(said, now):
            return Heard.ANOMALY
        if said <= self._floor:
            return Heard.NOTHING_NEW
        self._move(max(now.rtc_ms, said), now.u_ms, at)
        self._floor = said
        return Heard.RAISED

    def challenge(self, nonce: bytes, at: int) -> None:
        """Remembers a nonce that was given out; the last four count, each once, lost with power (T2)."""
        self._nonces[nonce] = at
        while len(self._nonces) > limits.TIME_NONCES_MAX:
            del self._nonces[next(iter(self._nonces))]

    def answer(self, nonce: bytes, said_ms: int, at: int) -> "Set | Heard":
        """T2: the service's answer to one of our nonces; ANOMALY if the nonce is not ours, was used, or is over two hours old.

        The caller has verified the signature and the lock. The only rule that moves the clock back or leaves LOST. An answer that took so long
        that it knows less than the lock does, and agrees with it, is NOTHING_NEW: a courier must not wear a good clock down to a coarse one.
        """
        asked = self._nonces.pop(nonce, None)
        if asked is None or at - asked > ROUND_TRIP_MAX_MS:
            return Heard.ANOMALY
        now, rtt = self.read(at), at - asked
        u, middle = _error(rtt), said_ms + rtt // 2
        if now.u_ms is not None and now.quality is not TrustedTime.LOST and now.u_ms < u and abs(middle - now.rtc_ms) <= u + now.u_ms:
            self._floor = max(self._floor, said_ms)
            return Heard.NOTHING_NEW
        return self._set(said_ms, rtt, at)

    def ticket(self, utime: int, round_trip_ms: int | None, at: int) -> Set | None:
        """A ticket's time is a T2 answer for the attestation; None (T1 only) over two hours or after a power loss."""
        if round_trip_ms is None or round_trip_ms > ROUND_TRIP_MAX_MS:
            self._sure = utime * 1000
            self.hear(utime, at)
            return None
        return self._set(utime * 1000, round_trip_ms, at)

    def _set(self, said_ms: int, round_trip_ms: int, at: int) -> Set:
        old = self.read(at).rtc_ms
        self._floor = max(self._floor, said_ms)
        self._sure = said_ms
        self._move(max(said_ms + round_trip_ms // 2, self._floor), _error(round_trip_ms), at)
        return Set(old, self._rtc, self._u)

    def _implausible(self, said: int, now: Reading) -> bool:
        if self._sure != _NEVER and said > self._sure + HORIZON_MS:
            return True
        return now.u_ms is not None and now.quality is not TrustedTime.LOST and said > now.rtc_ms + now.u_ms + PLAUSIBLE_MS

    def _move(self, rtc_ms: int, u_ms: int | None, at: int) -> None:
        self._rtc, self._u, self._at = rtc_ms, _NEVER if u_ms is None else u_ms, at


def _quality(u_ms: int | None) -> TrustedTime:
    if u_ms is None or u_ms > COARSE_MS:
        return TrustedTime.LOST
    return TrustedTime.GOOD if u_ms <= GOOD_MS else TrustedTime.COARSE


def _error(round_trip_ms: int) -> int:
    """`u := rtt/2 + 1 s`."""
    return -(-round_trip_ms // 2) + 1000
