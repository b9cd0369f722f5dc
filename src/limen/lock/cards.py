"""A card in the field: which of the list's cards it is, and whether it proved that (CARD-3, protocol E).

AES cards answer a challenge that this lock draws for this tap; a recorded answer belongs to another challenge. SUN messages and plain UIDs
count only where the list says so, and a random UID never: it changes at every tap.
"""

from dataclasses import dataclass, field, replace

from limen.lock.events import CardAnswered, CardTapped
from limen.lock.flash import FlashError
from limen.lock.memory import Memory
from limen.wire.cards import SLOTS, CardChallenge, CardRefused, CardSession, CardSlot, SunMessage, random_uid, sun_holds
from limen.wire.events import Method
from limen.wire.limits import OPEN_TIMEOUT_S
from limen.wire.records import AesCard, ConfigFlags, ListRecord, RecordKind
from limen.wire.refusals import Reason


@dataclass(frozen=True, slots=True)
class Proven:
    """The card is one of the list's; the records of it say when it opens."""

    records: tuple[ListRecord, ...]
    method: Method


@dataclass(frozen=True, slots=True)
class Declined:
    """It is not, or did not prove it; by which way it tried."""

    reason: Reason
    method: Method = Method.CARD


Found = bytes | Proven | Declined
"""Bytes: what to say to the card next."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A challenge for the key of this card, drawn at `at`; with `session` the card has answered it and is being read."""

    challenge: CardChallenge
    uid: bytes
    key: bytes = field(repr=False)
    at: int
    session: CardSession | None = None


class Cards:
    """At most one card is in the field at a time."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._asked: _Asked | None = None

    @property
    def slot(self) -> CardSlot:
        """Which key of a card this door uses: what a reader must know before it can let a card begin."""
        held = self._memory.held
        return SLOTS[held.config.door_kind] if held is not None else CardSlot.COMMON

    def tapped(self, event: CardTapped, at: int) -> Found:
        """The challenge for an AES card, the card itself for an allowed weak one, or why not."""
        self._asked, held = None, self._memory.held
        if held is None:
            return Declined(Reason.CARD_UNKNOWN)
        if random_uid(event.uid):
            return Declined(Reason.CARD_WEAK)
        records = held.cards(event.uid)
        if event.sun is not None:
            return self._sun(event.uid, event.sun, records, ConfigFlags.SUN in held.config.flags)
        if event.first_answer is None:
            return _plain(records, ConfigFlags.UID in held.config.flags)
        return self._challenge(event.uid, event.first_answer, records, at)

    def answered(self, event: CardAnswered, at: int) -> Found:
        """The card's proof, then its file; a challenge is good for one answer, and for ten seconds."""
        asked, self._asked = self._asked, None
        if asked is None or at - asked.at > OPEN_TIMEOUT_S * 1000:
            return Declined(Reason.CARD_REPLAYED)
        try:
            if asked.session is not None:
                asked.session.open_file(event.answer)
                return self._still_listed(asked)
            session = asked.challenge.finish(event.answer)
        except CardRefused:
            return Declined(Reason.CARD_FAILED)
        self._asked = replace(asked, session=session)
        return session.ask_file()

    def _still_listed(self, asked: _Asked) -> Found:
        """The records of the list as it is now: one that came, or an owner that went, between challenge and proof counts (ACCESS-4, inv. 71)."""
        held = self._memory.held
        aes, key = _keyed(held.cards(asked.uid) if held is not None else ())
        return Proven(aes, Method.CARD) if key == asked.key else Declined(Reason.CARD_UNKNOWN)

    def _challenge(self, uid: bytes, first: bytes, records: tuple[ListRecord, ...], at: int) -> Found:
        _, key = _keyed(records)
        if key is None:
            return Declined(Reason.CARD_FAILED if records else Reason.CARD_UNKNOWN)
        challenge = CardChallenge(key, self._memory.ports.chance(16), self.slot)
        try:
            answer = challenge.answer(first)
        except CardRefused:
            return Declined(Reason.CARD_FAILED)
        self._asked = _Asked(challenge, uid, key, at)
        return answer

    def _sun(self, uid: bytes, said: SunMessage, records: tuple[ListRecord, ...], allowed: bool) -> Found:
        sun, key = _keyed(records)
        if key is None:
            return Declined(Reason.CARD_FAILED if records else Reason.CARD_UNKNOWN, Method.CARD_SUN)
        if not allowed:
            return Declined(Reason.CARD_WEAK, Method.CARD_SUN)
        if not sun_holds(key, uid, said):
            return Declined(Reason.CARD_FAILED, Method.CARD_SUN)
        held = self._memory.held
        try:
            fresh = self._memory.counters.spend(uid, said.counter, lambda known: held is not None and bool(held.cards(known)))
        except FlashError:
            return Declined(Reason.NOT_RECORDED, Method.CARD_SUN)
        return Proven(sun, Method.CARD_SUN) if fresh else Declined(Reason.CARD_REPLAYED, Method.CARD_SUN)


def _keyed(records: tuple[ListRecord, ...]) -> tuple[tuple[ListRecord, ...], bytes | None]:
    """The records of this card that hold a key, and the key: one card has one in a slot, in all its windows."""
    keyed = tuple(record for record in records if record.kind is RecordKind.CARD_AES)
    return keyed, next((record.data.key for record in keyed if isinstance(record.data, AesCard)), None)


def _plain(records: tuple[ListRecord, ...], allowed: bool) -> Found:
    plain = tuple(record for record in records if record.kind is RecordKind.CARD_UID)
    if plain and not allowed:
        return Declined(Reason.CARD_WEAK, Method.CARD_UID)
    if not plain:
        return Declined(Reason.CARD_FAILED if records else Reason.CARD_UNKNOWN)
    return Proven(plain, Method.CARD_UID)
