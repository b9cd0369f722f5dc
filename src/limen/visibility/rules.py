"""The visibility table as a pure verdict: deny by default, all matching rows united (privacy.md 4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DATA = frozenset({"event", "photo", "call", "grant", "contact", "journal", "ledger", "ticket", "health", "secret", "aggregate_an1"})
DOOR_CLASSES = frozenset({"unit", "common", "service"})
SUBJECTS = frozenset({"resident", "guest", "staff", "vendor", "unknown", "none"})
DOOR_CLASS_OF_KIND = {"entrance": "common", "common": "common", "unit": "unit", "service": "service"}


class BadTable(Exception):
    """The table holds a row that cannot be meant; without a sound table nothing is shown to anybody."""


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


@dataclass(frozen=True, slots=True)
class Row:
    """One row: which records it speaks of, and which relations it allows. `restricted` None: whether or not."""

    data: str
    door: str
    subject: str
    allow: frozenset[str]
    restricted: bool | None

    def speaks_of(self, record: RecordFacts) -> bool:
        """True if the row is about this record. A record without a door or a subject is met by rows for any only."""
        return (
            self.data == record.data
            and self.door in ("any", record.door_class)
            and self.subject in ("any", record.subject)
            and self.restricted in (None, record.restricted)
        )


def read_rows(table: Iterable[Mapping[str, object]]) -> tuple[Row, ...]:
    """The rows of the file, checked: a misspelt word is an error at start, not a hole. Raises BadTable."""
    return tuple(_row(raw) for raw in table)


def verdict(rows: Iterable[Row], record: RecordFacts, asker: AskerFacts) -> Verdict:
    """What all rows about this record together allow this asker; nothing, if no row does."""
    by = frozenset(relation for row in rows if row.speaks_of(record) for relation in row.allow & asker.relations)
    return Allowed(by) if by else Denied()


def _row(raw: Mapping[str, object]) -> Row:
    data, door, subject, allow = raw.get("data"), raw.get("door"), raw.get("subject"), raw.get("allow")
    if data not in DATA or door not in DOOR_CLASSES | {"any"} or subject not in SUBJECTS | {"any"}:
        raise BadTable(f"unknown word in {dict(raw)}")
    if not isinstance(allow, list) or not allow or not all(isinstance(word, str) for word in allow):
        raise BadTable(f"no relation in {dict(raw)}")
    if set(raw) - {"data", "door", "subject", "allow", "unless", "when"}:
        raise BadTable(f"unknown column in {dict(raw)}")
    return Row(str(data), str(door), str(subject), frozenset(allow), _restricted(raw))


def _restricted(raw: Mapping[str, object]) -> bool | None:
    if raw.get("unless") is None and raw.get("when") is None:
        return None
    if (raw.get("unless"), raw.get("when")) == ("restricted", None):
        return False
    if (raw.get("unless"), raw.get("when")) == (None, "restricted"):
        return True
    raise BadTable(f"unknown condition in {dict(raw)}")
