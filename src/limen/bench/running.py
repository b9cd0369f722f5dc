"""What the process with the simulated locks says of each of them: that it runs, and the last thing that happened at it (screens 6)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from limen.bench.sayings import say
from limen.bench.sockets import locks_address
from limen.web.spoken import spoken, text_of

WAITS_S: Final = 3
CLOSES_S: Final = 1
SHELF_MAX_BYTES: Final = 1 << 20
SERIAL_MOST, WORDS_MOST = 40, 120


@dataclass(frozen=True, slots=True)
class Last:
    """The newest line of "What happened" in the reader's language; `at` is None where the lock had lost its clock."""

    at: datetime | None
    words: str


def last_lines() -> dict[str, Last | None] | None:
    """By serial, the last line of every lock that runs, or None for one without any since it started.

    Nothing in it: no locks are running. None: there was no answer in time, which says neither.
    """
    try:
        with connect(
            f"{locks_address()}/shelf",
            open_timeout=WAITS_S,
            close_timeout=CLOSES_S,
            max_size=SHELF_MAX_BYTES,
            compression=None,
            proxy=None,
        ) as line:
            line.send(json.dumps({"do": "list"}))
            told = spoken(line.recv(timeout=WAITS_S))
    except TimeoutError:
        return None
    except (OSError, WebSocketException, ValueError):
        return {}
    locks = told.get("locks") if told else None
    listed = [one for one in locks if isinstance(one, dict)] if isinstance(locks, list) else []
    return {text_of(one, "serial", SERIAL_MOST): _last(one.get("last")) for one in listed}


def _last(said: object) -> Last | None:
    if not isinstance(said, dict):
        return None
    return Last(_when(said.get("at_ms")), say(text_of(said, "words", WORDS_MOST)))


def _when(at_ms: object) -> datetime | None:
    """A number that no calendar has is no time."""
    if not isinstance(at_ms, int) or isinstance(at_ms, bool):
        return None
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
