"""How a person's fields are sealed."""

import pytest
from django.db import connection

from limen.people import queries, sealing
from limen.people.models import Person
from limen.storage import kms
from tests.unit.people.conftest import Add


@pytest.mark.rule("PRIVACY-8")
def test_nothing_in_the_table_names_or_reaches_anybody(add: Add) -> None:
    """Neither name nor address nor telephone stands there in clear."""
    add("Zoë Okafor", "zoe.okafor@example.org", phone="+1 212 555 0103")
    with connection.cursor() as cursor:
        cursor.execute("select * from people_person")
        row = b"|".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in cursor.fetchone())
    for clear in ("Zoë", "Okafor", "okafor", "example.org", "5550103", "555 0103"):
        assert clear.encode() not in row


@pytest.mark.rule("PRIVACY-8")
def test_fields_cannot_be_swapped_between_columns_or_people(add: Add) -> None:
    """Each is bound to its row and column."""
    zoe, someone = add("Zoë Okafor", "zoe@example.org"), add("Someone Else", "else@example.org")
    row = Person.objects.get(id=zoe)
    Person.objects.filter(id=zoe).update(first=row.last)
    with pytest.raises(kms.Unreadable):
        queries.person_view(zoe)
    Person.objects.filter(id=someone).update(first=row.first)
    with pytest.raises(kms.Unreadable):
        queries.person_view(someone)


def test_an_address_is_found_whatever_its_capitals() -> None:
    """Its index is always the same, and says nothing about it."""
    index = sealing.index_of(" ZOE@Example.org")
    assert index == sealing.index_of("zoe@example.org") != sealing.index_of("zoe@example.com")
    assert len(index) == 32 and "zoe" not in index
    assert sealing.normal(" ZOE@Example.org ") == "zoe@example.org"


def test_a_person_reads_as_written(add: Add) -> None:
    """Also without address and telephone."""
    zoe = queries.person_view(add("Zoë Okafor", "zoe@example.org", phone="+1 212 555 0103", smartphone=False))
    assert (zoe.name, zoe.email, zoe.phone, zoe.smartphone) == ("Zoë Okafor", "zoe@example.org", "+1 212 555 0103", False)
    assert sealing.fields(zoe) == ("Zoë", "Okafor", "zoe@example.org", "+1 212 555 0103")
    rosa = queries.person_view(add("Rosa Haddad"))
    assert (rosa.email, rosa.phone) == (None, "")
