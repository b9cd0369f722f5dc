"""One unit of work, all or nothing."""

from datetime import datetime

import pytest
from django.db import transaction

from limen.storage import news, outbox, transactions
from limen.storage.models import OutboxRow
from limen.storage.transactions import unit_of_work


@pytest.mark.rule("NOTICE-2")
@pytest.mark.django_db(transaction=True)
def test_an_exception_undoes_everything_inside(now: datetime) -> None:
    """No row stays, nothing is told."""
    with pytest.raises(ZeroDivisionError), unit_of_work():
        outbox.put("nobody.hears", {"x": 1}, now)
        raise ZeroDivisionError
    assert not OutboxRow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_hearer_that_refuses_undoes_what_it_heard_of(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both become true together or not at all."""
    monkeypatch.setattr(news, "_hearers", {})

    @news.hears("door.touched")
    def refuse(*, now: datetime) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), unit_of_work():
        outbox.put("nobody.hears", {"x": 1}, now)
        news.say("door.touched", now=now)
    assert not OutboxRow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_request_marked_for_undoing_tells_no_news(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that answered with an error leaves nothing behind and alarms nobody."""
    monkeypatch.setattr(news, "_hearers", {})
    heard: list[datetime] = []
    news.hears("door.touched")(lambda *, now: heard.append(now))
    with unit_of_work():
        outbox.put("nobody.hears", {"x": 1}, now)
        news.say("door.touched", now=now)
        transaction.set_rollback(True)
    assert not heard and not OutboxRow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_to_be_done_afterwards_is_done_once_it_is_committed_and_never_if_it_fails(now: datetime) -> None:
    """The outermost unit of work decides; what a failed part of it owed is not owed."""
    done: list[str] = []
    with unit_of_work():
        transactions.afterwards(lambda: done.append(f"outer, {OutboxRow.objects.count()} row"))
        with pytest.raises(ZeroDivisionError), unit_of_work():
            transactions.afterwards(lambda: done.append("of a part that failed"))
            raise ZeroDivisionError
        with unit_of_work():
            outbox.put("nobody.hears", {"x": 1}, now)
            transactions.afterwards(lambda: done.append("inner"))
        assert done == []
    assert done == ["outer, 1 row", "inner"]
    with pytest.raises(ZeroDivisionError), unit_of_work():
        transactions.afterwards(lambda: done.append("never"))
        raise ZeroDivisionError
    with unit_of_work():
        transactions.afterwards(lambda: done.append("never"))
        transaction.set_rollback(True)
    assert len(done) == 2
    with pytest.raises(news.NoUnitOfWork):
        transactions.afterwards(lambda: done.append("never"))
