"""The visibility table as a pure verdict: deny by default, all matching rows united (privacy.md 4)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What the table asks of a record. `door_class`: unit, common, service; `subject`: resident, guest, staff, vendor, unknown, none."""

    data: str  # event, photo, call, grant, contact, journal, ledger, ticket, health, secret, aggregate_an1
    door_class: str = "any"
    subject: str = "any"
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class AskerFacts:
    """What the asker is to the record, in the words of the table: self, host, co_resident…, pm_of_door, security_of_building …"""

    relations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes, and by which relations."""

    by: frozenset[str]


@dataclass(frozen=True, slots=True)
class Denied:
    """No: no row of the table allows it."""


Verdict = Allowed | Denied
