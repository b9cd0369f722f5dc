"""The service as a phone reaches it: right answers, refusals in its own words, no signal, and a phone that was removed."""

import json

import pytest

from limen.cli.courier.service import NoSignal, PhoneRemoved, Said, Service
from limen.phone.outbox import item
from limen.wire import cbor
from limen.wire.cbor import Malformed
from tests.unit.cli.little_server import Answer, Asked, serving
from tests.unit.phone.scripted import LOCK_ID, NOW, entry, grant

CBOR = "application/cbor"


def test_the_inbox_is_asked_with_the_phones_token() -> None:
    """One view at a time, as bytes; the answer is read whole."""
    said = cbor.encode({"now": NOW * 1000, "phone": "p1", "doors": [entry(grant())]})
    with serving(lambda asked: Answer(body=said, kind=CBOR)) as little:
        service = Service(little.origin, "secret")
        found = service.inbox("manager")
        service.close()
    assert [door.lock_id for door in found.doors] == [LOCK_ID]
    asked = little.asked[0]
    assert (asked.method, asked.path, asked.headers["Authorization"]) == ("POST", "/gateway/inbox", "Bearer secret")
    assert cbor.decode(asked.body) == {"as": "manager"}


def test_handing_in_tells_which_were_answered() -> None:
    """Each by its key."""
    one, two = item("receipt", LOCK_ID, b"1"), item("segment", LOCK_ID, b"2")
    said = cbor.encode({"answers": [{"key": one.key, "status": "taken"}, {"key": two.key, "status": "refused", "reason": "no"}]})
    with serving(lambda asked: Answer(body=said, kind=CBOR)) as little:
        service = Service(little.origin)
        assert service.hand_in([one, two]) == [(one.key, "taken"), (two.key, "refused")]
        service.close()
    body = cbor.decode(little.asked[0].body)
    assert isinstance(body, dict)
    assert body["items"] == [{"key": o.key, "kind": o.kind, "lock": o.lock_id, "data": o.data} for o in (one, two)]


def test_registering_sends_the_public_half_only() -> None:
    """And keeps the token that is told once."""
    with serving(lambda asked: Answer(201, json.dumps({"id": "p1", "token": "t"}).encode(), "application/json")) as little:
        service = Service(little.origin)
        assert service.register(b"\x02" + bytes(32), "a phone") == ("p1", "t")
        service.close()
    assert json.loads(little.asked[0].body)["platform"] == "native"


@pytest.mark.rule("PEOPLE-7")
@pytest.mark.parametrize("status", [401, 410])
def test_a_removed_phone_learns_it(status: int) -> None:
    """Whatever it asks."""
    with serving(lambda asked: Answer(status)) as little:
        service = Service(little.origin, "old")
        with pytest.raises(PhoneRemoved):
            service.time(LOCK_ID, bytes(16))
        service.close()


def test_a_refusal_comes_in_the_services_words() -> None:
    """Problem details, as JSON or CBOR, with their type."""

    def refuse(asked: Asked) -> Answer:
        said: dict[str, object] = {"type": "limit", "title": "Too many", "detail": "Try again at 14:12."}
        if asked.path == "/gateway/time":
            return Answer(429, cbor.encode({"type": "limit", "detail": "Try again at 14:12."}), CBOR)
        return Answer(429, json.dumps(said).encode(), "application/problem+json")

    with serving(refuse) as little:
        service = Service(little.origin)
        for act in (lambda: service.time(LOCK_ID, bytes(16)), lambda: service.remove("p1")):
            with pytest.raises(Said, match="Try again at") as found:
                act()
            assert (found.value.status, found.value.kind) == (429, "limit")
        service.close()


def test_nobody_there_and_nobody_ready_are_no_signal() -> None:
    """What was to be sent stays."""
    service = Service("http://127.0.0.1:9")
    with pytest.raises(NoSignal):
        service.nonce(LOCK_ID)
    service.close()
    with serving(lambda asked: Answer(503)) as little:
        service = Service(little.origin)
        with pytest.raises(NoSignal):
            service.nonce(LOCK_ID)
        service.close()


def test_an_answer_that_is_not_understood_changes_nothing() -> None:
    """Text where bytes should be, or another shape."""
    for body in (b"<html>", cbor.encode({"time": 1}), cbor.encode([])):
        with serving(lambda asked, body=body: Answer(body=body, kind=CBOR)) as little:  # type: ignore[misc]
            service = Service(little.origin)
            with pytest.raises(Malformed):
                service.time(LOCK_ID, bytes(16))
            service.close()
