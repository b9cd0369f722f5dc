"""What a sign-in sets in motion."""

from datetime import datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.utils import timezone

from limen.identity import queries, services
from limen.identity.jobs import forget_ended_sessions
from limen.identity.models import User
from limen.people import queries as people
from limen.storage.models import OutboxRow
from tests.cast import PASSWORD, Harbor


@pytest.mark.rule("PEOPLE-4", "NOTICE-1")
def test_the_first_sign_in_makes_a_person_active(house: Harbor, now: datetime) -> None:
    """An account whose person is pending becomes active by signing in, and its owner is told of the sign-in."""
    user = User.objects.make(house.people["theo"])
    user.save()
    OutboxRow.objects.all().delete()
    Client().force_login(user)
    assert people.person_view(house.people["theo"]).status == "active"
    assert OutboxRow.objects.filter(topic="notice").count() == 1


@pytest.mark.rule("PEOPLE-5")
def test_the_first_second_factor_ends_the_sessions_that_had_none(house: Harbor, now: datetime) -> None:
    """A session from before, on some other computer, does not become a manager's session by somebody else's enrolment."""
    services.set_password(person_id=house.people["ana"], password=PASSWORD, now=now)
    user = User.objects.get(person_id=house.people["ana"])
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        browser.force_login(user)
        key = browser.session.session_key
        UserSession.objects.create(user=user, ip="127.0.0.1", session_key=key, user_agent="test")
    request = RequestFactory().post("/account/2fa/totp/activate/")
    request.session = here.session
    made = TOTP.activate(user, generate_totp_secret()).instance
    authenticator_added.send(sender=Authenticator, request=request, user=user, authenticator=made)
    assert here.session.exists(here.session.session_key or "")
    assert not elsewhere.session.exists(elsewhere.session.session_key or "")


def test_people_are_written_to_in_the_language_they_read(house: Harbor, now: datetime) -> None:
    """Noted at the sign-in, and again when they choose the other one; a stranger's choice is nobody's."""
    dana = house.people["dana"]
    services.set_password(person_id=dana, password=PASSWORD, now=now)
    assert queries.language_of(dana) == ""
    browser = Client(headers={"accept-language": "es-MX"})
    answer = browser.post("/signin", {"login": "dana@example.org", "password": PASSWORD})
    assert answer.status_code == 302 and queries.language_of(dana) == "es"
    browser.get("/account/2fa/", {"lang": "en"})
    assert queries.language_of(dana) == "en"
    Client().get("/signin", {"lang": "es"})
    assert queries.language_of(dana) == "en"


@pytest.mark.rule("PRIVACY-1")
def test_sessions_that_ran_out_leave_nothing_behind(house: Harbor, now: datetime) -> None:
    """Neither the session nor where it came from; living ones stay listed, and so does one that is just being made."""
    services.set_password(person_id=house.people["dana"], password=PASSWORD, now=now)
    user = User.objects.get(person_id=house.people["dana"])
    alive, over = Client(), Client()
    real = timezone.now()
    for browser in (alive, over):
        browser.force_login(user)
        UserSession.objects.create(
            user=user, ip="127.0.0.1", session_key=browser.session.session_key, user_agent="test", created_at=real - timedelta(days=31)
        )
    UserSession.objects.create(user=user, ip="127.0.0.1", session_key="n" * 32, user_agent="test", created_at=real)
    Session.objects.filter(session_key=over.session.session_key).update(expire_date=real - timedelta(seconds=1))
    assert forget_ended_sessions(real) == 1
    assert {row.session_key for row in UserSession.objects.all()} == {alive.session.session_key, "n" * 32}
    assert [row.session_key for row in Session.objects.all()] == [alive.session.session_key]
    assert forget_ended_sessions(real) == 0
