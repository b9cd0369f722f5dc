"""Our COSE_Sign1 against pycose, whose ECDSA is another implementation as well (python-ecdsa); decision 0110."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycose.algorithms import Es256
from pycose.headers import KID, Algorithm
from pycose.keys.curves import P256
from pycose.keys.ec2 import EC2Key
from pycose.messages.sign1message import Sign1Message

from limen.wire import cbor
from limen.wire.envelope import ORDER, RoleKeys, SoftSigner, Typ, load_public, open1, sign1

TYP = 16
SCALARS = st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32, "big"))


def theirs(signer: SoftSigner) -> EC2Key:
    """The same key in their hands."""
    point = load_public(signer.public).public_numbers()
    return EC2Key(crv=P256, x=point.x.to_bytes(32, "big"), y=point.y.to_bytes(32, "big"), d=signer.scalar)


@settings(max_examples=12)
@given(SCALARS, st.sampled_from(Typ), st.binary(max_size=300))
def test_they_verify_what_we_sign(scalar: bytes, typ: Typ, payload: bytes) -> None:
    """Header, signed structure and signature of a statement of any type."""
    signer = SoftSigner.from_scalar(scalar)
    message = Sign1Message.from_cose_obj(cbor.decode(sign1(typ, payload, signer)), True)
    message.key = theirs(signer)
    assert message.verify_signature()
    assert (message.phdr[Algorithm], message.phdr[KID], message.phdr[TYP]) == (Es256, signer.kid, int(typ))
    assert message.payload == payload
    message.payload = payload + b"x"
    assert not message.verify_signature()


@settings(max_examples=12)
@given(SCALARS, st.sampled_from(Typ), st.binary(max_size=300))
def test_we_open_what_they_sign_if_it_has_the_one_form(scalar: bytes, typ: Typ, payload: bytes) -> None:
    """Their library draws its nonce and takes either s: brought to the lower one, what it made is a statement, byte for byte canonical."""
    signer = SoftSigner.from_scalar(scalar)
    message = Sign1Message(phdr={Algorithm: Es256, KID: signer.kid, TYP: int(typ)}, uhdr={}, payload=payload)
    message.key = theirs(signer)
    made = message.encode(tag=False)
    s = int.from_bytes(made[-32:], "big")
    lower = made[:-32] + min(s, ORDER - s).to_bytes(32, "big")
    opened = open1(lower, typ, RoleKeys({typ: (signer.public,)}))
    assert (opened.payload, opened.kid) == (payload, signer.kid)


def test_a_tagged_message_of_theirs_is_no_statement() -> None:
    """COSE may carry the tag 18; the wire has one spelling, without (invariant 79)."""
    signer = SoftSigner.from_scalar(hashlib.sha256(b"cose").digest())
    message = Sign1Message(phdr={Algorithm: Es256, KID: signer.kid, TYP: int(Typ.GRANT)}, uhdr={}, payload=b"p")
    message.key = theirs(signer)
    with pytest.raises(cbor.Malformed):
        open1(message.encode(tag=True), Typ.GRANT, RoleKeys({Typ.GRANT: (signer.public,)}))
