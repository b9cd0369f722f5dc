"""Signing in over HTTP: what allauth asks us, seen from outside."""

import re
from datetime import datetime
from typing import Any

import pytest
from allauth.account.internal.emailkit import valid_email_or_none
from allauth.account.internal.userkit import filter_users_by_email
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.test import Client, RequestFactory
from django.utils import translation

from limen.identity import queries, services
from limen.identity.adapters import MfaAdapter, SocialAdapter
from limen.identity.models import User
from limen.storage.models import OutboxRow
from tests.cast import PASSWORD, Harbor


@pytest.fixture
def account(house: Harbor, now: datetime) -> User:
    """Dana has an account."""
    services.set_password(person_id=house.people["dana"], password=PASSWORD, now=now)
    return User.objects.get(person_id=house.people["dana"])


def sign_in(client: Client, email: str, password: str) -> Any:
    """The form of the sign-in page."""
    return client.post("/signin", {"login": email, "password": password})


@pytest.mark.rule("PEOPLE-5")
def test_signing_in_does_not_tell_who_has_an_account(account: User) -> None:
    """A wrong password and an unknown address get the same status and the same words."""
    wrong = sign_in(Client(), "dana@example.org", "not her password at all")
    unknown = sign_in(Client(), "nobody@example.org", "not her password at all")
    assert wrong.status_code == unknown.status_code
    assert _errors(wrong) == _errors(unknown) != []


@pytest.mark.parametrize(
    ("language", "wrong", "many"),
    [
        ("en", "Wrong e-mail or password.", r"Too many tries\. Try again at \d\d:\d\d\."),
        ("es", "Correo o contraseña incorrectos.", r"Demasiados intentos\. Inténtelo de nuevo a las \d\d:\d\d\."),
    ],
)
def test_a_failed_sign_in_is_said_in_the_words_of_the_house(account: User, language: str, wrong: str, many: str) -> None:
    """M26, and when to come back; in both languages."""
    browser = Client(headers={"accept-language": language})
    said = [sign_in(browser, "dana@example.org", f"not this one {n}").content.decode() for n in range(8)]
    assert wrong in said[0] and re.search(many, said[-1]) and wrong not in said[-1]


@pytest.mark.rule("PEOPLE-5")
def test_tries_are_limited_per_account(account: User) -> None:
    """After five wrong tries even the right password waits."""
    client = Client()
    for _ in range(5):
        sign_in(client, "dana@example.org", "not her password at all")
    answer = sign_in(client, "dana@example.org", PASSWORD)
    assert answer.status_code != 302
    assert not queries.sessions(account, None)


@pytest.mark.rule("PEOPLE-4")
def test_nobody_signs_up(house: Harbor) -> None:
    """The sign-up page makes no account, whatever is sent to it."""
    before = User.objects.count()
    Client().post("/account/signup/", {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.count() == before


def test_a_reset_mails_account_holders_only_and_answers_alike(account: User) -> None:
    """Asking for a new password answers the same for everybody; only a known address gets a mail, by the outbox."""
    known = Client().post("/signin/lost", {"email": "dana@example.org"})
    assert OutboxRow.objects.filter(topic="mail").count() == 1
    unknown = Client().post("/signin/lost", {"email": "nobody@example.org"})
    assert OutboxRow.objects.filter(topic="mail").count() == 1
    assert (known.status_code, known.headers.get("Location")) == (unknown.status_code, unknown.headers.get("Location"))


@pytest.mark.rule("PEOPLE-5")
def test_sessions_are_listed_and_ended_one_by_one(account: User, now: datetime) -> None:
    """Two browsers are two sessions; ending one signs out that one only, and nobody ends somebody else's."""
    first, second = Client(), Client()
    for client in (first, second):
        assert sign_in(client, "dana@example.org", PASSWORD).status_code == 302
    here = first.session.session_key
    listed = queries.sessions(account, here)
    assert [s.is_this for s in listed].count(True) == 1
    other = next(s for s in listed if not s.is_this)
    services.end_session(user=account, session_id=other.id, now=now)
    assert len(queries.sessions(account, here)) == 1
    assert "_auth_user_id" in first.session
    assert "_auth_user_id" not in second.session


@pytest.mark.rule("PEOPLE-5")
def test_managing_roles_need_a_second_factor(house: Harbor, account: User, now: datetime) -> None:
    """A manager without passkey and authenticator is missing one; a resident is not; the last one cannot be removed."""
    services.set_password(person_id=house.people["ana"], password=PASSWORD, now=now)
    ana = User.objects.get(person_id=house.people["ana"])
    assert queries.second_factor_missing(ana, now)
    assert not queries.second_factor_missing(account, now)
    services.enroll_authenticator(person_id=house.people["ana"], now=now)
    assert not queries.second_factor_missing(ana, now)
    assert not MfaAdapter().can_delete_authenticator(Authenticator.objects.get(user=ana))
    answer = sign_in(Client(), "ana@example.org", PASSWORD)
    assert answer.status_code == 302
    assert "2fa" in answer.headers["Location"]


def test_passkeys_belong_to_the_configured_name(settings: Any) -> None:
    """The relying party is what the installation says, not what a request claims."""
    settings.LIMEN_PASSKEY_DOMAIN = "doors.example.org"
    assert MfaAdapter().get_public_key_credential_rp_entity()["id"] == "doors.example.org"


def test_a_passkey_has_a_plain_name_until_somebody_types_one(account: User) -> None:
    """Counted from one, in the reader's language."""
    name = MfaAdapter().generate_authenticator_name
    assert name(account, Authenticator.Type.WEBAUTHN) == "Passkey 1"
    Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data={})
    with translation.override("es"):
        assert name(account, Authenticator.Type.WEBAUTHN) == "Llave de acceso 2"


def _errors(response: Any) -> list[str]:
    form = response.context["form"] if response.context and "form" in response.context else None
    return [str(error) for errors in form.errors.values() for error in errors] if form is not None else []


@pytest.mark.rule("PRIVACY-8")
def test_what_a_provider_tells_beside_the_address_is_not_kept(account: User) -> None:
    """Single sign-on finds the account by the proven address, and neither its row nor a session learns more."""
    told = {"email": "Dana@example.org", "name": "Dana Whitfield", "picture": "https://provider.example/dana"}
    login = SocialLogin(account=SocialAccount(provider="oidc", uid="7", extra_data=dict(told)), user=User())
    SocialAdapter().populate_user(RequestFactory().get("/"), login, dict(told))
    assert login.account.extra_data == {}
    name = valid_email_or_none("Dana@example.org")
    assert name == account.email
    assert [user.pk for user in filter_users_by_email(name, prefer_verified=True, for_login=True)] == [account.pk]
