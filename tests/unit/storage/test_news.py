"""News told inside the transaction."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection

from limen.storage import news
from limen.storage.transactions import unit_of_work

pytestmark = pytest.mark.django_db

Heard = list[tuple[str, str]]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """What was heard on `door.opened` and `door.shut`, with nobody else listening."""
    monkeypatch.setattr(news, "_hearers", {})
    found: Heard = []

    @news.hears("door.opened")
    def opened(*, now: datetime, door_id: str) -> None:
        assert connection.in_atomic_block
        found.append(("opened", door_id))

    @news.hears("door.shut")
    def shut(*, now: datetime, door_id: str) -> None:
        found.append(("shut", door_id))
        news.say("door.opened", now=now, door_id=door_id)

    yield found


def test_news_is_told_once_at_the_end_before_the_commit(heard: Heard, now: datetime) -> None:
    """Ten times the same is one piece of news; two doors are two."""
    with unit_of_work():
        for door in ("a", "a", "b", "a"):
            news.say("door.opened", now=now, door_id=door)
        assert heard == []
    assert heard == [("opened", "a"), ("opened", "b")]


def test_news_that_causes_news_is_told_until_it_is_quiet(heard: Heard, now: datetime) -> None:
    """A hearer may say something itself."""
    with unit_of_work():
        news.say("door.shut", now=now, door_id="a")
    assert heard == [("shut", "a"), ("opened", "a")]


def test_news_outside_a_unit_of_work_is_refused(heard: Heard, now: datetime) -> None:
    """It would be lost without a word."""
    with pytest.raises(news.NoUnitOfWork):
        news.say("door.opened", now=now, door_id="a")
    with pytest.raises(news.NoUnitOfWork):
        news.tell()


def test_an_inner_unit_joins_the_outer_one(heard: Heard, now: datetime) -> None:
    """Told at the outermost end only."""
    with unit_of_work():
        with unit_of_work():
            news.say("door.opened", now=now, door_id="a")
        assert heard == []
    assert heard == [("opened", "a")]


def test_what_a_failed_part_said_is_forgotten(heard: Heard, now: datetime) -> None:
    """Its changes were undone, so there is no news of them."""
    with unit_of_work():
        news.say("door.opened", now=now, door_id="a")
        with pytest.raises(ZeroDivisionError), unit_of_work():
            news.say("door.opened", now=now, door_id="b")
            raise ZeroDivisionError
    assert heard == [("opened", "a")]
    with pytest.raises(news.NoUnitOfWork):
        news.say("door.opened", now=now, door_id="c")


def test_a_circle_of_news_ends_in_an_error(heard: Heard, now: datetime) -> None:
    """Not in an endless loop."""

    @news.hears("door.opened")
    def again(*, now: datetime, door_id: str) -> None:
        news.say("door.shut", now=now, door_id=door_id)

    with pytest.raises(news.NewsCircle), unit_of_work():
        news.say("door.opened", now=now, door_id="a")


def test_a_hearer_registered_twice_hears_once(heard: Heard, now: datetime) -> None:
    """A module may be imported under two names."""

    def hearer(*, now: datetime) -> None:
        heard.append(("hearer", ""))

    assert news.hears("bell")(news.hears("bell")(hearer)) is hearer
    with unit_of_work():
        news.say("bell", now=now)
    assert heard == [("hearer", "")]
