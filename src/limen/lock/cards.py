"""A card in the field: which of the list's cards it is, and whether it proved that (CARD-3, protocol E).

AES cards answer a challenge that this lock draws for this tap; a recorded answer belongs to another challenge. A plain UID counts only where
the list says so, and a random one never: it changes at every tap.
"""

from dataclasses import dataclass

from limen.lock.events import CardAnswered, CardTapped
from limen.lock.memory import Memory
from limen.wire.cards import CardChallenge, CardRefused, random_uid
from limen.wire.events import Method
from limen.wire.records import AesCard, ConfigFlags, ListRecord, RecordKind
from limen.wire.refusals import Reason

ANSWER_BYTES = 32
"""Of the second answer; the sealed file follows."""


@dataclass(frozen=True, slots=True)
class Proven:
    """The card is one of the list's; the records of it say when it opens."""

    records: tuple[ListRecord, ...]
    method: Method


@dataclass(frozen=True, slots=True)
class _Asked:
    challenge: CardChallenge
    records: tuple[ListRecord, ...]


class Cards:
    """At most one card is in the field at a time."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._asked: _Asked | None = None

    def tapped(self, event: CardTapped) -> bytes | Proven | Reason:
        """The challenge for an AES card, the card itself for an allowed UID, or why not."""
        self._asked, held = None, self._memory.held
        if held is None:
            return Reason.CARD_UNKNOWN
        records = held.cards(event.uid)
        if event.first_answer is None:
            return self._plain(event.uid, records, ConfigFlags.UID in held.config.flags)
        aes = tuple(record for record in records if record.kind is RecordKind.CARD_AES)
        key = next((record.data.key for record in aes if isinstance(record.data, AesCard)), None)
        if key is None:
            return Reason.CARD_UNKNOWN
        challenge = CardChallenge(key, self._memory.ports.chance(16))
        try:
            answer = challenge.answer(event.first_answer)
        except CardRefused:
            return Reason.CARD_FAILED
        self._asked = _Asked(challenge, aes)
        return answer

    def answered(self, event: CardAnswered) -> Proven | Reason:
        """The card's proof; a challenge is good for one answer."""
        asked, self._asked = self._asked, None
        if asked is None:
            return Reason.CARD_REPLAYED
        try:
            asked.challenge.finish(event.answer[:ANSWER_BYTES]).open_file(event.answer[ANSWER_BYTES:])
        except CardRefused:
            return Reason.CARD_FAILED
        return Proven(asked.records, Method.CARD)

    def _plain(self, uid: bytes, records: tuple[ListRecord, ...], allowed: bool) -> Proven | Reason:
        plain = tuple(record for record in records if record.kind is RecordKind.CARD_UID)
        if random_uid(uid) or (plain and not allowed):
            return Reason.CARD_WEAK
        if not plain:
            return Reason.CARD_FAILED if records else Reason.CARD_UNKNOWN
        return Proven(plain, Method.CARD_UID)
