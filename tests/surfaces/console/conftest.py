"""The office of 88 Harbor Street."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.core.cache import cache

from limen.storage import clock
from tests.surfaces.console.desk import Desk, harbor


@pytest.fixture
def office(db: None, now: datetime) -> Iterator[Desk]:
    """The building before any device; the clock stands until it is moved."""
    yield from _open(now, ())


@pytest.fixture
def desk(db: None, now: datetime) -> Iterator[Desk]:
    """The building with a lock without network at the Package Room and at the Roof."""
    yield from _open(now, ("Package Room", "Roof"))


def _open(now: datetime, locks: tuple[str, ...]) -> Iterator[Desk]:
    cache.clear()
    try:
        yield harbor(now, locks)
    finally:
        clock.use(None)
