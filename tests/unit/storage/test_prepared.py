"""A prepared read gives what its queryset gives, from one statement that is written once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from limen.storage.models import OutboxRow
from limen.storage.prepared import LONGEST_LIST, Prepared

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
written: list[int] = []


def due_rows(ids: Sequence[UUID], now: datetime, topic: str) -> QuerySet[OutboxRow]:
    written.append(1)
    open_now = Q(done_at=None) | Q(done_at__gt=now)
    return OutboxRow.objects.filter(open_now, id__in=ids, topic=topic, due__lte=now, tries__lt=F("tries") + 3).order_by("id")


def rows(count: int) -> list[UUID]:
    made = [
        OutboxRow(
            id=UUID(int=n + 1),
            topic="even" if n % 2 == 0 else "odd",
            body=bytes([n % 256]),
            put_at=NOON,
            due=NOON + timedelta(hours=n % 5),
            done_at=NOON + timedelta(hours=3) if n % 3 else None,
        )
        for n in range(count)
    ]
    return [row.id for row in OutboxRow.objects.bulk_create(made)]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 40, LONGEST_LIST + 1])
def test_the_rows_are_those_of_the_queryset(count: int) -> None:
    """Whatever the number of ids, at whatever moment, also when the statement was written for other values."""
    ids, read = rows(count), Prepared(due_rows)
    for now in (NOON, NOON + timedelta(hours=2), NOON + timedelta(hours=9)):
        for topic in ("even", "odd", "no such"):
            got, wanted = read(ids=ids, now=now, topic=topic), list(due_rows(ids, now, topic))
            assert [vars(row) | {"_state": None} for row in got] == [vars(row) | {"_state": None} for row in wanted]
            assert not any(row._state.adding for row in got)


@pytest.mark.django_db
def test_the_statement_is_written_once_and_asked_each_time() -> None:
    """Nothing is remembered of what a read gave: a row that changed or went is read as it is now."""
    ids, read = rows(4), Prepared(due_rows)
    del written[:]
    assert [row.id for row in read(ids=ids[:3], now=NOON, topic="even")] == [ids[0]]
    OutboxRow.objects.filter(id=ids[0]).update(tries=2, body=b"other")
    with CaptureQueriesContext(connection) as asked:
        (row,) = read(ids=[*ids[:2], ids[3]], now=NOON, topic="even")
    assert (row.tries, bytes(row.body or b""), len(asked)) == (2, b"other", 1)
    OutboxRow.objects.all().delete()
    assert read(ids=ids[:4], now=NOON, topic="even") == []
    assert len(written) == 1


@pytest.mark.django_db
def test_no_ids_find_nothing_and_nobody_is_asked() -> None:
    """As a queryset does it."""
    with CaptureQueriesContext(connection) as asked:
        assert Prepared(due_rows)(ids=[], now=NOON, topic="even") == []
    assert len(asked) == 0


@pytest.mark.django_db
def test_a_value_that_the_statement_changes_is_refused_when_it_is_written() -> None:
    """A pattern is not the word that was given: such a read would ask for the mark, so it is no prepared one."""
    read = Prepared(lambda topic: OutboxRow.objects.filter(topic__startswith=topic))
    with pytest.raises(ValueError, match="does not stand in the statement"):
        read(topic="ev")
