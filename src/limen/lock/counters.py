"""How far the weak cards of a door have counted: a SUN message with the same or a lower count is an old one (CARD-3).

Durable before anything opens. Each lock knows its own counts only; that is why these cards are weak.
"""

from collections.abc import Callable

from limen.lock.notes import Notes

COUNTERS_MAX = 512
_PREFIX = b"sun"


class Counters:
    """The last count of every SUN card that was ever let near the bolt here, at most 512 of them."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def spend(self, uid: bytes, count: int, listed: Callable[[bytes], bool]) -> bool:
        """Keeps the count; False if it does not rise, or if there is no room that a card off the list could give up. Raises FlashError."""
        key = _PREFIX + uid
        kept = self._notes.get(key)
        if kept is not None and count <= int.from_bytes(kept, "big"):
            return False
        if kept is None and not self._room(listed):
            return False
        self._notes.put(key, count.to_bytes(3, "big"))
        return True

    def clear(self) -> None:
        for key, _ in self._notes.under(_PREFIX):
            self._notes.drop(key, durable=False)

    def _room(self, listed: Callable[[bytes], bool]) -> bool:
        kept = [key for key, _ in self._notes.under(_PREFIX)]
        if len(kept) < COUNTERS_MAX:
            return True
        gone = [key for key in kept if not listed(key.removeprefix(_PREFIX))]
        for key in gone:
            self._notes.drop(key, durable=False)
        return bool(gone)
