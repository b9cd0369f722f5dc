"""What a low room says and a higher room hears, inside the same transaction.

A room that changes something cannot call the rooms above it. It says so; whoever hears it runs at the end of the unit of work, before the
commit, so that both changes become true together or not at all (ACCESS-3: the list version rises with the change). The same news said ten
times is told once. What may happen after the commit goes through the outbox instead.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

Fact = str | int
Said = tuple[str, tuple[tuple[str, Fact], ...]]

MAX_ROUNDS = 50
"""News may cause news; more rounds than this are a circle."""


class NoUnitOfWork(Exception):
    """News was said where nobody would ever tell it: outside a unit of work."""


class NewsCircle(Exception):
    """Hearers keep causing each other's news."""


class Hearer(Protocol):
    """Called with `now` and the facts that were said, all by keyword."""

    def __call__(self, *, now: datetime, **facts: Fact) -> None: ...


class _Open(threading.local):
    gathered: list[dict[Said, datetime]] | None = None


_open = _Open()
_hearers: dict[str, list[Callable[..., None]]] = {}


def say(topic: str, *, now: datetime, **facts: Fact) -> None:
    """Tells everyone who hears `topic` before this unit of work commits; equal facts are told once, with the latest `now`.

    Raises NoUnitOfWork outside of one: the news would be lost.
    """
    if not _open.gathered:
        raise NoUnitOfWork(topic)
    _open.gathered[-1][topic, tuple(sorted(facts.items()))] = now


def hears(topic: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Registers a function `fn(*, now, **facts)` for a topic. Belongs in `<room>/jobs.py`, which the room's AppConfig imports."""

    def register(hearer: Callable[..., None]) -> Callable[..., None]:
        if hearer not in (known := _hearers.setdefault(topic, [])):
            known.append(hearer)
        return hearer

    return register


@contextmanager
def gathering() -> Iterator[bool]:
    """Collects what is said inside; yields True in the outermost, whose owner tells it. What a failed inner part said is forgotten."""
    outermost = not _open.gathered
    if _open.gathered is None:
        _open.gathered = []
    _open.gathered.append({})
    kept = False
    try:
        yield outermost
        kept = True
    finally:
        said = _open.gathered.pop()
        if kept and not outermost:
            _open.gathered[-1].update(said)


def tell() -> None:
    """Tells what was gathered, and what the telling caused, until it is quiet. Raises NewsCircle after 50 rounds."""
    if not _open.gathered:
        raise NoUnitOfWork("tell")
    for _ in range(MAX_ROUNDS):
        said = dict(_open.gathered[-1])
        if not said:
            return
        _open.gathered[-1].clear()
        for (topic, facts), now in said.items():
            for hearer in tuple(_hearers.get(topic, ())):
                hearer(now=now, **dict(facts))
    raise NewsCircle(sorted({topic for topic, _ in _open.gathered[-1]}))
