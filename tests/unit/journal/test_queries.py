"""Reading the journal."""

from datetime import datetime
from uuid import UUID

import pytest

from limen.journal import queries, services
from limen.journal.models import Entry, Head
from limen.kernel.actors import Actor

pytestmark = pytest.mark.django_db

ANA, BEN = (Actor(UUID(int=n), "console") for n in (1, 2))
HERE = UUID(int=88)


@pytest.fixture(autouse=True)
def _three_entries(now: datetime) -> None:
    services.record(ANA, "a.a", "door:1", {"n": 1}, now, property_id=HERE)
    services.record(BEN, "a.b", "door:2", {"n": 2}, now, property_id=HERE)
    services.record(ANA, "a.c", "door:1", {"n": 3}, now)


def test_entries_are_found_by_target_actor_and_property() -> None:
    """The newest first."""
    assert [e.verb for e in queries.entries(target="door:1")] == ["a.c", "a.a"]
    assert [e.verb for e in queries.entries(by=ANA.person_id)] == ["a.c", "a.a"]
    assert [e.verb for e in queries.entries(property_id=HERE)] == ["a.b", "a.a"]


def test_pages_continue_behind_the_last_entry_shown() -> None:
    """No entry twice, none left out."""
    first = queries.entries(limit=2)
    rest = queries.entries(before=first[-1].number)
    assert [e.verb for e in (*first, *rest)] == ["a.c", "a.b", "a.a"]


@pytest.mark.parametrize("field", ["verb", "target", "via", "by", "at", "detail", "property"])
def test_a_changed_entry_breaks_the_chain(field: str, now: datetime) -> None:
    """Whatever was changed in it."""
    new = {"by": UUID(int=9), "at": now.replace(year=2020), "detail": {"n": 9}, "property": None}.get(field, "x")
    second = queries.entries(target="door:2")[0].number
    Entry.objects.filter(id=second).update(**{field: new})
    with pytest.raises(queries.BrokenChain) as broken:
        queries.verify_chain()
    assert broken.value.number == second


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_removed_entry_breaks_the_chain(which: int) -> None:
    """Also the last one, because the head is kept apart."""
    list(Entry.objects.order_by("id"))[which].delete()
    with pytest.raises(queries.BrokenChain):
        queries.verify_chain()


def test_a_removed_head_is_noticed() -> None:
    """Entries without an end are no chain."""
    Head.objects.all().delete()
    with pytest.raises(queries.BrokenChain):
        queries.verify_chain()
