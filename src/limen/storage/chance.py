"""The one place of the service where random bytes come from."""

import os
from collections.abc import Callable
from uuid import UUID

Source = Callable[[int], bytes]

_source: Source = os.urandom


def random_bytes(count: int) -> bytes:
    """`count` bytes that nobody can foretell (from the machine), or the simulator's."""
    return _source(count)


def fresh_id() -> UUID:
    """A new random identifier (RFC 9562, version 4)."""
    return UUID(bytes=random_bytes(16), version=4)


def use(source: Source | None) -> None:
    """Puts another source in place in this process (simulator with a seed); None takes the machine's back."""
    global _source
    _source = source or os.urandom
