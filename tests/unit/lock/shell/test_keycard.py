"""The simulated card is a test partner: it has to be right on its own, by NXP's examples, before the lock may be judged by it."""

import pytest

from limen.lock.shell.keycard import Keycard, _cmac, _decrypt, _encrypt, counting, encoded

UID = bytes.fromhex("04112233445566")
SELECT = bytes.fromhex("00a4040c07d276000085010100")


def steady(*answers: str) -> list[bytes]:
    return [bytes.fromhex(answer) for answer in answers]


def test_the_authentication_of_an12196() -> None:
    """Section 5.6: key 0, the published random numbers, the published answers."""
    drawn = steady("B9E2FC789B64BF237CCCAA20EC7E6E48", "9D00C4DF")
    card = Keycard(UID, {0: bytes(16)}, random=lambda _: drawn.pop(0))
    assert card.exchange(SELECT) == b"\x90\x00"
    assert card.exchange(bytes.fromhex("9071000002000000")).hex() == "a04c124213c186f22399d33ac2a3021591af"
    said = card.exchange(
        bytes.fromhex("90af00002035C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D00"),
    )
    assert said.hex() == "3fa64db5446d1f34cd6ea311167f5e4985b89690c04a05f17fa7ab2f081206639100"
    session = card._session
    assert session is not None
    assert (session.enc.hex(), session.mac.hex()) == ("1309c877509e5a215007ff0ed19ca564", "4c6626f5e72ea694202139295c7a7fc7")


def test_full_mode_of_an12196() -> None:
    """Section 5.12: IV, ciphertext and MAC of data in a session."""
    enc, mac, ti = steady("7A93D6571E4B180FCA6AC90C9A7488D4", "FC4AF159B62E549B5812394CAB1918CC", "7614281A")
    iv = _encrypt(enc, bytes(16), b"\xa5\x5a" + ti + bytes(10))
    assert iv.hex() == "4c651a64261a90307b6c293f611c7f7b"
    sealed = _encrypt(enc, iv, bytes.fromhex("0102030405060708090a800000000000"))
    assert sealed.hex() == "6b5e6804909962fc4e3ff5522cf0f843"
    assert _decrypt(enc, iv, sealed).hex() == "0102030405060708090a800000000000"
    assert _cmac(mac, b"\x8d\0\0" + ti + bytes.fromhex("030000000a0000") + sealed)[1::2].hex() == "6c0c53315b9c73aa"


def test_a_counting_card_writes_the_message_of_an12196_and_another_one_at_the_next_tap() -> None:
    """Section 4.4.4: the published number and count; read twice within a tap it is the same message."""
    card = counting(bytes.fromhex("041E3C8A2D6B80"), bytes(16), 5)
    card.exchange(SELECT)
    text = card.exchange(bytes.fromhex("00b0000080"))
    assert b"u=041E3C8A2D6B80&c=000006&m=4B00064004B0B3D3" in text
    assert card.exchange(bytes.fromhex("00b0000080")) == text
    card.exchange(SELECT)
    assert b"&c=000007&m=" in card.exchange(bytes.fromhex("00b0000080"))


@pytest.mark.parametrize(
    ("apdu", "status"),
    [
        ("9071000002010000", "6a82"),
        ("00a4040c03aabbcc00", "6a82"),
        ("", "6a82"),
    ],
    ids=["before selection", "another application", "nothing"],
)
def test_nothing_is_said_before_the_application_is_selected(apdu: str, status: str) -> None:
    """As the card does."""
    assert encoded(UID, {1: bytes(16)}, 1, 1).exchange(bytes.fromhex(apdu)).hex() == status


def test_a_card_shows_nothing_to_a_reader_that_does_not_know_the_key() -> None:
    """No file without a proof, no second proof for one number, no key it lacks, no text from a card that can be asked."""
    card = encoded(UID, {1: bytes(16)}, 1, 1)
    card.exchange(SELECT)
    assert card.exchange(bytes.fromhex("00b0000080")).hex() == "6982"
    assert card.exchange(bytes.fromhex("9071000002020000")).hex() == "9140"
    assert card.exchange(bytes.fromhex("90ad00000f") + bytes(16)).hex() == "919d"
    assert card.exchange(bytes.fromhex("00b0")).hex() == "6700"
    assert card.exchange(bytes.fromhex("9071000000")).hex() == "9140"
    card.exchange(bytes.fromhex("9071000002010000"))
    assert card.exchange(bytes.fromhex("90af000020") + bytes(33)).hex() == "91ae"
    assert card.exchange(bytes.fromhex("90af000020") + bytes(33)).hex() == "919d"
