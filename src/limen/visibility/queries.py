"""Who may see which record: relations of an asker to a record, and the verdict of the table (HISTORY-1, deny by default).

Relations that need something the product does not have yet (a shared household, a recorded incident, a support grant) are never given.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from limen.access import queries as access
from limen.people import queries as people
from limen.people.queries import ResidencyView, Rights
from limen.visibility import retention, rules, table
from limen.visibility.retention import Deadline, Record, Step
from limen.visibility.rules import Allowed, AskerFacts, Denied, RecordFacts, Verdict

__all__ = [
    "Allowed", "AskerFacts", "Deadline", "Denied", "EventFilter", "Record", "RecordFacts", "Step", "Verdict", "door_class", "event_filter",
    "kept_until", "may_see", "on_the_way", "relations", "shown_as", "verdict",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What one asker may be shown of a property's records, decided once and applied per record without a further read."""

    asker_id: UUID
    rights: Rights
    homes: tuple[ResidencyView, ...]
    managed_doors: frozenset[UUID]

    @property
    def own_units(self) -> frozenset[UUID]:
        """Where the asker lives now."""
        return frozenset(home.unit_id for home in self.homes)

    @property
    def security(self) -> bool:
        """True for named security staff of this building."""
        return self.rights.security_staff

    def allows(
        self,
        record: RecordFacts,
        *,
        person_id: UUID | None,
        host_id: UUID | None,
        door_id: UUID | None,
        unit_id: UUID | None,
        at: datetime | None = None,
    ) -> Verdict:
        """The verdict for one record of this property; `at` is when it happened (an earlier household's visitors stay theirs)."""
        return verdict(record, self.relations(person_id=person_id, host_id=host_id, door_id=door_id, unit_id=unit_id, at=at))

    def relations(
        self, *, person_id: UUID | None, host_id: UUID | None, door_id: UUID | None, unit_id: UUID | None, at: datetime | None = None
    ) -> AskerFacts:
        """What the asker is to this record, in the words of the table."""
        found = {"any_authenticated"}
        if person_id is not None and person_id == self.asker_id:
            found.add("self")
        if host_id is not None and host_id == self.asker_id:
            found.add("host")
        if unit_id is not None and self._lives_there(unit_id, at):
            found |= {"resident_of_unit", "co_resident_unless_masked", "co_resident_that_it_exists"}
        if door_id is not None and door_id in self.managed_doors:
            found.add("pm_of_door")
        return AskerFacts(frozenset(found | self._by_role()))

    def _lives_there(self, unit_id: UUID, at: datetime | None) -> bool:
        return any(home.unit_id == unit_id and (at is None or home.since <= at) for home in self.homes)

    def _by_role(self) -> set[str]:
        manages = self.rights.portfolio_manager or self.rights.property_manager
        found = {"pm_of_property"} if manages else set()
        if manages and self.rights.access != "none":
            found.add("pm_in_scope")
        if self.rights.security_staff:
            found.add("security_of_building")
        return found


def door_class(kind: str) -> str:
    """Maps a door kind to the table's door class: entrance and common are `common` (privacy.md 2)."""
    return rules.DOOR_CLASS_OF_KIND[kind]


def kept_until(record: Record) -> Deadline | None:
    """The earliest deadline of a record and what happens then, by the table that ships with the product (PRIVACY-1)."""
    return retention.deadline(_retention(), record)


def on_the_way(record: Record) -> tuple[Step, ...]:
    """What happens to a record before its end."""
    return retention.steps(_retention(), record)


def shown_as(retention_class: str) -> str | None:
    """The data that a class of the retention table is shown as; None: nobody is ever shown it."""
    return table.shown_as()[retention_class]


def verdict(record: RecordFacts, asker: AskerFacts) -> Verdict:
    """Answers from the table alone; what no row allows is denied."""
    return rules.verdict(table.rows(), record, asker)


def event_filter(asker_id: UUID, property_id: UUID, now: datetime) -> EventFilter:
    """Everything needed to judge records of a property for one asker, in a fixed number of reads."""
    rights = people.rights(asker_id, property_id, now)
    homes = tuple(r for r in people.residencies(person_id=asker_id, now=now) if r.property_id == property_id and r.since <= now)
    return EventFilter(asker_id, rights, homes, access.doors_managed(rights, property_id))


def relations(
    asker_id: UUID,
    *,
    property_id: UUID,
    now: datetime,
    person_id: UUID | None = None,
    host_id: UUID | None = None,
    door_id: UUID | None = None,
    unit_id: UUID | None = None,
    at: datetime | None = None,
) -> AskerFacts:
    """What the asker is to a record about `person_id` (invited by `host_id`) at `door_id`, a door of `unit_id` (None: no unit)."""
    judge = event_filter(asker_id, property_id, now)
    return judge.relations(person_id=person_id, host_id=host_id, door_id=door_id, unit_id=unit_id, at=at)


def may_see(record: RecordFacts, asker: AskerFacts) -> bool:
    """The verdict as a boolean, for filters; surfaces ask `verdict` and answer 404 on `Denied`."""
    return isinstance(verdict(record, asker), Allowed)


@cache
def _retention() -> tuple[retention.Rule, ...]:
    return retention.read_rules(table.retention_rows())
