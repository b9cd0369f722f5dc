"""Pure rules: whose an event is, when it happened, which numbers are missing and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from limen.wire import limits
from limen.wire.events import Kind, Method, Result
from limen.wire.grants import Cls
from limen.wire.receipts import TrustedTime

UNCERTAIN_S = {TrustedTime.GOOD: 0, TrustedTime.COARSE: 3_600, TrustedTime.LOST: 86_400}
SUBJECTS = {
    Cls.RESIDENT: "resident",
    Cls.APP_GUEST: "guest",
    Cls.CODE_HOLDER: "guest",
    Cls.STAFF: "staff",
    Cls.VENDOR: "vendor",
    Cls.MANAGER: "staff",
    Cls.INSTALLER: "staff",
}
METHODS = {
    Method.NONE: "",
    Method.APP: "app",
    Method.CODE: "code",
    Method.TEMPORARY_CODE: "temporary_code",
    Method.CARD: "card",
    Method.CARD_UID: "card",
    Method.CARD_SUN: "card",
    Method.METAL_KEY: "key",
    Method.INSIDE: "inside",
    Method.REMOTE: "remote",
}
RESULTS = {
    Result.GRANTED: "granted",
    Result.REFUSED: "refused",
    Result.FAILED: "failed",
    Result.NOTED: "noted",
    Result.DONE: "done",
}
SHOWN = frozenset({Kind.ENTRY, Kind.METAL_KEY, Kind.INSIDE, Kind.PRIVACY, Kind.DOOR_AJAR, Kind.DOOR_FORCED, Kind.PASSAGE})
"""Kinds that tell of people; all others are the lock's own diary and are nobody's history."""

FORGOTTEN_MAX = 64 * limits.RING_RECORDS


def subject_of(cls: int | None, *, made_by_staff: bool = False) -> str:
    """The privacy subject of a class; a code holder whose code staff made is a vendor, nobody known is `unknown` (C.1)."""
    if cls is None:
        return "unknown"
    if cls == Cls.CODE_HOLDER and made_by_staff:
        return "vendor"
    return SUBJECTS.get(Cls(cls), "unknown")


def happened(t: int, tq: TrustedTime, correction_s: int = 0) -> tuple[datetime, int]:
    """When it happened by the lock's corrected clock, and how many seconds that may be off."""
    uncertain = UNCERTAIN_S[tq] if not correction_s else UNCERTAIN_S[TrustedTime.GOOD]
    return datetime.fromtimestamp(t + correction_s, UTC), uncertain


@dataclass(frozen=True)
class Missing:
    """A run of numbers that are not here."""

    first: int
    last: int
    kind: str


@dataclass(frozen=True)
class Settled:
    """Up to where this service gave its word, up to where a restore made it forget, and before which number the lock holds nothing any more."""

    acknowledged: int | None = None
    forgotten: int | None = None
    gone: int = 0


def missing(runs: Sequence[tuple[int, int, bool]], settled: Settled) -> list[Missing]:
    """Says of each hole what it is: declared by the lock; forgotten by us; still on the lock, which frees nothing before our word; else
    undeclared, an alarm (F.2)."""
    found = []
    for first, last, declared in runs:
        if declared:
            found.append(Missing(first, last, "declared"))
        elif settled.forgotten is not None and last <= settled.forgotten:
            found.append(Missing(first, last, "forgotten"))
        elif last < settled.gone or (settled.acknowledged is not None and last <= settled.acknowledged):
            found.append(Missing(first, last, "undeclared"))
        else:
            found.append(Missing(first, last, "not_carried"))
    return found


def freed(runs: Sequence[tuple[int, int, bool]], begins: int, acknowledged: int | None) -> int | None:
    """The last number that the lock freed though this service knows of no word for it and of no LOSS; None where there is none."""
    since = -1 if acknowledged is None else acknowledged
    return max((last for _, last, declared in runs if not declared and since < last < begins), default=None)


def forgotten(runs: Sequence[tuple[int, int, bool]], upto: int | None) -> list[tuple[int, int, bool]]:
    """The runs up to this number that no LOSS declares."""
    return [run for run in runs if upto is not None and not run[2] and run[1] <= upto]


def numbers_of(runs: Sequence[tuple[int, int, bool]]) -> frozenset[int]:
    """Their numbers one by one; none where they are more than a lock writes between two backups."""
    many = sum(last - first + 1 for first, last, _ in runs)
    return frozenset(n for first, last, _ in runs for n in range(first, last + 1)) if many <= FORGOTTEN_MAX else frozenset()


def whole_since(runs: Sequence[tuple[int, int, bool]], begins: int) -> bool:
    """Whether everything from this number on is here or declared."""
    return all(declared or last < begins for _, last, declared in runs)


def covered_until(seen: frozenset[int], holes: Sequence[Missing], first: int) -> int | None:
    """The last number before whatever the lock may still hold and we do not: what may be acknowledged; None if nothing may."""
    carried_by_none = [hole.first for hole in holes if hole.kind == "not_carried"]
    end = min(carried_by_none, default=max(seen, default=first - 1) + 1)
    here = [seq for seq in seen if seq < end]
    return max(here) if here else None
