"""Keycards in people's pockets, and what others make of them: a copy of the number, a tape of what a card once said.

The card itself is the bench's; it does its arithmetic apart from the lock's.
"""

from dataclasses import dataclass, field

from limen.lock.shell.keycard import encoded
from limen.lock.shell.nfc import Card, Plain
from limen.sim.chance import Random
from limen.sim.ports import CardImage, CardKind


@dataclass(frozen=True)
class Pocketed:
    """A card of somebody: what it can prove depends on its kind."""

    person: int
    uid: bytes
    kind: CardKind
    card: Card = field(repr=False)

    def copied(self) -> Card:
        """What a passer-by can make of it: its number on a blank card."""
        return Plain(self.uid)


def new_uid(chance: Random) -> bytes:
    """A number as cards have it: seven bytes, the maker first."""
    return b"\x04" + chance.randbytes(6)


def pocketed(person: int, uid: bytes, image: CardImage | None, chance: Random) -> Pocketed:
    """A card as the office hands it out; without an image a plain one."""
    if image is None:
        return Pocketed(person, uid, "uid", Plain(uid))
    card = encoded(uid, image.keys, image.serial, image.generation)
    card.random = chance.randbytes
    return Pocketed(person, uid, "aes", card)


@dataclass
class Taped:
    """A card with somebody listening: every answer is on tape."""

    card: Card
    tape: list[bytes] = field(default_factory=list)

    @property
    def uid(self) -> bytes:
        """The card's."""
        return self.card.uid

    def exchange(self, apdu: bytes) -> bytes:
        """As the card answers."""
        self.tape.append(self.card.exchange(apdu))
        return self.tape[-1]


@dataclass
class Replayed:
    """A tape that is played to a reader, answer by answer."""

    uid: bytes
    tape: list[bytes]
    _next: int = 0

    def exchange(self, apdu: bytes) -> bytes:
        """The next answer on the tape; OSError at its end."""
        if self._next >= len(self.tape):
            raise OSError
        self._next += 1
        return self.tape[self._next - 1]
