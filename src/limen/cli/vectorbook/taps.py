"""Cards: one whole tap from both sides, SUN messages, diversified keys."""

from limen.cli.vectorbook.steady import steady
from limen.lock.shell.keycard import encoded
from limen.lock.shell.nfc import Field
from limen.wire.cards import CardChallenge, CardFile, CardSlot, SunMessage, diversified, sun_holds

Case = dict[str, object]
UID = bytes.fromhex("04112233445566")
AID = bytes.fromhex("4c4d4e")


def card_cases() -> Case:
    """What a lock says to a card at every step, and what it makes of the answers."""
    site = steady("K_site")[:16]
    return {
        "about": "Cards (K-1 to K-7). taps: key, what the card says, what the lock says to it with this RndA, session keys, file (serial: u64 in hex). "
        "an12196: NXP's own example of the authentication. sun: text of a counting card; counter is a number, holds says whether the MAC is "
        "right. keys: CMAC(K_site, 01 || UID || AID || slot).",
        "aid": AID.hex(),
        "uid": UID.hex(),
        "an12196": _an12196(),
        "taps": [_tap(slot, diversified(site, UID, AID, slot)) for slot in CardSlot],
        "sun": [_sun("041e3c8a2d6b80", 6, "4b00064004b0b3d3"), _sun("04de5f1eacc040", 61, "94eed9ee65337086"), _sun(UID.hex(), 6, "4b00064004b0b3d3")],
        "k_site": site.hex(),
        "keys": {str(number): diversified(site, UID, AID, number).hex() for number in range(1, 6)},
    }  # fmt: skip


def _an12196() -> Case:
    rnd_a, first = bytes.fromhex("13c5db8a5930439fc3def9a4c675360f"), bytes.fromhex("a04c124213c186f22399d33ac2a30215")
    proof = bytes.fromhex("3fa64db5446d1f34cd6ea311167f5e4985b89690c04a05f17fa7ab2f08120663")
    return _authenticated(CardChallenge(bytes(16), rnd_a, CardSlot.COMMON), bytes(16), rnd_a, first, proof)


def _tap(slot: CardSlot, key: bytes) -> Case:
    """The card of the demonstration bench, with numbers that anybody can draw again."""
    drawn = [steady(f"RndB {slot}")[:16], steady(f"TI {slot}")[:4]]
    file = CardFile(serial=0x0102030405060708, generation=int(slot))
    card = encoded(UID, {int(slot): key}, file.serial, file.generation)
    card.random = lambda _: drawn.pop(0)
    field, rnd_a = Field(card), steady(f"RndA {slot}")[:16]
    first = field.begin(slot).first_answer or b""
    challenge = CardChallenge(key, rnd_a, slot)
    proof = field.answer(challenge.answer(first)).answer
    said = _authenticated(CardChallenge(key, rnd_a, slot), key, rnd_a, first, proof)
    session = challenge.finish(proof)
    answer = field.answer(session.ask_file()).answer
    read = session.open_file(answer)
    return said | {
        "slot": int(slot),
        "ask_file": session.ask_file().hex(),
        "file_answer": answer.hex(),
        "serial": f"{read.serial:016x}",
        "generation": read.generation,
    }


def _authenticated(challenge: CardChallenge, key: bytes, rnd_a: bytes, first: bytes, proof: bytes) -> Case:
    said = challenge.answer(first)
    session = challenge.finish(proof)
    return {
        "key": key.hex(),
        "rnd_a": rnd_a.hex(),
        "card_first": first.hex(),
        "lock_says": said.hex(),
        "card_proof": proof.hex(),
        "ti": session.ti.hex(),
        "enc": session.enc.hex(),
        "mac": session.mac.hex(),
    }


def _sun(uid: str, counter: int, mac: str) -> Case:
    holds = sun_holds(bytes(16), bytes.fromhex(uid), SunMessage(counter, bytes.fromhex(mac)))
    return {"key": bytes(16).hex(), "uid": uid, "counter": counter, "mac": mac, "holds": holds}
