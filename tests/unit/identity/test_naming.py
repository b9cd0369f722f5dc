"""Accounts have names instead of addresses, and what somebody types still leads to theirs."""

import json
import re
from datetime import datetime
from importlib import import_module
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter as factors
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.http import int_to_base36

from limen.identity import naming, queries, services
from limen.identity.models import User
from limen.identity.passwords import ResetTokens
from limen.kernel.actors import SYSTEM
from limen.people import services as people
from limen.storage import kms, outbox
from limen.storage.models import OutboxRow
from limen.storage.transactions import unit_of_work
from tests.cast import PASSWORD, PEOPLE, Harbor
from tests.thief import places_of

FROM = ("203.0.113.77", "Quokka/7.1")
ADDRESSES = [address for _, _, address in PEOPLE.values() if address]
LINK = re.compile(r"https?://[^/\s]+(/account/password/reset/key/\S+)")


@pytest.fixture
def dana(house: Harbor, now: datetime) -> User:
    """Dana has an account."""
    services.set_password(person_id=house.people["dana"], password=PASSWORD, now=now)
    return User.objects.get(person_id=house.people["dana"])


def mails() -> list[dict[str, Any]]:
    """What waits to be sent as it is."""
    rows = OutboxRow.objects.filter(topic="mail").order_by("put_at", "id")
    return [json.loads(kms.unseal(outbox.KEY_ID, bytes(row.body or b""), outbox._context(row.id))) for row in rows]


def somebody() -> Client:
    """A browser that tells where it sits and what it is."""
    return Client(REMOTE_ADDR=FROM[0], headers={"user-agent": FROM[1]})


def sign_in(typed: str, password: str = PASSWORD) -> Any:
    return somebody().post("/signin", {"login": typed, "password": password})


@pytest.mark.rule("PRIVACY-8")
def test_whoever_steals_the_database_reads_no_address_and_no_place(house: Harbor, dana: User, now: datetime) -> None:
    """After signing in by password and by code, asking for a new password, and with an authenticator: in no table, sessions included."""
    services.enroll_authenticator(
        person_id=services.set_password(person_id=house.people["theo"], password=PASSWORD, now=now).person_id, now=now
    )
    assert sign_in("Dana@Example.org").status_code == 302
    for asked in ("dana@example.org", "nobody@example.org"):
        browser = somebody()
        assert browser.post("/signin/lost", {"email": asked}).status_code == 302
        assert browser.post("/account/login/code/", {"email": asked}).status_code == 302
    sign_in("kim@example.org", "somebody guesses at length")
    assert Session.objects.exists() and UserSession.objects.exists() and mails()
    assert places_of([*ADDRESSES, "nobody@example.org", *FROM]) == []
    assert [(seen.ip, seen.user_agent) for seen in queries.sessions(dana, None)] == [FROM]


@pytest.mark.rule("PEOPLE-5", "PRIVACY-8")
def test_the_name_of_an_account_signs_nobody_in(dana: User) -> None:
    """It stands in the database and holds a number that staff see in addresses of pages: typed, it leads nowhere, right password or not."""
    assert sign_in(dana.email).status_code == 200
    Client().post("/signin/lost", {"email": dana.email})
    Client().post("/account/login/code/", {"email": dana.email})
    assert mails() == []
    assert sign_in("dana@example.org").status_code == 302


@pytest.mark.rule("PEOPLE-5")
def test_a_name_does_not_tell_whether_there_is_an_account(house: Harbor) -> None:
    """Strangers' names are as long and as random, and the same each time."""
    known, unknown = naming.name_for("dana@example.org"), naming.name_for("nobody@example.org")
    assert known == naming.name_of(house.people["dana"])
    assert len(known) == len(unknown) and unknown == naming.name_for(" Nobody@example.org ")
    assert (naming.address_of(known), naming.address_of(unknown)) == ("dana@example.org", None)
    assert naming.address_of("dana@example.org") is None


