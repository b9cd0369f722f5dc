"""What Project Wycheproof collected of how primitives go wrong, against the way each is used here."""

import hashlib

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from limen.wire.cards import cmac
from limen.wire.envelope import ORDER, BadSignature, Claimed, RoleKeys, SoftSigner, Typ, load_public, open1, sign1, verifies
from limen.wire.session import SessionBroken, _agree, _hkdf
from tests.conformance.published import wycheproof

P256 = "Signature/wycheproof/ecdsa_secp256r1_sha256_p1363_test.json"
X25519 = "Protocol/wycheproof/x25519_test.json"
AES_GCM = "Cipher/wycheproof/aes_gcm_test.json"
CMAC = "Hash/wycheproof/aes_cmac_test.json"
HKDF = "Protocol/wycheproof/hkdf_sha256_test.json"


def test_ecdsa_signatures_are_believed_exactly_where_they_are_valid() -> None:
    """262 signatures r || s: forged, malleable, zero, beyond the order, of a wrong length, over edge points."""
    wrong = []
    for group, test in wycheproof(P256):
        key = load_public(_compressed(bytes.fromhex(group["publicKey"]["uncompressed"])))
        believed = verifies(key, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
        if believed is not (test["result"] == "valid"):
            wrong.append((test["tcId"], test["comment"]))
    assert wrong == []


def test_of_the_two_forms_of_a_valid_signature_a_statement_takes_one() -> None:
    """For each valid signature (r, s) also (r, n - s) verifies; only one of the two is a statement's (decision 0021)."""
    seen = 0
    for group, test in wycheproof(P256):
        signature, message = bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])
        if test["result"] == "valid":
            key = load_public(_compressed(bytes.fromhex(group["publicKey"]["uncompressed"])))
            other = signature[:32] + (ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
            assert verifies(key, other, message)
            assert [Claimed(0, b"", b"", form, b"").has_lower_s for form in sorted((signature, other), key=_s)] == [True, False]
            seen += 1
    assert seen == 173


def test_a_statement_with_the_upper_s_is_refused_by_name() -> None:
    """The rule of the test above where it counts: in `open1`."""
    signer = SoftSigner.from_scalar(hashlib.sha256(b"wycheproof").digest())
    keys = RoleKeys({Typ.GRANT: (signer.public,)})
    data = sign1(Typ.GRANT, b"payload", signer)
    upper = data[:-32] + (ORDER - int.from_bytes(data[-32:], "big")).to_bytes(32, "big")
    assert open1(data, Typ.GRANT, keys).payload == b"payload"
    with pytest.raises(BadSignature):
        open1(upper, Typ.GRANT, keys)


def test_x25519_agrees_and_refuses_points_that_lead_to_nothing() -> None:
    """518 agreements: edge values, twists, points written in two ways; one whose secret would be zero ends the handshake."""
    refused = 0
    for _, test in wycheproof(X25519):
        private, public, shared = (bytes.fromhex(test[name]) for name in ("private", "public", "shared"))
        if any(shared):
            assert _agree(private, public) == shared, test["comment"]
        else:
            refused += 1
            with pytest.raises(SessionBroken):
                _agree(private, public)
    assert refused > 20


def test_aes_gcm_opens_what_is_valid_and_nothing_else() -> None:
    """Keys of 16 (records, HPKE) and 32 bytes (Noise, at rest), nonces of 12, tags of 16: all that is used here."""
    seen = {"valid": 0, "invalid": 0}
    for group, test in wycheproof(AES_GCM):
        if (group["ivSize"], group["tagSize"]) != (96, 128) or group["keySize"] not in (128, 256):
            continue
        key, nonce, aad, plain, sealed = (bytes.fromhex(test[name]) for name in ("key", "iv", "aad", "msg", "ct"))
        whole = sealed + bytes.fromhex(test["tag"])
        seen[test["result"]] += 1
        if test["result"] == "valid":
            assert AESGCM(key).encrypt(nonce, plain, aad) == whole
            assert AESGCM(key).decrypt(nonce, whole, aad) == plain
        else:
            with pytest.raises(InvalidTag):
                AESGCM(key).decrypt(nonce, whole, aad)
    assert seen["valid"] > 50
    assert seen["invalid"] > 30


def test_cmac_of_the_cards_is_aes_cmac() -> None:
    """AES-128 with whole tags, as diversification and session keys use it (RFC 4493)."""
    seen = 0
    for group, test in wycheproof(CMAC):
        if (group["keySize"], group["tagSize"]) == (128, 128):
            same = cmac(bytes.fromhex(test["key"]), bytes.fromhex(test["msg"])) == bytes.fromhex(test["tag"])
            assert same is (test["result"] == "valid"), test["comment"]
            seen += 1
    assert seen > 60


def test_the_key_derivation_of_noise_is_hkdf_without_info() -> None:
    """Noise section 4.3 says so; wherever the collection has no info and at most three blocks, both give the same."""
    seen = 0
    for _, test in wycheproof(HKDF):
        if not test["info"] and test["size"] <= 96 and test["result"] == "valid":
            out = b"".join(_hkdf(bytes.fromhex(test["salt"]), bytes.fromhex(test["ikm"]), 3))
            assert out[: test["size"]] == bytes.fromhex(test["okm"])
            seen += 1
    assert seen > 10


def _compressed(uncompressed: bytes) -> bytes:
    return bytes((2 + uncompressed[-1] % 2,)) + uncompressed[1:33]


def _s(signature: bytes) -> int:
    return int.from_bytes(signature[32:], "big")
