"""Invitations, accounts and phones through the face of the room."""

from datetime import datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client

from limen.identity import queries, services
from limen.identity.models import Invitation, Phone, User
from limen.kernel.problems import NotYours, Problem, Refused
from limen.people import queries as people
from limen.storage import ledger, news, outbox
from limen.storage.transactions import unit_of_work
from limen.wire.envelope import SoftSigner
from limen.wire.grants import key8
from tests.cast import PASSWORD, Harbor

DAY = timedelta(days=1)
KEY = SoftSigner.from_scalar((77).to_bytes(32, "big")).public


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """The notices that were put into the outbox."""
    put: list[dict[str, object]] = []

    def keep(topic: str, body: dict[str, object], now: datetime) -> None:
        put.append({"topic": topic} | body)

    monkeypatch.setattr(outbox, "put", keep)
    return put


def link(house: Harbor, person: str = "dana", at: datetime | None = None) -> str:
    """A token for somebody."""
    path = services.make_link(person_id=house.people[person], property_id=house.property_id, by=house.actor(), now=at or house.now)
    return path.removeprefix("/join/")


@pytest.mark.rule("PEOPLE-4")
def test_an_invitation_mails_at_once_and_makes_one_account(house: Harbor, now: datetime, mails: list[dict[str, object]]) -> None:
    """Inviting puts one mail into the outbox; accepting makes the account once, and the person is active."""
    services.invite(person_id=house.people["dana"], property_id=house.property_id, by=house.actor(), now=now)
    (mail,) = mails
    facts = mail["facts"]
    assert isinstance(facts, dict)
    token = str(facts["path"]).removeprefix("/join/")
    assert people.person_view(house.people["dana"]).status == "pending"
    user = services.accept_invitation(token=token, password=PASSWORD, now=now + DAY)
    assert (user.person_id, user.email) == (house.people["dana"], "dana@example.org")
    assert people.person_view(house.people["dana"]).status == "active"
    with pytest.raises(Refused, match="has run out"):
        services.accept_invitation(token=token, password=PASSWORD, now=now + DAY)
    with pytest.raises(Refused) as refused:
        services.invite(person_id=house.people["dana"], property_id=house.property_id, by=house.actor(), now=now)
    assert refused.value.type == "already_active"


def test_a_token_is_kept_as_a_hash_only(house: Harbor) -> None:
    """What stands in the database cannot be used as a link."""
    token = link(house)
    row = Invitation.objects.get()
    assert token.encode() not in bytes(row.token_hash)
    assert len(bytes(row.token_hash)) == 32


def test_a_newer_link_ends_the_older_and_all_end_after_thirty_days(house: Harbor, now: datetime) -> None:
    """Only the newest link works, and none for ever; a made-up one is answered like one that never was."""
    old, new = link(house), link(house)
    with pytest.raises(Refused):
        services.accept_invitation(token=old, password=PASSWORD, now=now)
    with pytest.raises(Refused):
        services.accept_invitation(token=new, password=PASSWORD, now=now + 31 * DAY)
    for hostile in ("", "x" * 43, "../../etc", "é" * 10, "a" * 10_000):
        with pytest.raises(NotYours):
            services.accept_invitation(token=hostile, password=PASSWORD, now=now)
    assert services.accept_invitation(token=new, password=PASSWORD, now=now).email == "dana@example.org"


@pytest.mark.rule("PEOPLE-5")
@pytest.mark.parametrize("password", ["short", "eleven-char", "x" * 1025, "password1234", "dana@example.org"])
def test_bad_passwords_leave_the_link_open(house: Harbor, now: datetime, password: str) -> None:
    """Too short, too long, too common or like the address: refused with the reason, and the link still works."""
    token = link(house)
    with pytest.raises(Problem) as refused:
        services.accept_invitation(token=token, password=password, now=now)
    assert refused.value.type == "password"
    assert password not in refused.value.title
    services.accept_invitation(token=token, password="a" * 1000 + "bcdefgh", now=now)


@pytest.mark.rule("PEOPLE-1")
def test_without_an_address_nobody_is_invited(house: Harbor, now: datetime) -> None:
    """Rosa has no e-mail: she gets letters and cannot sign in."""
    with pytest.raises(Refused, match="no e-mail"):
        services.invite(person_id=house.people["rosa"], property_id=house.property_id, by=house.actor(), now=now)