def test_a_new_password_is_set_by_the_link_of_the_mail(dana: User) -> None:
    """The mail goes to the address that staff wrote down, the link works once, and the old password is over."""
    browser = somebody()
    browser.post("/signin/lost", {"email": "DANA@example.org"})
    (mail,) = mails()
    assert mail["to"] == "dana@example.org" and naming.HOST not in mail["text"]
    path = LINK.search(mail["text"])
    assert path
    form = browser.get(path[1]).headers["Location"]
    new = "another morning at the harbor"
    assert browser.post(form, {"password1": new, "password2": new}).status_code == 302
    assert sign_in("dana@example.org").status_code == 200
    assert sign_in("dana@example.org", new).status_code == 302


def test_a_mailed_code_signs_in(dana: User) -> None:
    """Asked for by address, sent to the person's own, typed once."""
    browser = somebody()
    asked = browser.post("/account/login/code/", {"email": "dana@example.org"})
    (mail,) = mails()
    assert mail["to"] == "dana@example.org" and naming.HOST not in mail["text"]
    code = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", mail["text"], re.M)
    assert code, mail["text"]
    assert browser.post(asked.headers["Location"], {"code": code[1]}).status_code == 302
    assert browser.session["_auth_user_id"] == str(dana.pk)


@pytest.mark.rule("PEOPLE-1")
def test_a_new_address_signs_in_at_once_and_the_old_one_no_more(house: Harbor, dana: User, now: datetime) -> None:
    """Also a link that went to the old mailbox sets no password any more."""
    token = ResetTokens().make_token(dana)
    with unit_of_work():
        people.edit_person(person_id=house.people["dana"], email="d.whitfield@example.org", by=SYSTEM, now=now)
    assert sign_in("dana@example.org").status_code == 200
    assert sign_in("d.whitfield@example.org").status_code == 302
    assert not ResetTokens().check_token(dana, token)
    page = Client().get(f"/account/password/reset/key/{int_to_base36(dana.pk)}-{token}/", follow=True)
    assert "password1" not in page.content.decode()
    assert services.set_password(person_id=house.people["dana"], password=PASSWORD, now=now).email == "d.whitfield@example.org"


def test_a_password_like_the_address_is_refused(house: Harbor, now: datetime) -> None:
    """Although the account's row does not hold the address."""
    with pytest.raises(Exception, match="too similar"):
        services.set_password(person_id=house.people["dana"], password="dana@example.org", now=now)


def test_passkey_and_authenticator_show_the_address_to_their_owner(dana: User) -> None:
    """On the person's own device, where several accounts lie side by side."""
    shown = factors().get_public_key_credential_user_entity(dana)
    assert (shown["name"], shown["display_name"]) == ("dana@example.org", "dana@example.org")
    assert factors().get_totp_label(dana) == "dana@example.org"


@pytest.mark.rule("PRIVACY-8")
def test_an_installation_from_before_keeps_its_accounts_and_loses_the_addresses(house: Harbor, dana: User, now: datetime) -> None:
    """Addresses in clear become names; password, factors and proof stay, sessions begin anew."""
    services.enroll_authenticator(person_id=house.people["dana"], now=now)
    services.set_password(person_id=house.people["theo"], password=PASSWORD, now=now)
    nobody = User.objects.create(email="left@example.org", person_id=None)
    User.objects.filter(pk=dana.pk).update(email="dana@example.org")
    EmailAddress.objects.filter(user=dana).update(email="dana@example.org")
    User.objects.filter(person_id=house.people["theo"]).update(email="theo@example.org")
    EmailAddress.objects.filter(user__person_id=house.people["theo"]).update(email="theo@example.org", verified=False)
    UserSession.objects.bulk_create([UserSession(user=dana, session_key="d" * 32, ip=FROM[0], user_agent=FROM[1])])
    assert len(places_of([*ADDRESSES, "left@example.org", *FROM])) > 5
    import_module("limen.identity.migrations.0002_names_for_addresses").give_names(apps, None)
    assert places_of([*ADDRESSES, "left@example.org", *FROM]) == []
    answer = sign_in("dana@example.org")
    assert answer.status_code == 302 and "2fa" in answer.headers["Location"]
    theo = EmailAddress.objects.get(user__person_id=house.people["theo"])
    assert (theo.verified, theo.primary, theo.email) == (False, True, naming.name_of(house.people["theo"]))
    nobody.refresh_from_db()
    assert nobody.address == ""
