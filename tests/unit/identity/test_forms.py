"""The forms of the sign-in, in the words of this house."""

from datetime import datetime

import pytest
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
