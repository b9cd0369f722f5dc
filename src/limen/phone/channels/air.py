"""The air between a phone and the locks around it, whatever carries the frames: who is meant, who is near, and the line to one of them."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from limen.phone.channels.driver import Channel
from limen.phone.wallet import Door


@dataclass(frozen=True)
class Whom:
    """A lock as one knows it before one meets it: its lock-id and the static key it answers with (32 bytes). Nothing else finds one."""

    lock_id: bytes
    key: bytes

    @classmethod
    def at(cls, door: Door) -> "Whom":
        """The lock of a door in the wallet."""
        return cls(door.lock_id, door.info.xs)


class Line(Channel, Protocol):
    """A channel that knows how much it carries at once."""

    @property
    def frame_bytes(self) -> int:
        """The longest frame, in bytes. May look for the lock to find out; never raises when there is none."""


class Air(Protocol):
    """One way to locks."""

    def reach(self, whom: Whom) -> AbstractContextManager[Line]:
        """The line to this lock, opened at the first frame and hung up at the end."""

    def reach_named(self, name: str) -> AbstractContextManager[Line]:
        """The same to a lock of which one knows only what it is called in the air."""

    def near(self, those: Iterable[Whom]) -> list[Whom]:
        """Those worth trying from here."""
