"""A household hears of it when the property team adds somebody: who lives behind a door sees who came through it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from limen.people.models import Residency
from limen.storage import outbox


def tell_households(joined: Iterable[tuple[UUID, UUID]], property_id: UUID, now: datetime) -> None:
    """Puts a notice for everybody with an account who lives in these units already. `joined`: (person id, unit id) of who was added."""
    newcomers: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for person_id, unit_id in joined:
        newcomers[unit_id].add(person_id)
    living = Residency.objects.filter(Q(until=None) | Q(until__gt=now), unit__in=newcomers, since__lte=now, person__status="active")
    for unit_id, resident in living.values_list("unit_id", "person_id").distinct():
        for who in sorted(newcomers[unit_id] - {resident}):
            facts = {"joined": str(who), "unit": str(unit_id)}
            outbox.put("notice", {"kind": "household_grew", "person": str(resident), "property": str(property_id), "facts": facts}, now)
