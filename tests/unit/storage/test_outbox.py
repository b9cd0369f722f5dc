"""What is told after the commit, at least once."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from limen.storage import outbox
from limen.storage.models import OutboxRow

Told = list[tuple[dict[str, Any], UUID]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """What the receiver of `greeting` was told; a body {"fail": n} fails n times."""
    monkeypatch.setattr(outbox, "_receivers", {})
    found: Told = []

    @outbox.receives("greeting")
    def greet(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
        found.append((body, row_id))
        if len(found) <= body.get("fail", 0):
            raise ConnectionError("the mail server is away")

    yield found


@pytest.mark.rule("NOTICE-2")
@pytest.mark.django_db
def test_what_is_put_is_told_with_its_id_and_once(told: Told, now: datetime) -> None:
    """The id is the same at every telling, so receivers can recognise it."""
    row_id = outbox.put("greeting", {"to": "Zoë", "n": [1, None]}, now)
    assert outbox.waiting(now) == 1
    assert outbox.settle(now) == 1 and outbox.settle(now) == 0
    assert told == [({"to": "Zoë", "n": [1, None]}, row_id)]
    assert outbox.waiting(now) == 0


@pytest.mark.rule("NOTICE-2")
@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_leaves_no_row(told: Told, now: datetime) -> None:
    """Nobody hears of what did not happen."""
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.put("greeting", {}, now)
        raise ZeroDivisionError
    assert outbox.settle(now) == 0 and told == []


@pytest.mark.rule("NOTICE-2")
@pytest.mark.django_db
def test_a_teller_that_died_is_followed_by_another_when_its_lease_ends(told: Told, now: datetime) -> None:
    """Claimed and never noted: told again with the same id, not before."""
    row_id = outbox.put("greeting", {}, now)
    assert len(outbox._claim(now, timedelta(seconds=3))) == 1
    assert outbox.tell_due(now + timedelta(seconds=2)) == 0
    assert outbox.tell_due(now + timedelta(seconds=4)) == 1
    assert [one for _, one in told] == [row_id]


@pytest.mark.django_db
def test_a_failing_receiver_is_asked_again_later_and_stops_nobody(told: Told, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    """First after seconds, then ever more slowly; the log holds no body."""
    outbox.put("greeting", {"fail": 2, "secret": "481 5920"}, now)
    outbox.put("greeting", {"fail": 0}, now + timedelta(milliseconds=1))
    assert outbox.tell_due(now + timedelta(seconds=1)) == 2
    assert outbox.tell_due(now + timedelta(seconds=2)) == 0
    assert outbox.tell_due(now + timedelta(seconds=20)) == 1
    assert len(told) == 3 and OutboxRow.objects.filter(done_at=None).count() == 0
    assert "5920" not in caplog.text and "greeting failed" in caplog.text


@pytest.mark.django_db
def test_a_row_that_nobody_receives_is_kept(told: Told, now: datetime) -> None:
    """A room that starts later gets it."""
    outbox.put("later", {"x": 1}, now)
    outbox.settle(now)
    got: Told = []
    outbox.receives("later")(lambda body, row_id, now: got.append((body, row_id)))
    outbox.settle(now + timedelta(hours=1))
    assert [body for body, _ in got] == [{"x": 1}]


@pytest.mark.rule("PRIVACY-8")
@pytest.mark.django_db
def test_a_body_is_sealed_while_it_waits_and_gone_once_told(told: Told, now: datetime) -> None:
    """The table never holds an address or a code in clear."""
    outbox.put("greeting", {"to": "zoe@example.org"}, now)
    assert b"zoe" not in bytes(OutboxRow.objects.get().body or b"zoe")
    outbox.settle(now)
    assert OutboxRow.objects.get().body is None


@pytest.mark.django_db
def test_a_later_job_waits_for_its_time(told: Told, now: datetime) -> None:
    """A call that rings for 45 seconds is ended by one."""
    outbox.put("greeting", {}, now, due=now + timedelta(seconds=45))
    assert outbox.tell_due(now + timedelta(seconds=44)) == 0
    assert outbox.tell_due(now + timedelta(seconds=45)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_dispatcher_lets_old_rows_go_by_itself(told: Told, now: datetime) -> None:
    """At its start, and every few hours after: the table holds a week, however long the service lives."""
    at = [now]
    dispatcher = outbox.Dispatcher(now=lambda: at[0])
    for days, left in ((0, 1), (6, 2), (8, 2), (16, 1)):
        at[0] = now + timedelta(days=days)
        outbox.put("greeting", {}, at[0])
        dispatcher._once()
        assert OutboxRow.objects.count() == left, days


@pytest.mark.django_db
def test_told_rows_leave_after_a_week(told: Told, now: datetime) -> None:
    """Waiting ones never do."""
    outbox.put("greeting", {}, now)
    outbox.settle(now)
    outbox.put("later", {}, now)
    assert outbox.tidy(now + timedelta(days=6)) == 0
    assert outbox.tidy(now + timedelta(days=8)) == 1
    assert OutboxRow.objects.get().topic == "later"


def test_a_topic_has_one_receiver(told: Told) -> None:
    """A second one would be decided by the order of imports."""
    with pytest.raises(ValueError, match="greeting has a receiver"):
        outbox.receives("greeting")(lambda body, row_id, now: None)


@pytest.mark.django_db
def test_an_endless_body_is_refused(now: datetime) -> None:
    """At most 64 KiB."""
    with pytest.raises(ValueError, match="larger"):
        outbox.put("greeting", {"x": "y" * outbox.BODY_MAX_BYTES}, now)


@pytest.mark.rule("NOTICE-2")
@pytest.mark.django_db(transaction=True)
def test_the_dispatcher_tells_right_after_a_commit_and_stops_when_told(told: Told, now: datetime) -> None:
    """The bell rings on commit: no poll is waited for."""
    dispatcher = outbox.Dispatcher(now=lambda: now, poll_s=30)
    thread = threading.Thread(target=dispatcher.run)
    thread.start()
    try:
        time.sleep(0.1)
        outbox.put("greeting", {}, now)
        deadline = time.monotonic() + 10
        while not told and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(told) == 1
    finally:
        dispatcher.stop()
        thread.join(10)
    assert not thread.is_alive()
