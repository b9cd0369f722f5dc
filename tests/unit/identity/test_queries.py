"""Who is behind a request, and who is not."""

from datetime import datetime

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
