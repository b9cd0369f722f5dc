"""Certificate, attestation, ticket, release."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import cbor, tickets
from limen.wire.cbor import Malformed
from limen.wire.envelope import SIGNED_BY, BadSignature, RoleKeys, Typ, sign1
from limen.wire.tickets import Attest, DeviceCertificate, FirmwareState, Release, Ticket
from tests.unit.wire.cast import KEYS, LOCK_ID, NOW, agreement, signer, steady

FACTORY = RoleKeys({Typ.DEVICE_CERTIFICATE: (signer("MFG_CA").public,)})
CERTIFICATE = DeviceCertificate(lock_id=LOCK_ID, serial="LM000103", model="M", id_key=signer("LOCK").public)
ATTEST = Attest(
    lock_id=LOCK_ID,
    certificate=tickets.sign_certificate(CERTIFICATE, signer("MFG_CA")),
    n_s=steady("n_s", 16),
    n_l=steady("n_l", 16),
    fw=FirmwareState(3, 100, 1),
    xs=agreement("lock")[1],
    h=steady("h"),
)
TICKET = Ticket(
    lock_id=LOCK_ID,
    n_l=ATTEST.n_l,
    epoch=2,
    org=7,
    door=42,
    root=b"root",
    roles={typ: signer(SIGNED_BY[typ].name).public for typ in tickets.ROLE_TYPS},
    klog=agreement("K_log")[1],
    utime=NOW,
    gateway_certificate=bytes(32),
)


def test_an_attestation_proves_the_device_by_the_factorys_word() -> None:
    """A.3 step 3: certificate by MFG-CA, attestation by the key it names."""
    assert tickets.open_attest(tickets.sign_attest(ATTEST, signer("LOCK")), FACTORY) == (ATTEST, CERTIFICATE)


def test_a_device_that_the_factory_did_not_make_proves_nothing() -> None:
    """Another factory, another device's key, another lock's certificate."""
    own = replace(ATTEST, certificate=tickets.sign_certificate(replace(CERTIFICATE, id_key=signer("mine").public), signer("mine")))
    for statement in (tickets.sign_attest(own, signer("mine")), tickets.sign_attest(ATTEST, signer("mine"))):
        with pytest.raises(BadSignature):
            tickets.open_attest(statement, FACTORY)
    with pytest.raises(Malformed):
        tickets.open_attest(tickets.sign_attest(replace(ATTEST, lock_id=bytes(8)), signer("LOCK")), FACTORY)


def test_a_ticket_names_the_keys_a_lock_believes() -> None:
    """Signed by KA; the keys of roles by type, and no root or lock key among them."""
    statement = tickets.sign_ticket(TICKET, signer("KA"))
    ticket = tickets.open_ticket(statement, KEYS)
    assert ticket == TICKET
    assert ticket.keys().public(Typ.GRANT) == {signer("KG").public}
    with pytest.raises(BadSignature):
        tickets.open_ticket(tickets.sign_ticket(TICKET, signer("KG")), KEYS)


@pytest.mark.parametrize("typ", [Typ.ROOT, Typ.RECEIPT, Typ.ATTEST, Typ.DEVICE_CERTIFICATE])
def test_a_ticket_cannot_lend_the_roots_the_factorys_or_a_locks_word(typ: Typ) -> None:
    """Only service roles are delegated."""
    statement = tickets.sign_ticket(replace(TICKET, roles={typ: signer("KA").public}), signer("KA"))
    with pytest.raises(Malformed):
        tickets.open_ticket(statement, KEYS)


def test_a_release_ends_one_epoch_of_one_lock() -> None:
    """Signed by KA."""
    release = Release(LOCK_ID, 2, NOW)
    assert tickets.open_release(tickets.sign_release(release, signer("KA")), KEYS) == release
    with pytest.raises(BadSignature):
        tickets.open_release(tickets.sign_release(release, signer("KU")), KEYS)
    with pytest.raises(Malformed):
        tickets.open_release(sign1(Typ.RELEASE, cbor.encode([LOCK_ID, 2]), signer("KA")), KEYS)


@given(st.binary(max_size=80))
def test_no_bytes_crash_the_readers(data: bytes) -> None:
    """Fuzz."""
    for read in (tickets.read_certificate, tickets.read_attest, tickets.read_ticket):
        with pytest.raises(Malformed):
            read(data)
