"""The root sends on; the sign of life says nothing."""

import pytest
from django.test import Client
from pytest_django import Settings


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
