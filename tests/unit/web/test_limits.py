"""Uses are counted per purpose and address, and the answer says when it works again."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from limen.kernel.problems import NotYours, TooMany
from limen.storage.transactions import unit_of_work
from limen.web import limits

NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
SPAN = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    cache.clear()


def spend(times: int, who: str = "192.0.2.1", purpose: str = "directory") -> None:
    for _ in range(times):
        limits.spend(purpose, who, most=3, span=SPAN, now=NOW)


def test_the_limit_is_for_one_address_and_one_purpose() -> None:
    """Who searches too much stops nobody else."""
    spend(3)
    spend(3, who="192.0.2.2")
    spend(3, purpose="codes")
    with pytest.raises(TooMany) as refused:
        spend(1)
    assert refused.value.retry_at is not None
    assert NOW < refused.value.retry_at <= NOW + SPAN


def test_it_works_again_after_the_span() -> None:
    """A limit slows down; it does not lock out."""
    spend(3)
    limits.spend("directory", "192.0.2.1", most=3, span=SPAN, now=NOW + SPAN)


@pytest.mark.django_db
def test_an_undone_request_stays_counted() -> None:
    """A try that was refused or broke was a try."""
    for _ in range(3):
        with suppress(NotYours), unit_of_work():
            spend(1)
            raise NotYours
    with pytest.raises(TooMany):
        spend(1)


def test_a_header_of_the_asker_is_not_believed_without_a_proxy(settings: pytest.FixtureRequest) -> None:
    """Nobody chooses their own address."""
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "203.0.113.9"})
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0  # type: ignore[attr-defined]
    assert limits.address_of(request) == "127.0.0.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]
    assert limits.address_of(request) == "203.0.113.9"
