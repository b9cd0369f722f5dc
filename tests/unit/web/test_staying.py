"""The wish to stay signed in, and how long a sign-in still lasts."""

import re
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from limen.identity import services
from limen.identity.models import User
from limen.storage import clock
from tests.cast import PASSWORD, Harbor, harbor

LEFT = re.compile(r'id="staying"[^>]*data-left="(\d+)"')


@pytest.fixture
def house(db: None, now: datetime) -> Harbor:
    """Dana has an account."""
    made = harbor(now)
    services.set_password(person_id=made.people["dana"], password=PASSWORD, now=now)
    return made


def signed_in(house: Harbor, *, left_s: int) -> Client:
    """A browser whose sign-in ends soon."""
    client = Client(enforce_csrf_checks=False)
    client.force_login(User.objects.get(person_id=house.people["dana"]))
    Session.objects.filter(session_key=client.session.session_key).update(expire_date=clock.machine_now() + timedelta(seconds=left_s))
    return client


def test_looking_at_the_time_that_is_left_prolongs_nothing(house: Harbor) -> None:
    """The warning asks whether it is true; asking is not staying."""
    client = signed_in(house, left_s=19)
    for _ in range(2):
        assert client.get("/account/stay").json()["left_s"] in range(10, 20)
    assert settings.SESSION_COOKIE_NAME not in client.get("/account/stay").cookies


def test_staying_begins_the_time_of_this_sign_in_anew_and_of_no_other(house: Harbor) -> None:
    """Row and cookie last as long as after a sign-in; the same person's other browser still ends when it ends."""
    here, there = signed_in(house, left_s=19), signed_in(house, left_s=19)
    stayed = here.post("/account/stay")
    assert stayed.json()["left_s"] == settings.SESSION_COOKIE_AGE
    assert stayed.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == settings.SESSION_COOKIE_AGE
    assert here.get("/account/stay").json()["left_s"] > settings.SESSION_COOKIE_AGE - 60
    assert there.get("/account/stay").json()["left_s"] < 20


def test_who_is_signed_out_is_told_so_and_cannot_stay(house: Harbor) -> None:
    """401 for nobody, and for a sign-in whose time is over; a page of another place cannot prolong one."""
    over = signed_in(house, left_s=-1)
    for client in (Client(), over):
        for answer in (client.get("/account/stay", headers={"accept": "application/json"}), client.post("/account/stay")):
            assert answer.status_code == 401
    assert over.get("/account/stay", headers={"accept": "application/json"}).json()["title"] == "Your sign-in has ended. Sign in again."
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(person_id=house.people["dana"]))
    assert strict.post("/account/stay").status_code == 403


def test_every_page_of_the_app_knows_when_its_sign_in_ends(house: Harbor) -> None:
    """Without another question to the database or the service."""
    client = signed_in(house, left_s=19)
    page = client.get("/home/", follow=True).content.decode()
    assert "Agree" in page and not LEFT.search(page), "before the policy nothing of the app is there"
    client.post("/home/consent", {"choice": "agree"})
    found = LEFT.search(client.get("/home/").content.decode())
    assert found is not None and int(found[1]) < 20
