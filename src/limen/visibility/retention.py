"""The retention engine: every row of the table that fits gives a deadline, the earliest wins, only a hold suspends (PRIVACY-1).

Pure: the rows come in as values, the clocks of a record as instants. A request, a rule or an event can only shorten a life.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from limen.kernel.periods import after

STEPS: Final = frozenset({"unlink"})
"""These happen at their own deadline and end nothing."""
NOT_AN_INSTANT: Final = frozenset({"none", "next_sync", "until_release"})
FOR_EVER: Final = frozenset({"keep", "suspend"})
HARSHEST_FIRST: Final = ("delete", "drop_and_count", "delete_and_count", "shred_subject_key", "expire_and_shred_epoch_key", "anonymise")
"""At the same instant the earlier in this list wins: deleting beats making anonymous."""


class BadRetention(Exception):
    """The table holds a row that cannot be meant; nothing is kept by a guess."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: which records, counted from which clock, for how long, and what then. `legal_max` is a law or a public promise."""

    id: str
    cls: str
    door: str
    profile: str
    subject: str
    clock: str
    target: str
    legal_max: str
    action: str
    otherwise_after: str | None = None
    otherwise_action: str | None = None

    def fits(self, record: "Record") -> bool:
        """True if the row speaks of this record; it counts only once its clock runs."""
        return (
            self.cls in (record.cls, "any")
            and self.door in ("any", record.door)
            and self.profile in ("any", record.profile)
            and self.subject in ("any", *record.subjects)
            and self.clock in record.clocks
        )


@dataclass(frozen=True, slots=True)
class Record:
    """What the table asks of a record. `subjects` are all words that fit it now: resident, requester, requester_as_guest, household_all …

    `requester` fits a unit door's event only for who was a resident there; the caller says so (privacy.md 2).
    """

    cls: str
    clocks: Mapping[str, datetime]
    door: str = "any"
    profile: str = "any"
    subjects: frozenset[str] = field(default_factory=frozenset)
    held_by: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a record ends, how, by which row, and the last instant that a law or promise allows (None: no such limit)."""

    at: datetime
    action: str
    rule: str
    legal_max: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens to a record on its way and does not end it."""

    at: datetime
    action: str
    rule: str


def read_rules(rows: Iterable[Mapping[str, object]]) -> tuple[Rule, ...]:
    """The rows of the file. Raises BadRetention for an action or duration that nobody knows."""
    return tuple(_rule(row) for row in rows)


def deadline(rules: Iterable[Rule], record: Record) -> Deadline | None:
    """The earliest end of a record; None while a hold names it, or for what is kept for good (anonymous counts)."""
    if record.held_by:
        return None
    ends = [(rule, at) for rule in rules if rule.fits(record) and rule.action not in STEPS | FOR_EVER for at in _instants(rule, record)]
    if not ends:
        return None
    rule, at = min(ends, key=lambda end: (end[1], HARSHEST_FIRST.index(end[0].action)))
    return Deadline(at, rule.action, rule.id, _legal_max(rules, record))


def steps(rules: Iterable[Rule], record: Record) -> tuple[Step, ...]:
    """What happens to a record before its end, earliest first; what happens only where its end does not come (R62), too."""
    fitting = [rule for rule in rules if rule.fits(record) and not record.held_by]
    found = [Step(after(record.clocks[rule.clock], rule.target), rule.action, rule.id) for rule in fitting if rule.action in STEPS]
    found += [
        Step(after(record.clocks[rule.clock], rule.otherwise_after), rule.otherwise_action, rule.id)
        for rule in fitting
        if rule.otherwise_after is not None and rule.otherwise_action in STEPS
    ]
    return tuple(sorted(found, key=lambda step: step.at))


def _instants(rule: Rule, record: Record) -> list[datetime]:
    start = record.clocks[rule.clock]
    if rule.target not in NOT_AN_INSTANT:
        return [after(start, rule.target)]
    return []  # a lock's own "next update": its receipt ends it, or `otherwise` unlinks it


def _legal_max(rules: Iterable[Rule], record: Record) -> datetime | None:
    limits = [
        after(record.clocks[r.clock], r.legal_max) for r in rules if r.fits(record) and r.legal_max != "none" and r.action not in STEPS
    ]
    return min(limits, default=None)


def _rule(row: Mapping[str, object]) -> Rule:
    otherwise = row.get("otherwise")
    rule = Rule(
        id=str(row["id"]),
        cls=str(row["cls"]),
        door=str(row["door"]),
        profile=str(row["profile"]),
        subject=str(row["subject"]),
        clock=str(row["clock"]),
        target=str(row["target"]),
        legal_max=str(row["legal_max"]),
        action=str(row["action"]),
        otherwise_after=str(otherwise["after"]) if isinstance(otherwise, dict) else None,
        otherwise_action=str(otherwise["action"]) if isinstance(otherwise, dict) else None,
    )
    if rule.action not in STEPS | FOR_EVER and rule.action not in HARSHEST_FIRST:
        raise BadRetention(f"{rule.id}: nobody knows how to {rule.action}")
    for duration in (rule.target, rule.legal_max):
        if duration not in NOT_AN_INSTANT:
            after(datetime(2024, 1, 1, tzinfo=UTC), duration)
    return rule
