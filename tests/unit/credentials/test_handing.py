"""A temporary code reaches its guest by exactly one way."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from limen.credentials import services
from limen.kernel.problems import NotYours, Problem, Refused
from limen.storage import outbox
from limen.storage.models import OutboxRow
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor
from tests.unit.credentials.conftest import make

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What was handed to the outbox."""
    bodies: list[dict[str, object]] = []

    def put(topic: str, body: dict[str, object], now: datetime) -> None:
        bodies.append({"topic": topic} | body)

    monkeypatch.setattr(outbox, "put", put)
    return bodies


def hand(
    house: Harbor, code: object, *, person: str = "dana", way: str = "email", to: str = "gus@example.org", at: datetime | None = None
) -> None:
    """Somebody sends a code to somebody."""
    with unit_of_work():
        services.hand_over(
            code_id=code.id,  # type: ignore[attr-defined]
            by_person=house.people[person],
            way=way,
            to=to,
            until="the end of today",
            now=at or house.now,
        )


@pytest.mark.rule("CODE-8")
def test_a_code_is_sent_once_with_the_digits_that_were_told(house: Harbor, sent: list[dict[str, object]]) -> None:
    """One way, once: the mail carries the digits the maker saw, and a second way is refused."""
    made = make(house)
    sent.clear()
    hand(house, made)
    (mail,) = sent
    assert mail["to"] == "gus@example.org"
    assert isinstance(mail["facts"], dict)
    assert mail["facts"]["digits"] == made.digits
    with pytest.raises(Refused) as refused:
        hand(house, made, way="text", to="+1 212 555 0107")
    assert refused.value.type == "handed_over_before"
    assert len(sent) == 1


@pytest.mark.rule("CODE-8")
def test_only_the_maker_sends_it_and_only_soon(house: Harbor, now: datetime) -> None:
    """Somebody else's code, one of a visitor call, and one whose screen is long closed are not sent to anybody."""
    made = make(house)
    with pytest.raises(NotYours):
        hand(house, made, person="theo")
    with pytest.raises(NotYours):
        hand(house, make(house, "instant", call_id=uuid4()))
    with pytest.raises(Refused, match="can no longer be sent"):
        hand(house, made, at=now + 16 * MINUTE)


@pytest.mark.parametrize(
    ("way", "to"),
    [
        ("email", ""),
        ("email", "nobody"),
        ("email", "a@b.org, c@d.org"),
        ("email", "x" * 250 + "@b.org"),
        ("text", "dana"),
        ("pigeon", "a@b.org"),
    ],
)
def test_a_hostile_address_sends_nothing(house: Harbor, way: str, to: str) -> None:
    """Not one address: refused with the reason, and the code can still be sent the right way."""
    made = make(house)
    with pytest.raises(Problem):
        hand(house, made, way=way, to=to)
    hand(house, made)


@pytest.mark.rule("CODE-11")
def test_the_waiting_mail_is_sealed(house: Harbor) -> None:
    """While it waits in the outbox nobody who reads the table reads the digits."""
    made = make(house)
    hand(house, made)
    rows = OutboxRow.objects.filter(topic="mail.code")
    assert rows.count() == 1
    assert all(made.digits.encode() not in bytes(row.body or b"") for row in rows)
