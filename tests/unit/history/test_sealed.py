"""Events at rest."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from limen.history import sealed
from limen.history.sealed import Body
from limen.storage import kms
from limen.wire.events import Method, Result
from limen.wire.refusals import Reason
from tests.unit.history.conftest import Archive

NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
EVENT, HOUSE, UNIT = UUID(int=1), UUID(int=2), UUID(int=3)


def body(person: UUID | None = None) -> Body:
    return Body(1_795_287_720, 0, 0, 1, 1, 0, "", "resident", str(person) if person else None, None, None, "", 1, False)


def test_an_event_comes_back_as_it_was(settings: object) -> None:
    """For each audience, from the outside in."""
    day, dana = date(2026, 11, 21), UUID(int=77)
    for unit, resident in ((None, None), (UNIT, None), (UNIT, dana)):
        readers = sealed.audience(property_id=HOUSE, day=day, unit_id=unit, resident_id=resident)
        data = sealed.seal(EVENT, body(dana), readers)
        assert sealed.unseal(EVENT, sealed.day_key(HOUSE, day), data) == body(dana)
        assert sealed.unseal(UUID(int=9), sealed.day_key(HOUSE, day), data) is None


@pytest.mark.rule("PRIVACY-8")
@pytest.mark.parametrize("which", [0, 1, 2])
def test_destroying_any_key_of_the_audience_ends_the_event(which: int) -> None:
    """The day, the household, the person: any part gone, the event is gone (invariants 74, 77)."""
    day, dana, unit = date(2026, 1, 1 + which), UUID(int=100 + which), UUID(int=200 + which)
    readers = sealed.audience(property_id=HOUSE, day=day, unit_id=unit, resident_id=dana)
    data = sealed.seal(EVENT, body(dana), readers)
    kms.destroy(readers.keys[which], now=NOW)
    assert sealed.unseal(EVENT, sealed.day_key(HOUSE, day), data) is None


def test_rows_of_a_unit_door_look_alike(archive: Archive) -> None:
    """In clear a row says door and day; its size does not tell a resident from a guest or a wrong code (H.3)."""
    from limen.history.models import Event

    archive.entry("Unit 4B", "Dana")
    archive.entry("Unit 4B", "Ines")
    archive.entry("Unit 4B", None, method=Method.CODE, result=Result.REFUSED, reason=Reason.WRONG_CODE)
    archive.carry("Unit 4B")
    bodies = [bytes(body) for body in Event.objects.values_list("body", flat=True) if body is not None]
    assert len({len(body) for body in bodies}) == 1
    assert not any(str(person_id).encode() in body for person_id in archive.house.people.values() for body in bodies)
