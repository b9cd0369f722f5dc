"""What a changed door leaves behind, whoever changed it."""

from datetime import datetime
from uuid import UUID

import pytest

from limen.journal import queries as journal
from limen.kernel.actors import SYSTEM
from limen.places import edited, services
from limen.places.models import Door
from limen.storage import ledger
from limen.storage.transactions import unit_of_work


@pytest.mark.rule("PLACE-6")
@pytest.mark.parametrize(("changed", "remembered"), [(("name", "codes_allowed"), 1), (("carried_by_others",), 1), (("name",), 0)])
def test_only_what_a_door_forbids_or_allows_is_remembered(house: UUID, now: datetime, changed: tuple[str, ...], remembered: int) -> None:
    """Every change stands in the journal with its fields."""
    with unit_of_work():
        door = services.create_door(property_id=house, name="Gym", kind="common", by=SYSTEM, now=now)
    before = len(ledger.lines("door_rules"))
    with unit_of_work():
        edited.tell(Door.objects.get(id=door), changed, SYSTEM, now)
    assert len(ledger.lines("door_rules")) - before == remembered
    assert dict(journal.entries(property_id=house)[0].detail) == {"fields": ",".join(changed)}
