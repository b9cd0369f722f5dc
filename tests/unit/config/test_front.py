"""The root sends on; the sign of life says nothing."""

from datetime import datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

from limen.identity import services as identity
from limen.kernel.actors import SYSTEM
from limen.people import services as people
from limen.places import services as places
from limen.storage.transactions import unit_of_work


@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_tour_of_a_demonstration(client: Client) -> None:
    """Whoever typed one command wants to know what to try."""
    assert client.get("/").headers["Location"] == "/demo/"


@pytest.mark.django_db
def test_a_stranger_is_sent_to_sign_in_otherwise(client: Client, settings: Settings) -> None:
    """A real building shows nothing to strangers."""
    settings.LIMEN_DEMO = False
    assert client.get("/").headers["Location"] == "/signin"


@pytest.mark.django_db
def test_the_sign_of_life_needs_the_database_and_tells_nothing(client: Client) -> None:
    """No version, no name, no number."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_everybody_is_sent_to_where_their_rights_lead(client: Client, now: datetime) -> None:
    """A manager to the console, everybody else to their doors."""
    with unit_of_work():
        portfolio = places.create_portfolio(name="Harbor", by=SYSTEM, now=now)
        found = {}
        for email in ("ana@example.org", "dana@example.org"):
            person = found[email] = people.add_person(first=email, last="Ruiz", email=email, by=SYSTEM, now=now)
            identity.set_password(person_id=person, password="correct horse battery", now=now)
            if email.startswith("ana"):
                people.appoint(person_id=person, kind="portfolio_manager", portfolio_id=portfolio, by=SYSTEM, now=now)
                places.create_property(
                    portfolio_id=portfolio,
                    name="88 Harbor Street",
                    address="88 Harbor Street",
                    city_line="New York, NY 10013",
                    time_zone="America/New_York",
                    profile="NYC",
                    by=SYSTEM,
                    now=now,
                )
    for email, there in (("ana@example.org", "/c/"), ("dana@example.org", "/home/")):
        client.force_login(get_user_model().objects.get(person_id=found[email]))
        assert client.get("/").headers["Location"] == there
