"""What counts as an entry at the keypad, and what is compared of it (CODE-9, protocol D.4).

Lens first, then digits. The check mark ends an entry, or a pause once enough digits stand; its last d digits are compared once, so no
stream of digits tests more codes than it has ends. Too few, too slow or too many digits: discarded, uncharged.
"""

from dataclasses import dataclass
from enum import Enum

from limen.wire import limits

KEY_PAUSE_S = 5
SETTLE_MS_PER_PAUSE_S = 400
"""2 s of silence end an entry at a pause of 5 s; longer in the same proportion (CODE-9)."""


class Discarded(Enum):
    """Why an entry was thrown away without a comparison."""

    TOO_SHORT = "too short"
    TOO_SLOW = "too slow"
    TOO_LONG = "too long"


@dataclass(frozen=True, slots=True)
class Entry:
    """The last d digits of a finished entry: one try."""

    code: str


Outcome = Entry | Discarded | None


class Keypad:
    """One keypad's buffer and its two timers. Holds digits in memory only, and only until the entry ends."""

    def __init__(self) -> None:
        self.awake = False
        self._digits = ""
        self._touched_at = 0

    def touch_lens(self, at: int) -> None:
        """Wakes; the waking touch is no digit. Begins a fresh entry."""
        self.awake, self._digits, self._touched_at = True, "", at

    def type(self, digit: int, at: int, *, pause_s: int) -> Discarded | None:
        """Adds a digit; a pause that was too long discards what stood before, seventeen digits discard all."""
        if not self.awake:
            self.touch_lens(at)
            return None
        slow = bool(self._digits) and at - self._touched_at > pause_s * 1000
        if slow:
            self._digits = ""
        self._touched_at = at
        self._digits += str(digit)
        if len(self._digits) > limits.ENTRY_DIGITS_MAX:
            self._digits = ""
            return Discarded.TOO_LONG
        return Discarded.TOO_SLOW if slow else None

    def check(self, at: int, *, digits: int, pause_s: int) -> Outcome:
        """The check mark: ends the entry. None if nothing was typed, or the keypad was asleep."""
        if not self.awake or not self._digits:
            return None
        slow = at - self._touched_at > pause_s * 1000
        return Discarded.TOO_SLOW if slow and self._clear(at) else self._end(at, digits)

    def tick(self, at: int, *, digits: int, pause_s: int) -> Outcome:
        """Time passed: ends an entry with enough digits, or falls asleep and discards one without."""
        if not self.awake or at < (self.due(digits=digits, pause_s=pause_s) or at):
            return None
        if len(self._digits) >= digits:
            return self._end(at, digits)
        had, self.awake = bool(self._digits), False
        self._digits = ""
        return Discarded.TOO_SLOW if had else None

    def due(self, *, digits: int, pause_s: int) -> int | None:
        """When `tick` has something to do: `at` in milliseconds, None while asleep."""
        if not self.awake:
            return None
        if len(self._digits) >= digits:
            return self._touched_at + pause_s * SETTLE_MS_PER_PAUSE_S
        return self._touched_at + pause_s * 1000 + 1

    def sleep(self) -> None:
        self.awake, self._digits = False, ""

    def _end(self, at: int, digits: int) -> Outcome:
        typed = self._digits
        self._clear(at)
        return Entry(typed[-digits:]) if len(typed) >= digits else Discarded.TOO_SHORT

    def _clear(self, at: int) -> bool:
        self._digits, self._touched_at = "", at
        return True
