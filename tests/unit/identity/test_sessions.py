"""A session knows when it ends, by the clock that ends it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

from limen.identity.sessions import SessionStore
from limen.storage import clock


@pytest.fixture
def kept(db: None) -> str:
    """The key of a session that somebody has."""
    session = SessionStore()
    session["who"] = "dana"
    session.save()
    return str(session.session_key)


def test_a_session_that_was_read_tells_what_is_left_of_it(kept: str) -> None:
    """From its row; a demonstration's clock, which may be days ahead, does not end it and is not asked."""
    Session.objects.filter(session_key=kept).update(expire_date=clock.machine_now() + timedelta(seconds=90))
    session = SessionStore(kept)
    assert session["who"] == "dana"
    assert 80 <= session.left_s <= 90


def test_what_is_about_to_be_saved_lasts_as_long_as_a_new_one(kept: str) -> None:
    """Each save begins its time anew, and the page that is made with it may say so."""
    Session.objects.filter(session_key=kept).update(expire_date=clock.machine_now() + timedelta(seconds=90))
    session = SessionStore(kept)
    session["who"] = "theo"
    assert session.left_s == settings.SESSION_COOKIE_AGE == SessionStore().left_s
    session.save()
    read = SessionStore(kept)
    assert read["who"] == "theo"
    assert settings.SESSION_COOKIE_AGE - 60 <= read.left_s <= settings.SESSION_COOKIE_AGE


def test_a_session_that_is_over_is_not_read(kept: str) -> None:
    """It ends when it says."""
    Session.objects.filter(session_key=kept).update(expire_date=clock.machine_now() - timedelta(seconds=1))
    assert "who" not in SessionStore(kept)
