"""A card in the field, between the lock's mind and whatever carries APDUs: a chip on the board, a reader on a wire, a simulated card.

The order is the card's: select our application; if it shows a text with a SUN message, that is all it can do; else it begins to authenticate.
"""

import re
from typing import Protocol

from limen.lock.events import CardAnswered, CardTapped
from limen.wire.cards import DF_NAME, PROOF_BYTES, CardSlot, SunMessage

SUN_TEXT = re.compile(rb"u=([0-9A-F]{14})&c=([0-9A-F]{6})&m=([0-9A-F]{16})")
TEXT_BYTES = 128
ANSWER_BYTES_MAX = 256
_GOOD = (b"\x90\x00", b"\x91\x00", b"\x91\xaf")


class Card(Protocol):
    """Anything with a number that answers APDUs."""

    @property
    def uid(self) -> bytes: ...

    def exchange(self, apdu: bytes) -> bytes:
        """The answer with its two status bytes; raises OSError when the card has left."""
        ...


class Field:
    """One card from its first moment in the field until it leaves or has said all."""

    def __init__(self, card: Card) -> None:
        self._card = card

    def begin(self, slot: CardSlot) -> CardTapped:
        """What the card says of itself without being known: a SUN message, the first half of an authentication, or only its number."""
        uid = self._card.uid
        if self._said(b"\x00\xa4\x04\x0c" + bytes((len(DF_NAME),)) + DF_NAME + b"\x00") is None:
            return CardTapped(uid)
        text = self._said(b"\x00\xb0\x00\x00" + bytes((TEXT_BYTES,)))
        found = SUN_TEXT.search(text) if text else None
        if found is not None:
            said, count, mac = (bytes.fromhex(part.decode("ascii")) for part in found.groups())
            return CardTapped(said, sun=SunMessage(int.from_bytes(count, "big"), mac))
        return CardTapped(uid, self._said(b"\x90\x71\x00\x00\x02" + bytes((slot, 0)) + b"\x00") or None)

    def answer(self, data: bytes) -> CardAnswered:
        """The card's answer to what the lock said; empty if it refused or left, which proves nothing."""
        code = b"\xaf" if len(data) == PROOF_BYTES else b"\xad"
        return CardAnswered(self._said(b"\x90" + code + b"\x00\x00" + bytes((len(data),)) + data + b"\x00") or b"")

    def _said(self, apdu: bytes) -> bytes | None:
        try:
            answer = self._card.exchange(apdu)
        except OSError:
            return None
        return answer[:-2] if answer[-2:] in _GOOD and len(answer) <= ANSWER_BYTES_MAX else None


class Plain:
    """A card that has a number and nothing to say, or one that changes its number at every tap."""

    def __init__(self, uid: bytes) -> None:
        self.uid = uid

    def exchange(self, apdu: bytes) -> bytes:
        return b"\x6a\x82"
