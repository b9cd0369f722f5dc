"""Who is forgotten has no account, no phone, no session and no link."""

from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from limen.identity import queries, services
from limen.identity.forgetting import forget_account
from limen.identity.models import User
from limen.kernel.actors import SYSTEM
from limen.people import services as people
from limen.storage import ledger
from limen.storage.models import OutboxRow
from limen.storage.transactions import unit_of_work
from limen.wire.envelope import SoftSigner
from tests.cast import PASSWORD, Harbor

KEY = SoftSigner.from_scalar((77).to_bytes(32, "big")).public


@pytest.mark.rule("PRIVACY-3", "NOTICE-1")
def test_forgetting_a_person_ends_their_account_in_the_same_moment(house: Harbor, now: datetime) -> None:
    """Account, proven address, factors, sessions and phones, and the open browser is signed out; nobody is told, and others stay."""
    for who in ("dana", "theo"):
        services.set_password(person_id=house.people[who], password=PASSWORD, now=now)
    dana = house.people["dana"]
    browser = Client()
    assert browser.post("/signin", {"login": "dana@example.org", "password": PASSWORD}).status_code == 302
    services.enroll_authenticator(person_id=dana, now=now)
    with unit_of_work():
        phone, token = services.register_phone(person_id=dana, public_key=KEY, platform="native", name="Dana's phone", now=now)
    told = OutboxRow.objects.filter(topic="notice").count()
    with unit_of_work():
        people.forget(person_id=dana, by=SYSTEM, now=now)
    assert [user.person_id for user in User.objects.all()] == [house.people["theo"]]
    assert EmailAddress.objects.count() == 1 and not Authenticator.objects.exists()
    assert not UserSession.objects.exists() and not Session.objects.exists()
    kept = queries.phone(phone.id)
    assert kept is not None and kept.removed_at is not None and kept.name == "Phone"
    assert token and queries.phone_by_token(token) is None
    assert OutboxRow.objects.filter(topic="notice").count() == told
    assert "phone_removed" in {line.kind for line in ledger.lines()}
    assert browser.get("/home/").status_code == 302


@pytest.mark.rule("PRIVACY-3")
def test_a_link_that_was_sent_makes_no_account_afterwards(house: Harbor, now: datetime) -> None:
    """And to end it twice changes nothing."""
    with unit_of_work():
        path = services.make_link(person_id=house.people["dana"], property_id=house.property_id, by=SYSTEM, now=now)
        people.forget(person_id=house.people["dana"], by=SYSTEM, now=now)
    invitation = queries.invitation_by_token(path.removeprefix("/join/"), now)
    assert invitation is not None and not invitation.is_open(now)
    with unit_of_work():
        assert not forget_account(house.people["dana"], now)


@pytest.mark.rule("PRIVACY-3")
def test_nothing_ends_where_the_forgetting_is_undone(house: Harbor, now: datetime) -> None:
    """Both become true together or not at all."""
    services.set_password(person_id=house.people["dana"], password=PASSWORD, now=now)

    def half() -> None:
        with unit_of_work():
            people.forget(person_id=house.people["dana"], by=SYSTEM, now=now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert User.objects.filter(person_id=house.people["dana"]).exists()
