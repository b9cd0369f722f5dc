"""What a clock is, for those who are handed one."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the instant; only edges hold one, everything else is told `now`."""

    def now(self) -> datetime:
        """An aware instant in UTC."""
        ...
