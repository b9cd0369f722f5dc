"""The examples of the RFCs themselves, against what the wire makes of each."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from limen.wire import cbor
from limen.wire.cards import cmac
from limen.wire.cbor import Malformed, Value
from limen.wire.hpke import OVERHEAD_BYTES, HpkeOpener, HpkeSealer, NotForUs
from limen.wire.session import _agree, _hkdf, public_of
from tests.conformance.published import answers, hpke_answers

# RFC 8949 appendix A, what of it the wire can say.
SAID: dict[str, Value] = {
    "00": 0,
    "01": 1,
    "0a": 10,
    "17": 23,
    "1818": 24,
    "1819": 25,
    "1864": 100,
    "1903e8": 1000,
    "1a000f4240": 1_000_000,
    "1b000000e8d4a51000": 1_000_000_000_000,
    "1bffffffffffffffff": 2**64 - 1,
    "3bffffffffffffffff": -(2**64),
    "20": -1,
    "29": -10,
    "3863": -100,
    "3903e7": -1000,
    "f4": False,
    "f5": True,
    "f6": None,
    "40": b"",
    "4401020304": b"\x01\x02\x03\x04",
    "60": "",
    "6161": "a",
    "6449455446": "IETF",
    "62225c": '"\\',
    "62c3bc": "ü",
    "63e6b0b4": "水",
    "64f0908591": "𐅑",
    "80": [],
    "83010203": [1, 2, 3],
    "8301820203820405": [1, [2, 3], [4, 5]],
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819": list(range(1, 26)),
    "a0": {},
    "a201020304": {1: 2, 3: 4},
    "a26161016162820203": {"a": 1, "b": [2, 3]},
    "826161a161626163": ["a", {"b": "c"}],
    "a56161614161626142616361436164614461656145": {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"},
}
# And all the rest of it: bignums, floats, undefined, simple values, tags, indefinite lengths.
UNSAID = (
    "c249010000000000000000 c349010000000000000000 f90000 f98000 f93c00 fb3ff199999999999a f93e00 f97bff fa47c35000 "
    "fa7f7fffff fb7e37e43c8800759c f90001 f90400 f9c400 fbc010666666666666 f97c00 f97e00 f9fc00 fa7f800000 fa7fc00000 "
    "faff800000 fb7ff0000000000000 fb7ff8000000000000 fbfff0000000000000 f7 f0 f8ff c074323031332d30332d32315432303a30343a30305a "
    "c11a514b67b0 c1fb41d452d9e2000000 d74401020304 d818456449455446 d82076687474703a2f2f7777772e6578616d706c652e636f6d "
    "5f42010243030405ff 7f657374726561646d696e67ff 9fff 9f018202039f0405ffff 9f01820203820405ff 83018202039f0405ff 83019f0203ff820405 "
    "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff bf61610161629f0203ffff 826161bf61626163ff bf6346756ef563416d7421ff "
)


@pytest.mark.parametrize("spelled", SAID)
def test_rfc_8949_examples_are_read_and_written_byte_for_byte(spelled: str) -> None:
    """Appendix A, the examples inside our subset."""
    assert cbor.encode(SAID[spelled]) == bytes.fromhex(spelled)
    assert cbor.decode(bytes.fromhex(spelled)) == SAID[spelled]


@pytest.mark.parametrize("spelled", UNSAID.split())
def test_rfc_8949_examples_outside_the_subset_are_refused(spelled: str) -> None:
    """Appendix A, all the others: nothing a stranger sends reaches a tag, a float or a length that is not told (invariant 79)."""
    with pytest.raises(Malformed):
        cbor.decode(bytes.fromhex(spelled))


def test_rfc_4231_hmac() -> None:
    """The MAC of codes, tags and ratchets."""
    whole = answers("HMAC/rfc-4231-sha256.txt")
    assert len(whole) >= 6
    for case in whole:
        assert hmac.digest(bytes.fromhex(case["key"]), bytes.fromhex(case["msg"]), "sha256").hex() == case["md"]


def test_rfc_5869_hkdf() -> None:
    """The case without info is what Noise asks of `_hkdf`; its extract step is that of all three."""
    for case in answers("KDF/rfc-5869-HKDF-SHA256.txt"):
        salt, secret = bytes.fromhex(case["salt"]), bytes.fromhex(case["ikm"])
        assert hmac.digest(salt or bytes(32), secret, "sha256").hex() == case["prk"]
        if not case["info"]:
            assert b"".join(_hkdf(salt, secret, 3))[: int(case["l"])].hex() == case["okm"]


def test_rfc_7748_x25519() -> None:
    """Section 5.2: single agreements, and a thousand in a chain."""
    for case in answers("asymmetric/X25519/rfc7748.txt"):
        assert _agree(bytes.fromhex(case["input_scalar"]), bytes.fromhex(case["input_u"])).hex() == case["output_u"]
    k = u = (9).to_bytes(32, "little")
    for _ in range(1000):
        k, u = _agree(k, u), k
    assert k.hex() == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"


def test_nist_sp_800_38b_cmac() -> None:
    """The examples of RFC 4493, too."""
    for case in answers("CMAC/nist-800-38b-aes128.txt"):
        assert cmac(bytes.fromhex(case["key"]), bytes.fromhex(case["message"])).hex() == case["output"]


def _labelled(salt: bytes, suite: bytes, label: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, "sha256")


def _stretched(prk: bytes, suite: bytes, label: bytes, info: bytes, size: int) -> bytes:
    return hmac.digest(prk, size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info + b"\x01", "sha256")[:size]


def by_the_book(ephemeral: bytes, receiver: bytes, info: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """(enc, shared secret, key, base nonce) of base mode, written out from RFC 9180 sections 4.1 and 5.1 for this test alone."""
    enc = public_of(ephemeral)
    dh = X25519PrivateKey.from_private_bytes(ephemeral).exchange(X25519PublicKey.from_public_bytes(receiver))
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x01"
    shared = _stretched(_labelled(b"", kem, b"eae_prk", dh), kem, b"shared_secret", enc + receiver, 32)
    context = b"\x00" + _labelled(b"", suite, b"psk_id_hash", b"") + _labelled(b"", suite, b"info_hash", info)
    secret = _labelled(shared, suite, b"secret", b"")
    return enc, shared, _stretched(secret, suite, b"key", context, 16), _stretched(secret, suite, b"base_nonce", context, 12)


def test_rfc_9180_base_mode_of_our_suite() -> None:
    """Appendix A.1.1: secret, key, nonce and every sealed message; our opener reads what the same steps seal, our sealer what they open."""
    told = {name: bytes.fromhex(value) for name, value in hpke_answers().items() if isinstance(value, str)}
    enc, shared, key, nonce = by_the_book(told["skEm"], told["pkRm"], told["info"])
    assert (enc, shared, key, nonce) == (told["enc"], told["shared_secret"], told["key"], told["base_nonce"])
    for message in hpke_answers()["encryptions"][:10]:
        sealed = AESGCM(key).encrypt(*(bytes.fromhex(message[name]) for name in ("nonce", "pt", "aad")))
        assert sealed.hex() == message["ct"]
    ours = enc + AESGCM(key).encrypt(nonce, b"a list", b"")
    assert HpkeOpener(told["skRm"]).open(ours, told["info"]) == b"a list"
    with pytest.raises(NotForUs):
        HpkeOpener(told["skRm"]).open(ours, told["info"] + b"x")


def test_what_our_sealer_seals_opens_by_the_book() -> None:
    """The other direction: the receiver's half of RFC 9180 section 5.1.1 by hand."""
    private = hashlib.sha256(b"a lock").digest()
    sealed = HpkeSealer(public_of(private)).seal(b"a list", b"dl/upd/1")
    enc = sealed[:32]
    dh = X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(enc))
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x01"
    shared = _stretched(_labelled(b"", kem, b"eae_prk", dh), kem, b"shared_secret", enc + public_of(private), 32)
    context = b"\x00" + _labelled(b"", suite, b"psk_id_hash", b"") + _labelled(b"", suite, b"info_hash", b"dl/upd/1")
    secret = _labelled(shared, suite, b"secret", b"")
    key, nonce = _stretched(secret, suite, b"key", context, 16), _stretched(secret, suite, b"base_nonce", context, 12)
    assert AESGCM(key).decrypt(nonce, sealed[32:], b"") == b"a list"
    assert len(sealed) == len(b"a list") + OVERHEAD_BYTES
