"""Cards (protocol E; inv. 54 to 56)."""

from dataclasses import replace

import pytest

from limen.lock.commands import AnswerCard
from limen.lock.events import CardAnswered, CardTapped, Ticked
from limen.wire.cards import CardFile, CardSimulator, CardSlot
from limen.wire.events import Method, Result
from limen.wire.grants import Cls
from limen.wire.records import AesCard, ConfigFlags, ListRecord, RecordKind
from limen.wire.refusals import Reason
from tests.unit.lock.reading import events, last
from tests.unit.lock.site import CONFIG, DANA, House, house, opened

UID = b"\x04cardno"
AES = ListRecord(slot=11, kind=RecordKind.CARD_AES, data=AesCard(UID, b"k" * 16), subj=6, cls=Cls.RESIDENT)
PLAIN = ListRecord(slot=12, kind=RecordKind.CARD_UID, data=b"\x04plain.", subj=7, cls=Cls.RESIDENT)
WEAK = replace(CONFIG, flags=ConfigFlags.UID)


def tap(home: House, key: bytes = b"k" * 16, *, first: bytes = b"b" * 16) -> tuple[bytes, bytes, bool]:
    """A card that holds this key: the lock's challenge, the card's proof, and whether the door opened."""
    card = CardSimulator(UID, {CardSlot.COMMON: key}, CardFile(1, 1))
    commands = home.rig.do(CardTapped(UID, card.begin(CardSlot.COMMON, first)))
    asked = next((command.data for command in commands if isinstance(command, AnswerCard)), None)
    if asked is None:
        return b"", b"", False
    proof, file = card.prove(asked, b"tiid")
    return asked, proof + file, opened(home.rig.do(CardAnswered(proof + file)))


@pytest.mark.rule("CARD-3", "CARD-1", "LOCK-2")
def test_a_card_that_proves_its_key_to_the_locks_own_challenge_opens_and_mirrors_its_owner() -> None:
    home = house(CONFIG, "M", AES)
    assert tap(home)[2]
    event = last(home)
    assert (event.method, event.subj, event.ref, event.result) == (Method.CARD, 6, 11, Result.GRANTED)


@pytest.mark.rule("CARD-3")
def test_a_replayed_transcript_is_refused() -> None:
    """Inv. 54: the challenge is another one at every tap."""
    home = house(CONFIG, "M", AES)
    asked, proof, _ = tap(home)
    again = home.rig.do(CardTapped(UID, CardSimulator(UID, {CardSlot.COMMON: b"k" * 16}, CardFile(1, 1)).begin(CardSlot.COMMON, b"b" * 16)))
    assert next(command.data for command in again if isinstance(command, AnswerCard)) != asked
    assert not opened(home.rig.do(CardAnswered(proof)))


@pytest.mark.rule("CARD-3")
def test_a_challenge_is_good_for_one_answer() -> None:
    home = house(CONFIG, "M", AES)
    proof = tap(home)[1]
    assert not opened(home.rig.do(CardAnswered(proof)))


def test_a_copy_of_the_number_without_the_key_is_refused() -> None:
    home = house(WEAK, "M", AES)
    assert not opened(home.rig.do(CardTapped(UID)))
    card = CardSimulator(UID, {CardSlot.COMMON: b"x" * 16}, CardFile(1, 1))
    asked = home.rig.do(CardTapped(UID, card.begin(CardSlot.COMMON, b"b" * 16)))
    assert any(isinstance(command, AnswerCard) for command in asked)
    assert not opened(home.rig.do(CardAnswered(bytes(56))))


@pytest.mark.rule("CARD-3")
@pytest.mark.parametrize(("config", "expected"), [(CONFIG, False), (WEAK, True)])
def test_a_plain_number_opens_only_where_the_property_switched_it_on(config: object, expected: bool) -> None:
    """Inv. 56."""
    home = house(config, "M", PLAIN)  # type: ignore[arg-type]
    assert opened(home.rig.do(CardTapped(b"\x04plain."))) is expected
    home.rig.wait(600_001)
    home.rig.do(Ticked())
    assert last(home).method is (Method.CARD_UID if expected else Method.CARD)


@pytest.mark.rule("CARD-3")
def test_a_random_number_is_refused_everywhere() -> None:
    """Inv. 56: it changes at every tap and names nobody."""
    home = house(WEAK, "M", replace(PLAIN, data=b"\x08abc"))
    assert not opened(home.rig.do(CardTapped(b"\x08abc")))


def test_an_unknown_card_is_refused_and_merged() -> None:
    home = house(CONFIG, "M", AES)
    for _ in range(3):
        assert not opened(home.rig.do(CardTapped(b"\x04nobody")))
    home.rig.wait(600_001)
    home.rig.do(Ticked())
    found = [event for event in events(home) if event.reason is Reason.CARD_UNKNOWN]
    assert [event.count for event in found] == [3]


@pytest.mark.rule("LOCK-2")
def test_a_model_without_a_reader_feels_no_card() -> None:
    home = house(CONFIG, "C", AES)
    assert not opened(home.rig.do(CardTapped(UID, b"b" * 16)))


def test_a_card_that_is_off_the_list_opens_nothing_any_more() -> None:
    home = house(CONFIG, "M", AES)
    assert tap(home)[2]
    home.service.edit(gone=[11])

    home.update(DANA)
    assert not tap(home)[2]


def test_the_lock_holds_exactly_the_keys_of_the_cards_on_its_list() -> None:
    """Inv. 55: no site key, no other slot's key."""
    home = house(CONFIG, "M", AES)
    held = home.rig.lock.memory.held
    assert held is not None
    assert [record.data.key for record in held.state.records.values() if isinstance(record.data, AesCard)] == [b"k" * 16]
