"""Cards (protocol E; inv. 54 to 56), with a simulated card that shares no code with the lock."""

from dataclasses import replace

import pytest

from limen.lock.commands import AnswerCard, Command
from limen.lock.counters import COUNTERS_MAX
from limen.lock.events import CardAnswered, CardTapped, Ticked
from limen.lock.flash import Area, FlashError
from limen.lock.shell.flash import MemoryFlash
from limen.lock.shell.keycard import Keycard, counting, encoded
from limen.lock.shell.nfc import Card, Field
from limen.wire.answers import Settled
from limen.wire.cards import CardSlot, SunMessage
from limen.wire.events import Method, Result
from limen.wire.grants import Cls
from limen.wire.records import AesCard, Config, ConfigFlags, DoorKind, ListRecord, RecordKind
from limen.wire.refusals import Reason
from tests.unit.lock.reading import events, last
from tests.unit.lock.site import CONFIG, DANA, Chance, House, house, opened

UID, KEY = b"\x04cardno", b"k" * 16
AES = ListRecord(slot=11, kind=RecordKind.CARD_AES, data=AesCard(UID, KEY), subj=6, cls=Cls.RESIDENT)
PLAIN = ListRecord(slot=12, kind=RecordKind.CARD_UID, data=b"\x04plain.", subj=7, cls=Cls.RESIDENT)
WEAK = replace(CONFIG, flags=ConfigFlags.UID)
SUN = replace(CONFIG, flags=ConfigFlags.SUN)


def card(key: bytes = KEY, slot: CardSlot = CardSlot.AMENITY, seed: int = 5) -> Keycard:
    """A card with this key in this slot; its random numbers repeat with its seed."""
    made = encoded(UID, {int(slot): key}, serial=4711, generation=1)
    made.random = Chance(seed)
    return made


def tap(home: House, tapped: Card) -> tuple[bool, list[CardTapped | CardAnswered], list[bytes]]:
    """Whether the door opened, what the card said, what it was told."""
    field = Field(tapped)
    heard: list[CardTapped | CardAnswered] = [field.begin(home.rig.lock.card_slot)]
    told: list[bytes] = []
    commands = home.rig.do(heard[0])
    while (asked := challenge(commands)) is not None:
        told.append(asked)
        heard.append(field.answer(asked))
        commands = home.rig.do(heard[-1])
    return opened(commands), heard, told


def challenge(commands: list[Command]) -> bytes | None:
    return next((command.data for command in commands if isinstance(command, AnswerCard)), None)


def reasons(home: House) -> list[tuple[Method, Reason | None]]:
    """Why cards were refused so far, merged ones written."""
    home.rig.wait(600_001)
    home.rig.do(Ticked())
    return [(event.method, event.reason) for event in events(home) if event.result is Result.REFUSED]


@pytest.mark.rule("CARD-3", "CARD-1", "LOCK-2")
def test_a_card_that_proves_its_key_to_the_locks_own_challenge_opens_and_mirrors_its_owner() -> None:
    """The lock draws a number, the card proves its key to it, its file is read, and the record names the card's record (invariant 54)."""
    home = house(CONFIG, "M", AES)
    was_opened, heard, told = tap(home, card())
    assert was_opened
    assert [len(said) for said in told] == [32, 15]
    assert len(heard) == 3
    event = last(home)
    assert (event.method, event.subj, event.ref, event.result) == (Method.CARD, 6, 11, Result.GRANTED)


@pytest.mark.rule("CARD-3")
def test_a_replayed_transcript_opens_nothing() -> None:
    """Everything a card said at a real tap, said again by a recorder, opens nothing: the lock's number is another one (invariant 54)."""
    home = house(CONFIG, "M", AES)
    was_opened, heard, told = tap(home, card())
    assert was_opened
    home.rig.wait(30_000)
    commands = home.rig.do(heard[0])
    assert challenge(commands) not in (None, *told)
    for said in heard[1:]:
        commands = home.rig.do(said)
        assert not opened(commands)
        assert challenge(commands) is None
    assert (Method.CARD, Reason.CARD_FAILED) in reasons(home)