def test_registering_a_phone(house: Harbor, now: datetime) -> None:
    """A phone is known by its key; the native one gets a token once, kept as a hash; somebody else's key is refused."""
    dana, theo = house.people["dana"], house.people["theo"]
    services.set_password(person_id=dana, password=PASSWORD, now=now)
    assert not queries.has_app(dana)
    phone, token = services.register_phone(person_id=dana, public_key=KEY, platform="native", name="  Dana's\nphone ", now=now)
    assert (phone.name, phone.key8, phone.public_key) == ("Dana's phone", key8(KEY), KEY)
    assert token is not None
    assert token.encode() not in bytes(Phone.objects.get().token_hash or b"")
    assert queries.phone_by_token(token) == phone
    assert queries.has_app(dana)
    again, fresh = services.register_phone(person_id=dana, public_key=KEY, platform="native", name="other", now=now)
    assert again.id == phone.id
    assert queries.phone_by_token(token) is None
    assert fresh is not None
    assert queries.phone_by_token(fresh) is not None
    with pytest.raises(Refused) as refused:
        services.register_phone(person_id=theo, public_key=KEY, platform="browser", name="", now=now)
    assert refused.value.type == "key_in_use"


@pytest.mark.parametrize("key", [b"", b"\x02" * 32, b"\x05" + b"\x01" * 32, b"\x02" + b"\xff" * 32, b"\x02" * 4000])
def test_a_key_that_is_no_key_is_refused(house: Harbor, now: datetime, key: bytes) -> None:
    """Only points of the curve are keys; nothing is kept of anything else."""
    with pytest.raises(Problem, match="not a phone's key"):
        services.register_phone(person_id=house.people["dana"], public_key=key, platform="browser", name="", now=now)
    assert not Phone.objects.exists()


@pytest.mark.rule("PEOPLE-7")
def test_removing_a_phone(house: Harbor, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its token is dead at once, the ledger knew before the commit, others hear of it, and its key never comes back."""
    heard: list[dict[str, object]] = []
    monkeypatch.setitem(news._hearers, "phone.removed", [lambda **facts: heard.append(facts)])
    dana = house.people["dana"]
    services.set_password(person_id=dana, password=PASSWORD, now=now)
    phone, token = services.register_phone(person_id=dana, public_key=KEY, platform="native", name="", now=now)
    with unit_of_work():
        services.remove_phone(phone_id=phone.id, by=house.actor("dana"), now=now)
    assert token is not None
    assert queries.phone_by_token(token) is None
    assert not queries.has_app(dana)
    assert queries.phones(dana) == ()
    assert [p.id for p in queries.phones(dana, gone_too=True)] == [phone.id]
    assert heard[0]["phone_id"] == str(phone.id)
    assert ledger.lines("phone_removed")[-1].facts["phone"] == str(phone.id)
    with pytest.raises(Refused, match="was removed"):
        services.register_phone(person_id=dana, public_key=KEY, platform="native", name="", now=now)


@pytest.mark.rule("PEOPLE-7")
def test_a_stolen_browser_does_not_register_anew(house: Harbor, now: datetime) -> None:
    """Removing a phone signs the person out everywhere but where they asked from; other people stay signed in."""
    clients: dict[str, list[Client]] = {}
    for who in ("dana", "theo"):
        services.set_password(person_id=house.people[who], password=PASSWORD, now=now)
        clients[who] = [Client(), Client()]
        for client in clients[who]:
            user = User.objects.get(person_id=house.people[who])
            client.force_login(user)
            UserSession.objects.create(user=user, session_key=client.session.session_key, ip="192.0.2.1", user_agent="")
    phone, _ = services.register_phone(person_id=house.people["dana"], public_key=KEY, platform="browser", name="", now=now)
    here, stolen = clients["dana"]
    with unit_of_work():
        services.remove_phone(phone_id=phone.id, by=house.actor("dana"), now=now, keep_session=here.session.session_key or "")
    assert here.session.get("_auth_user_id") is not None
    assert stolen.session.get("_auth_user_id") is None
    assert all(client.session.get("_auth_user_id") is not None for client in clients["theo"])


def test_an_authenticator_secret_is_sealed(house: Harbor, now: datetime) -> None:
    """What stands in the database is not the secret, and the secret works."""
    services.set_password(person_id=house.people["ana"], password=PASSWORD, now=now)
    secret = services.enroll_authenticator(person_id=house.people["ana"], now=now)
    row = Authenticator.objects.get()
    assert secret not in str(row.data)
    from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time

    counter = next(iter(yield_hotp_counters_from_time()))
    # The half minute may end between the two lines: then the next one's code is right.
    assert any(TOTP(row).validate_code(format_hotp_value(hotp_value(secret, one))) for one in (counter, counter + 1))
