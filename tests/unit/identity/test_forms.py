"""The forms of the sign-in, in the words of this house."""

from datetime import datetime
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.utils import translation

from limen.identity import forms, services
from limen.identity.models import User
from tests.cast import PASSWORD, Harbor

NEW = "another morning at the harbor"


@pytest.fixture
def dana(house: Harbor, now: datetime) -> User:
    """Dana has an account."""
    services.set_password(person_id=house.people["dana"], password=PASSWORD, now=now)
    return User.objects.get(person_id=house.people["dana"])


def test_a_label_says_what_to_type_and_nothing_stands_in_the_field(dana: User) -> None:
    """A hint that vanishes when one types is none."""
    form = forms.ChangePassword(dana)
    assert [str(field.label) for field in form] == ["Password until now", "New password", "New password, once more"]
    assert "placeholder" not in form.as_p()
    with translation.override("es"):
        assert str(form["password1"].help_text) == "De 12 a 1024 caracteres."


@pytest.mark.rule("PEOPLE-5")
def test_a_password_is_changed_by_whoever_knows_the_old_one(dana: User) -> None:
    """The wrong old one changes nothing and says so beside the field; the right one does, in our words."""
    client = Client()
    client.force_login(dana)
    asked = {"oldpassword": "not it at all, no", "password1": NEW, "password2": NEW}
    refused = client.post("/account/password/change/", asked)
    assert refused.context["form"].errors.keys() == {"oldpassword"}
    assert "There is a problem" in refused.content.decode()
    said = client.post("/account/password/change/", asked | {"oldpassword": PASSWORD}, follow=True).content.decode()
    dana.refresh_from_db()
    assert dana.check_password(NEW)
    assert "successfully" not in said


@pytest.mark.rule("PEOPLE-1")
@pytest.mark.parametrize("path", ["/account/email/", "/account/3rdparty/"])
def test_nobody_changes_an_address_by_hand(dana: User, path: str) -> None:
    """The pages of the library for it are not here, whatever is sent to them."""
    client = Client()
    client.force_login(dana)
    assert client.get(path).status_code == 404
    assert client.post(path, {"email": "new@example.org", "action_add": ""}).status_code == 404


HALF_MINUTE = 30
AT = 1_795_287_705
"""In the middle of a half minute."""


@pytest.mark.rule("PEOPLE-5")
@pytest.mark.parametrize(("typed_after_s", "counts"), [(-46, False), (-45, True), (-15, True), (14, True), (44, True), (45, False)])
def test_a_code_counts_in_its_half_minute_and_the_two_beside_it_and_once(
    house: Harbor, now: datetime, monkeypatch: pytest.MonkeyPatch, typed_after_s: int, counts: bool
) -> None:
    """Who types while it turns gets in; what somebody saw over their shoulder gets nobody in, however long it would have counted."""
    services.set_password(person_id=house.people["ana"], password=PASSWORD, now=now)
    secret = services.enroll_authenticator(person_id=house.people["ana"], now=now)
    code = totp.format_hotp_value(totp.hotp_value(secret, AT // HALF_MINUTE))
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: AT + typed_after_s))

    def signed_in() -> bool:
        client = Client()
        client.post("/signin", {"login": "ana@example.org", "password": PASSWORD})
        client.post("/account/2fa/authenticate/", {"code": f"{code[:3]} {code[3:]}"})
        return "_auth_user_id" in client.session

    assert signed_in() is counts
    monkeypatch.setattr(totp.TOTP, "_mark_code_used", lambda *_: True)  # as after the half minute for which the library remembers it
    assert not signed_in()
