"""Who is behind a request, and who is not."""

from datetime import datetime

import pytest
from django.contrib.auth.models import AnonymousUser

from limen.identity import queries, services
from limen.identity.models import User
from tests.cast import PASSWORD, Harbor


def test_the_person_behind_an_account(house: Harbor, now: datetime) -> None:
    """A signed-in user is a person; a stranger and a switched-off account are nobody."""
    dana = house.people["dana"]
    services.set_password(person_id=dana, password=PASSWORD, now=now)
    user = User.objects.get(person_id=dana)
    assert queries.person_of(user) == dana
    assert queries.person_of(AnonymousUser()) is None
    user.is_active = False
    user.save()
    assert queries.person_of(user) is None
    assert queries.user_of(dana) is None


def test_a_switched_off_account_has_no_app_and_no_token(house: Harbor, now: datetime) -> None:
    """Phones of an account that was switched off authenticate nobody."""
    phone = house.phone("dana", platform="native", seed=9)
    _same, token = services.register_phone(person_id=house.people["dana"], public_key=phone.public_key, platform="native", name="", now=now)
    assert token is not None
    assert queries.phone_by_token(token) is not None
    User.objects.filter(person_id=house.people["dana"]).update(is_active=False)
    assert queries.phone_by_token(token) is None
    assert not queries.has_app(house.people["dana"])
    assert queries.sessions(AnonymousUser(), None) == ()


@pytest.mark.rule("PEOPLE-5")
def test_a_token_of_a_manager_needs_the_second_factor_too(house: Harbor, now: datetime) -> None:
    """A manager's phone is not a way around the second factor; a resident needs none."""
    for person in ("ana", "dana"):
        services.set_password(person_id=house.people[person], password=PASSWORD, now=now)
    assert queries.second_factor_missing_of(house.people["ana"], now)
    assert not queries.second_factor_missing_of(house.people["dana"], now)
    services.enroll_authenticator(person_id=house.people["ana"], now=now)
    assert not queries.second_factor_missing_of(house.people["ana"], now)
