"""Rows that are over by themselves: each room says which of its own are, and the dispatcher of the outbox asks, at its start and four times a day."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError

from limen.storage.transactions import unit_of_work

Tidy = Callable[[datetime], int]

log = logging.getLogger(__name__)
_tidies: list[Tidy] = []


def tidies(tidy: Tidy) -> Tidy:
    """Registers `fn(now)`, which removes what is over by then and returns how many rows. Belongs in `<room>/jobs.py`; done again it removes nothing."""
    if tidy not in _tidies:
        _tidies.append(tidy)
    return tidy


def run(now: datetime) -> int:
    """Asks every room, each in a transaction of its own; how many rows went. One that fails is asked again the next time, and keeps nobody waiting."""
    gone = 0
    for tidy in _tidies:
        try:
            with unit_of_work():
                gone += tidy(now)
        except DatabaseError as problem:
            log.warning("tidying: %s.%s failed (%s)", tidy.__module__, tidy.__qualname__, type(problem).__name__)
    return gone
