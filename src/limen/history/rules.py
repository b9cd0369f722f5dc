"""Pure rules: whose an event is, when it happened, which numbers are missing and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

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


def missing(runs: Sequence[tuple[int, int, bool]], *, acknowledged: int | None) -> list[Missing]:
    """Says of each hole what it is: declared; still on the lock, which frees nothing before our word; else undeclared, an alarm (F.2)."""
    found = []
    for first, last, declared in runs:
        if declared:
            found.append(Missing(first, last, "declared"))
        elif acknowledged is not None and last <= acknowledged:
            found.append(Missing(first, last, "undeclared"))
        else:
            found.append(Missing(first, last, "not_carried"))
    return found


def covered_until(seen: frozenset[int], runs: Sequence[tuple[int, int, bool]], first: int) -> int | None:
    """The last number up to which everything is here or declared lost: what may be acknowledged; None if nothing is."""
    holes = [start for start, _, declared in runs if not declared]
    end = min(holes, default=max(seen, default=first - 1) + 1)
    here = [seq for seq in seen if seq < end]
    return max(here) if here else None
