"""The lock's half of a card, against NXP's published examples; the other half is tests/unit/lock/shell/test_keycard.py."""

import pytest

from limen.wire.cards import (
    CardChallenge,
    CardFile,
    CardRefused,
    CardSession,
    CardSlot,
    SunMessage,
    cmac,
    diversified,
    odd_bytes,
    random_uid,
    sun_holds,
)
from limen.wire.records import DoorKind
from tests.unit.wire.cast import steady

UID, KEY = steady("uid", 7), steady("card key", 16)
TI = bytes.fromhex("9d00c4df")
WRITING = CardSession(
    bytes.fromhex("7A93D6571E4B180FCA6AC90C9A7488D4"),
    bytes.fromhex("FC4AF159B62E549B5812394CAB1918CC"),
    bytes.fromhex("7614281A"),
    CardSlot.AMENITY,
)


@pytest.mark.parametrize("data", [b"", bytes(15), bytes(33)])
def test_answers_of_other_lengths_are_refused(data: bytes) -> None:
    """Before anything is decrypted."""
    lock = CardChallenge(KEY, bytes(16), CardSlot.COMMON)
    with pytest.raises(CardRefused):
        lock.finish(bytes(32))
    with pytest.raises(CardRefused):
        lock.answer(data)
    with pytest.raises(CardRefused):
        WRITING.open_file(data)


@pytest.mark.rule("CARD-3")
def test_the_example_of_an12196() -> None:
    """AuthenticateEV2First with key 0 (AN12196 section 4.6 and 5.6): challenge, session keys, transaction id."""
    lock = CardChallenge(bytes(16), bytes.fromhex("13C5DB8A5930439FC3DEF9A4C675360F"), CardSlot.COMMON)
    said = lock.answer(bytes.fromhex("A04C124213C186F22399D33AC2A30215"))
    assert said.hex() == "35c3e05a752e0144bac0de51c1f22c56b34408a23d8aea266cab947ea8e0118d"
    session = lock.finish(bytes.fromhex("3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F08120663"))
    assert (session.ti, session.enc.hex(), session.mac.hex()) == (
        TI,
        "1309c877509e5a215007ff0ed19ca564",
        "4c6626f5e72ea694202139295c7a7fc7",
    )


def test_commands_and_answers_are_tagged_as_in_an12196() -> None:
    """Section 5.12, WriteData in full mode: the MAC of the command and of the empty answer after it."""
    sealed = bytes.fromhex("6B5E6804909962FC4E3FF5522CF0F843")
    header = bytes.fromhex("030000000A0000")
    assert WRITING._tag(0x8D, 0, header + sealed).hex() == "6c0c53315b9c73aa"
    assert WRITING._tag(0x00, 1, b"").hex() == "c26d236e4a7c046d"


def test_a_lock_reads_the_file_of_its_own_slot() -> None:
    """Twelve bytes of file 2 or 3 from the start, and 8 bytes of MAC."""
    files = {slot: CardSession(bytes(16), bytes(16), TI, slot).ask_file()[:7].hex() for slot in CardSlot}
    assert files == {
        CardSlot.COMMON: "020000000c0000",
        CardSlot.UNIT: "020000000c0000",
        CardSlot.AMENITY: "030000000c0000",
        CardSlot.STAFF: "030000000c0000",
    }
    assert len(WRITING.ask_file()) == 15
    assert CardFile(4711, 2).to_bytes().hex() == "000000000000126700000002"


@pytest.mark.rule("CARD-3")
@pytest.mark.parametrize(
    ("uid", "count", "mac"),
    [("041E3C8A2D6B80", 0x000006, "4B00064004B0B3D3"), ("04DE5F1EACC040", 0x00003D, "94EED9EE65337086")],
    ids=["plain mirror", "sealed mirror"],
)
def test_the_sun_messages_of_an12196(uid: str, count: int, mac: str) -> None:
    """Sections 4.4.4 and 3.4: same session key, empty MAC input; any other counter, number or key does not fit."""
    said = SunMessage(count, bytes.fromhex(mac))
    assert sun_holds(bytes(16), bytes.fromhex(uid), said)
    assert not sun_holds(bytes(16), bytes.fromhex(uid), SunMessage(count + 1, said.mac))
    assert not sun_holds(bytes(16), UID, said)
    assert not sun_holds(KEY, bytes.fromhex(uid), said)


@pytest.mark.parametrize(("count", "mac"), [(-1, bytes(8)), (1 << 24, bytes(8)), (1, b""), (1, bytes(9))])
def test_a_sun_message_out_of_shape_is_none(count: int, mac: bytes) -> None:
    """Counters have three bytes, MACs eight."""
    assert not sun_holds(KEY, UID, SunMessage(count, mac))


@pytest.mark.parametrize(
    ("length", "mac"),
    [(0, "bb1d6929e95937287fa37d129b756746"), (16, "070a16b46b4d4144f79bdd9dd04a287c"), (40, "dfa66747de9ae63030ca32611497c827")],
)
def test_cmac_of_rfc_4493(length: int, mac: str) -> None:
    """Its own examples, and the shortening of cards."""
    message = bytes.fromhex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    )
    found = cmac(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"), message[:length])
    assert found.hex() == mac
    assert odd_bytes(found) == bytes.fromhex(mac)[1::2]


def test_keys_differ_by_card_and_slot() -> None:
    """E: one opened lock forges no other card; the construction is that of AN10922, whose example holds (section 2.2.1)."""
    site, aid = steady("site", 16), b"LMN"
    keys = {diversified(site, uid, aid, slot) for uid in (UID, steady("other", 7)) for slot in CardSlot}
    assert len(keys) == 8
    example = cmac(bytes.fromhex("00112233445566778899AABBCCDDEEFF"), bytes.fromhex("0104782E21801D803042F54E585020416275"))
    assert example.hex() == "a8dd63a3b89d54b37ca802473fda9175"


def test_every_kind_of_door_has_its_slot() -> None:
    """And no two kinds share one."""
    from limen.wire.cards import SLOTS

    assert set(SLOTS) == set(DoorKind)
    assert len(set(SLOTS.values())) == len(SLOTS)
    assert SLOTS[DoorKind.ENTRANCE] is CardSlot.COMMON


def test_a_uid_that_changes_at_every_tap_names_nobody() -> None:
    """Four bytes from 0x08."""
    assert random_uid(bytes.fromhex("08a1b2c3"))
    assert not random_uid(UID) and not random_uid(bytes.fromhex("04a1b2c3"))
