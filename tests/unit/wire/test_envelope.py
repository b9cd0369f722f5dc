"""Signed statements: believed by type, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import cbor, envelope
from limen.wire.cbor import Malformed
from limen.wire.envelope import ORDER, SIGNED_BY, BadSignature, Role, RoleKeys, SoftSigner, Typ, open1, sign1, unverified_payload
from tests.unit.wire.cast import KEYS, signer

PAYLOAD = cbor.encode({1: b"hello"})


@pytest.mark.parametrize("typ", list(Typ))
def test_a_statement_opens_under_its_own_types_key(typ: Typ) -> None:
    """The payload comes back byte for byte, with the kid."""
    key = signer(SIGNED_BY[typ].name)
    verified = open1(sign1(typ, PAYLOAD, key), typ, KEYS)
    assert verified.payload == PAYLOAD
    assert verified.kid == key.kid


@pytest.mark.rule("SYNC-10")
@pytest.mark.parametrize("typ", list(Typ))
@pytest.mark.parametrize("role", list(Role))
def test_a_key_of_one_role_never_verifies_another_roles_type(typ: Typ, role: Role) -> None:
    """Invariant 12, all pairs."""
    statement = sign1(typ, PAYLOAD, signer(role.name))
    if SIGNED_BY[typ] == role:
        assert open1(statement, typ, KEYS).payload == PAYLOAD
        return
    with pytest.raises(BadSignature):
        open1(statement, typ, KEYS)


@pytest.mark.parametrize("typ", list(Typ))
def test_a_statement_is_never_read_as_another_type_even_of_the_same_role(typ: Typ) -> None:
    """The type asked for decides, not the one claimed."""
    for other in Typ:
        if other != typ:
            with pytest.raises(BadSignature):
                open1(sign1(typ, PAYLOAD, signer(SIGNED_BY[other].name)), other, KEYS)


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_changed_byte_anywhere_is_refused(at: int, flip: int) -> None:
    """SYNC-10: nothing that is carried can be changed."""
    data = bytearray(sign1(Typ.GRANT, PAYLOAD, signer("KG")))
    data[at % len(data)] ^= flip
    with pytest.raises((BadSignature, Malformed)):
        open1(bytes(data), Typ.GRANT, KEYS)


@given(st.binary(max_size=120))
def test_no_bytes_crash_the_opener(data: bytes) -> None:
    """Invariant 79 at the door of everything that is believed."""
    with pytest.raises((BadSignature, Malformed)):
        open1(data, Typ.GRANT, KEYS)


def test_the_upper_s_is_refused_and_never_made() -> None:
    """One statement has one name: a courier cannot make a twin with other bytes (decision 0021)."""
    for number in range(20):
        statement = sign1(Typ.GRANT, bytes((number,)), signer("KG"))
        s = int.from_bytes(statement[-32:], "big")
        assert s <= ORDER // 2
        with pytest.raises(BadSignature):
            open1(statement[:-32] + (ORDER - s).to_bytes(32, "big"), Typ.GRANT, KEYS)


def test_signatures_are_deterministic() -> None:
    """RFC 6979: no chance is needed to sign."""
    assert sign1(Typ.GRANT, PAYLOAD, signer("KG")) == sign1(Typ.GRANT, PAYLOAD, signer("KG"))


def test_rfc_6979_example_for_p256_and_sha256() -> None:
    """Appendix A.2.5, message "sample"."""
    key = SoftSigner.from_scalar(bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"))
    r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    s = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    assert key.sign(b"sample").hex() == r + s
    assert key.public.hex() == "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"


def test_the_signed_structure_is_that_of_cose() -> None:
    """RFC 9052 section 4.4, against the general encoder."""
    protected, payload = cbor.encode({1: -7}), bytes(300)
    assert envelope._to_sign(protected, payload) == cbor.encode(["Signature1", protected, b"", payload])


def test_zero_and_oversized_numbers_are_no_signatures() -> None:
    """r and s lie in 1..n-1."""
    key = envelope.load_public(signer("KG").public)
    for signature in (bytes(64), b"\xff" * 64, bytes(63)):
        assert not envelope.verifies(key, signature, b"x")


def test_unverified_reading_says_what_is_claimed_and_nothing_more() -> None:
    """A courier reads its own grant without a key."""
    assert unverified_payload(sign1(Typ.RECEIPT, PAYLOAD, signer("LOCK"))) == (65003, PAYLOAD)


def test_points_off_the_curve_are_no_keys() -> None:
    """33 bytes, on P-256."""
    for public in (bytes(33), b"\x02" + b"\xff" * 32, b"\x04" + bytes(32), b""):
        with pytest.raises(Malformed):
            RoleKeys({Typ.GRANT: (public,)})


def test_keys_are_found_per_role_and_per_lock() -> None:
    """of_roles spreads a role over its types; of_lock knows receipts and attestations only."""
    spread = RoleKeys.of_roles({Role.KG: (signer("KG").public,)})
    assert spread.public(Typ.GRANT) == spread.public(Typ.DOOR_INFO) == {signer("KG").public}
    assert not spread.public(Typ.MANIFEST)
    assert RoleKeys.of_lock(signer("LOCK").public).public(Typ.RECEIPT) == {signer("LOCK").public}
    assert SoftSigner.from_scalar(signer("KG").scalar).public == signer("KG").public