@pytest.mark.rule("CARD-3")
def test_a_challenge_is_good_for_one_answer_and_ten_seconds() -> None:
    """The same proof twice, a file before its proof, and an answer that comes late open nothing (invariant 54)."""
    home = house(CONFIG, "M", AES)
    heard = tap(home, card())[1]
    assert not opened(home.rig.do(heard[1]))
    field = Field(card())
    asked = challenge(home.rig.do(field.begin(home.rig.lock.card_slot)))
    assert asked is not None
    home.rig.wait(10_001)
    commands = home.rig.do(field.answer(asked))
    assert challenge(commands) is None and not opened(commands)
    assert (Method.CARD, Reason.CARD_REPLAYED) in reasons(home)


@pytest.mark.parametrize("wrong", ["key", "slot", "proof", "file"])
def test_a_card_that_fails_one_step_is_refused(wrong: str) -> None:
    """Another key, a key in another slot only, a broken proof, a broken file: none of them opens (invariant 54)."""
    home = house(CONFIG, "M", AES)
    tapped = card(b"x" * 16 if wrong == "key" else KEY, CardSlot.COMMON if wrong == "slot" else CardSlot.AMENITY)
    field = Field(tapped)
    commands = home.rig.do(field.begin(home.rig.lock.card_slot))
    for step in ("proof", "file"):
        asked = challenge(commands)
        if asked is None:
            break
        answer = field.answer(asked).answer
        commands = home.rig.do(CardAnswered(bytes(len(answer)) if wrong == step else answer))
    assert not opened(commands)


def test_a_copy_of_the_number_without_the_key_is_refused() -> None:
    """A blank with the same number: the lock knows that number as one that proves a key."""
    home = house(WEAK, "M", AES)
    assert not opened(home.rig.do(CardTapped(UID)))
    assert not opened(home.rig.do(CardTapped(UID, b"short")))
    assert set(reasons(home)) == {(Method.CARD, Reason.CARD_FAILED)}


@pytest.mark.rule("CARD-3")
@pytest.mark.parametrize(("config", "expected"), [(CONFIG, False), (SUN, False), (WEAK, True)], ids=["off", "only SUN on", "on"])
def test_a_plain_number_opens_only_where_the_property_switched_it_on(config: Config, expected: bool) -> None:
    """The list may name it as it likes: without the switch a number is no key (invariant 56)."""
    home = house(config, "M", PLAIN)
    assert opened(home.rig.do(CardTapped(b"\x04plain."))) is expected
    if expected:
        assert last(home).method is Method.CARD_UID
    else:
        assert reasons(home) == [(Method.CARD_UID, Reason.CARD_WEAK)]


@pytest.mark.rule("CARD-3")
def test_a_number_alone_never_opens_by_the_record_of_a_card_that_proves_a_key() -> None:
    """Where plain cards are allowed, too: whoever copies the number of an AES card has nothing (K-8)."""
    home = house(WEAK, "M", AES)
    assert not opened(home.rig.do(CardTapped(UID)))
    assert reasons(home) == [(Method.CARD, Reason.CARD_FAILED)]


@pytest.mark.rule("CARD-3")
@pytest.mark.parametrize("way", ["plain", "aes", "sun"])
def test_a_random_number_is_refused_everywhere(way: str) -> None:
    """A number from 0x08 changes at every tap and names nobody, whatever the list and the switches say (invariant 56)."""
    random = b"\x08abc"
    listed = (
        ListRecord(slot=12, kind=RecordKind.CARD_UID, data=random, subj=7, cls=Cls.RESIDENT),
        ListRecord(slot=13, kind=RecordKind.CARD_AES, data=AesCard(random, KEY), subj=7, cls=Cls.RESIDENT),
    )
    home = house(replace(CONFIG, flags=ConfigFlags.UID | ConfigFlags.SUN), "M", *listed)
    told = {
        "plain": CardTapped(random),
        "aes": CardTapped(random, bytes(16)),
        "sun": CardTapped(random, sun=SunMessage(1, bytes(8))),
    }[way]
    commands = home.rig.do(told)
    assert not opened(commands) and challenge(commands) is None


@pytest.mark.rule("CARD-3")
def test_a_counting_card_opens_only_where_it_is_switched_on() -> None:
    """Off it is refused and the reason is in the record; on it opens, marked as what it is."""
    home = house(CONFIG, "M", AES)
    assert not tap(home, counting(UID, KEY))[0]
    assert reasons(home) == [(Method.CARD_SUN, Reason.CARD_WEAK)]
    home = house(SUN, "M", AES)
    assert tap(home, counting(UID, KEY))[0]
    assert last(home).method is Method.CARD_SUN
    assert not tap(home, counting(UID, b"x" * 16, 50))[0]


