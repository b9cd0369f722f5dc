"""Writing the journal."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from limen.journal import queries, services
from limen.journal.rules import NotForTheJournal
from limen.kernel.actors import SYSTEM, Actor

pytestmark = pytest.mark.django_db

ANA = Actor(UUID(int=1), "console")
HERE = UUID(int=88)


def test_an_entry_says_who_did_what_to_what_and_when(now: datetime) -> None:
    """As given, in the order given."""
    services.record(ANA, "grant.given", "person:7", {"doors": 3}, now, property_id=HERE)
    services.record(SYSTEM, "grant.ended", "person:7", {}, now + timedelta(hours=1))
    ended, given = queries.entries(target="person:7")
    assert (given.by, given.via, given.verb, given.at, given.property_id, dict(given.detail)) == (
        ANA.person_id, "console", "grant.given", now, HERE, {"doors": 3},
    )  # fmt: skip
    assert (ended.by, ended.verb, ended.property_id) == (None, "grant.ended", None)
    assert queries.verify_chain() == 2


def test_an_undone_transaction_leaves_no_entry_and_no_break(now: datetime) -> None:
    """The chain goes on behind the last entry that stayed."""
    services.record(ANA, "a.a", "t", {}, now)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.record(ANA, "a.b", "t", {}, now)
        raise ZeroDivisionError
    services.record(ANA, "a.c", "t", {}, now)
    assert [entry.verb for entry in queries.entries()] == ["a.c", "a.a"]
    assert queries.verify_chain() == 2


def test_a_code_never_gets_in(now: datetime) -> None:
    """The whole entry is refused."""
    with pytest.raises(NotForTheJournal):
        services.record(ANA, "code.shown", "door:1", {"shown": "481 5920"}, now)
    assert queries.entries() == ()
