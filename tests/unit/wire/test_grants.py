"""Grants and the phone's proof."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.wire import cbor, grants
from limen.wire.cbor import Malformed
from limen.wire.envelope import BadSignature
from limen.wire.grants import Cls, Rights
from tests.unit.wire.cast import KEYS, grant, signer, steady

H = steady("h")


@given(st.sampled_from(list(Cls)), st.integers(0, 63), st.none() | st.integers(0, 2**32 - 1), st.none() | st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_a_grant_says_what_was_minted(cls: Cls, rights: int, sched: int | None, nbf: int | None) -> None:
    """All fields come back."""
    made = grant(cls, Rights(rights), sched=sched, nbf=nbf)
    assert grants.open_grant(grants.mint(made, signer("KG")), KEYS) == made


def test_a_resident_grant_is_177_bytes() -> None:
    """Table B.3."""
    assert len(grants.mint(grant(), signer("KG"))) == 177


@pytest.mark.rule("LOCK-3")
@given(st.sampled_from(["h", "grant", "op", "ctx", "key"]), st.binary(min_size=1, max_size=8))
@settings(max_examples=40)
def test_a_proof_is_worth_nothing_in_another_session_for_another_grant_or_act(what: str, other: bytes) -> None:
    """Invariant 30: a recorded PRESENT proves nothing anywhere else."""
    minted = grants.mint(grant(), signer("KG"))
    ctx = grants.unlock_ctx(42)
    signature = grants.sign_pop(signer("phone"), grants.pop_message(H, minted, 5, ctx))
    grants.verify_pop(signer("phone").public, signature, grants.pop_message(H, minted, 5, ctx))
    changed = {
        "h": (steady("h2"), minted, 5, ctx),
        "grant": (H, minted + other, 5, ctx),
        "op": (H, minted, 2, ctx),
        "ctx": (H, minted, 5, ctx + other),
        "key": (H, minted, 5, ctx),
    }[what]
    key = signer("other phone").public if what == "key" else signer("phone").public
    with pytest.raises(BadSignature):
        grants.verify_pop(key, signature, grants.pop_message(*changed))


@pytest.mark.rule("SYNC-2")
@pytest.mark.parametrize("cls", [Cls.MANAGER, Cls.COURIER, Cls.INSTALLER])
def test_further_bits_of_a_push_only_class_are_ignored(cls: Cls) -> None:
    """Invariant 19: no bit makes a manager, courier or installer pull or open."""
    assert grants.effective_rights(grant(cls, Rights(63))) == Rights.PUSH


def test_only_the_gateway_opens_remotely_and_only_that_way() -> None:
    """B.10: class 8 has push, pull and remote; nobody else has remote."""
    assert grants.effective_rights(grant(Cls.GATEWAY, Rights(63))) == Rights.PUSH | Rights.PULL | Rights.REMOTE
    assert Rights.REMOTE not in grants.effective_rights(grant(Cls.RESIDENT, Rights(63)))


def test_a_phone_is_named_by_its_cose_key() -> None:
    """key8 tells phones apart, also those that differ in the sign of y alone."""
    public = signer("phone").public
    mirrored = bytes((public[0] ^ 1,)) + public[1:]
    assert len({grants.key8(public), grants.key8(mirrored), grants.key8(signer("other phone").public)}) == 3


@given(st.binary(max_size=100))
def test_no_claims_crash_the_reader(data: bytes) -> None:
    """Fuzz, behind a good signature."""
    with pytest.raises(Malformed):
        grants.read_grant(data)


@pytest.mark.parametrize("key", [(1, 3), (-1, 2), (-3, 1)])
def test_other_curves_and_key_types_are_no_phone_keys(key: tuple[int, int]) -> None:
    """EC2, P-256, a boolean sign."""
    claims = cbor.decode(
        cbor.encode(
            {
                4: 1,
                6: 1,
                7: bytes(8),
                8: {1: {**grants.cose_key(signer("phone").public), key[0]: key[1]}},
                -65537: [bytes(8), 1, 1, 1, 1, None, 1],
            }
        )
    )
    with pytest.raises(Malformed):
        grants.read_grant(cbor.encode(claims))


def test_odd_numbers_and_lengths_of_a_proof_are_refused() -> None:
    """h of 32 bytes, an operation, a short context."""
    for h, op, ctx in ((b"short", 5, b""), (H, 0, b""), (H, 128, b""), (H, 5, bytes(65))):
        with pytest.raises(Malformed):
            grants.pop_message(h, b"", op, ctx)
    assert grants.unlock_ctx(42) == b"\x00\x00\x00\x2atap"
    assert replace(grant(), subj=9).subj == 9