@pytest.mark.rule("CARD-3")
def test_a_counting_card_says_nothing_twice() -> None:
    """A repeated or lower counter is refused at that door, before and after a power cut (CARD-3)."""
    home = house(SUN, "M", AES)
    tapped = counting(UID, KEY, 6)
    heard = tap(home, tapped)[1][0]
    assert not opened(home.rig.do(heard))
    assert not tap(home, counting(UID, KEY, 5))[0]
    home.rig.pull_battery(5_000)
    assert not opened(home.rig.do(heard))
    assert tap(home, tapped)[0]
    assert (Method.CARD_SUN, Reason.CARD_REPLAYED) in reasons(home)


def test_a_count_is_kept_before_the_bolt_moves() -> None:
    """A flash that cannot keep the count keeps the door shut."""

    class Stubborn(MemoryFlash):
        failing = False

        def program(self, area: Area, at: int, data: bytes) -> None:
            if self.failing and b"sun" in data:
                raise FlashError("worn out")
            super().program(area, at, data)

    flash = Stubborn()
    home = house(SUN, "M", AES, flash=flash)
    flash.failing = True
    assert not tap(home, counting(UID, KEY))[0]


def test_the_book_of_counts_is_bounded_and_forgets_cards_that_left_the_list() -> None:
    """More counting cards than it has room for: those off the list give way, those on it never."""
    home = house(SUN, "M", AES)
    counters = home.rig.lock.memory.counters
    uids = [b"\x04" + n.to_bytes(6, "big") for n in range(COUNTERS_MAX)]
    for uid in uids:
        assert counters.spend(uid, 9, lambda _: True)
    assert not counters.spend(b"\x04one.mo", 1, lambda _: True)
    assert counters.spend(b"\x04one.mo", 1, lambda uid: uid != uids[3])
    assert not counters.spend(uids[4], 9, lambda _: True)
    counters.clear()
    assert counters.spend(uids[4], 9, lambda _: True)


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
    assert not tap(home, card())[0]


def test_a_card_that_is_off_the_list_opens_nothing_any_more() -> None:
    home = house(CONFIG, "M", AES)
    assert tap(home, card())[0]
    home.service.edit(gone=[11])

    home.update(DANA)
    assert not tap(home, card())[0]


@pytest.mark.parametrize(
    ("kind", "slot"),
    [(DoorKind.ENTRANCE, 1), (DoorKind.UNIT, 2), (DoorKind.COMMON, 3), (DoorKind.SERVICE, 4)],
)
def test_a_door_asks_for_the_key_of_its_own_slot(kind: DoorKind, slot: int) -> None:
    """A card that has this one key opens; one that has only the three others does not even begin (invariant 55)."""
    home = house(replace(CONFIG, door_kind=kind), "M", AES)
    assert home.rig.lock.card_slot == slot
    assert tap(home, card(slot=CardSlot(slot)))[0]
    others = encoded(UID, {int(other): KEY for other in CardSlot if other != slot}, 1, 1)
    assert not tap(home, others)[0]


def test_the_lock_holds_exactly_the_keys_of_the_cards_on_its_list() -> None:
    """All that its flash holds of card keys is the key of each listed card, of its own slot; with the card the key leaves (invariant 55)."""
    flash = MemoryFlash()
    home = house(CONFIG, "M", AES, flash=flash)
    held = home.rig.lock.memory.held
    assert held is not None
    assert [record.data.key for record in held.state.records.values() if isinstance(record.data, AesCard)] == [KEY]
    assert sum(KEY in bytes(area) for area in flash._areas.values()) == 1
    home.service.edit(gone=[11])
    home.update(DANA)
    assert not any(KEY in bytes(area) for area in flash._areas.values())


@pytest.mark.rule("CARD-2", "CARD-3")
def test_a_card_that_an_update_takes_away_between_challenge_and_proof_opens_nothing() -> None:
    """Held to the reader while the list that ends it arrives: what counts is the list at the moment of the opening."""
    home = house(CONFIG, "M", AES)
    field = Field(card())
    first = challenge(home.rig.do(field.begin(home.rig.lock.card_slot)))
    assert first is not None
    second = challenge(home.rig.do(field.answer(first)))
    assert second is not None
    home.service.edit(gone=[AES.slot])
    assert isinstance(home.update(DANA), Settled)
    assert not opened(home.rig.do(field.answer(second)))
    assert (Method.CARD, Reason.CARD_UNKNOWN) in reasons(home)
