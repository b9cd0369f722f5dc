"""How a lock gets an owner and loses one again (protocol A.3, A.4): certificate, attestation, ticket, release."""

from collections.abc import Mapping
from dataclasses import dataclass

from limen.wire import cbor, hpke, limits, shape
from limen.wire.cbor import Malformed, Value
from limen.wire.envelope import SIGNED_BY, Role, RoleKeys, Signer, Typ, load_public, open1, sign1, unverified_payload

ROLE_TYPS = frozenset(typ for typ, role in SIGNED_BY.items() if role in (Role.KA, Role.KU, Role.KG, Role.KT, Role.KL))


@dataclass(frozen=True, kw_only=True)
class DeviceCertificate:
    """The factory's word that this key was born in this device (clauses A-1 to A-3)."""

    lock_id: bytes
    serial: str
    model: str
    id_key: bytes


@dataclass(frozen=True)
class FirmwareState:
    """Model number, firmware version, security counter."""

    model: int
    ver: int
    counter: int


@dataclass(frozen=True, kw_only=True)
class Attest:
    """The lock's word before it is owned: its certificate, both nonces (16 bytes), its fresh ``xs``, the session's ``h``."""

    lock_id: bytes
    certificate: bytes
    n_s: bytes
    n_l: bytes
    fw: FirmwareState
    xs: bytes
    h: bytes


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """Ownership of one epoch, for the lock that made ``n_l``; ``roles`` one key per type, ``utime`` the service's clock."""

    lock_id: bytes
    n_l: bytes
    epoch: int
    org: int
    door: int
    root: bytes
    roles: Mapping[Typ, bytes]
    klog: bytes
    utime: int
    gateway_certificate: bytes | None = None

    def keys(self) -> RoleKeys:
        """The keys a lock believes from now on; the root's are its own matter (``roots``)."""
        return RoleKeys({typ: (key,) for typ, key in self.roles.items()})


@dataclass(frozen=True)
class Release:
    """The end of an epoch's ownership; final."""

    lock_id: bytes
    epoch: int
    iat: int


def sign_certificate(certificate: DeviceCertificate, signer: Signer) -> bytes:
    """The certificate under MFG-CA."""
    said: list[cbor.Encodable] = [certificate.lock_id, certificate.serial, certificate.model, certificate.id_key]
    return sign1(Typ.DEVICE_CERTIFICATE, cbor.encode(said), signer)


def open_certificate(data: bytes, keys: RoleKeys) -> DeviceCertificate:
    """The certificate an MFG-CA key signed; ``BadSignature`` or ``Malformed``."""
    return read_certificate(open1(data, Typ.DEVICE_CERTIFICATE, keys, 512).payload)


def read_certificate(payload: bytes) -> DeviceCertificate:
    """The certificate in a payload."""
    lock_id, serial, model, id_key = shape.array(cbor.decode(payload, 512), 4)
    public = shape.blob(id_key, limits.KEY_BYTES)
    load_public(public)
    return DeviceCertificate(
        lock_id=shape.blob(lock_id, limits.LOCK_ID_BYTES),
        serial=shape.text(serial, 32),
        model=shape.text(model, 16),
        id_key=public,
    )


def sign_attest(attest: Attest, signer: Signer) -> bytes:
    """The attestation under the lock's ``id`` key."""
    fw = [attest.fw.model, attest.fw.ver, attest.fw.counter]
    said: list[cbor.Encodable] = [attest.lock_id, attest.certificate, attest.n_s, attest.n_l, fw, attest.xs, attest.h]
    return sign1(Typ.ATTEST, cbor.encode(said), signer)


def open_attest(data: bytes, factory: RoleKeys) -> tuple[Attest, DeviceCertificate]:
    """Attestation and certificate, the first signed by the key the second names, that one by MFG-CA; ``BadSignature`` or ``Malformed``."""
    unverified_attest = read_attest(unverified_payload(data)[1])
    certificate = open_certificate(unverified_attest.certificate, factory)
    attest = read_attest(open1(data, Typ.ATTEST, RoleKeys.of_lock(certificate.id_key)).payload)
    if attest.lock_id != certificate.lock_id:
        raise Malformed("the certificate is another lock's")
    return attest, certificate


def read_attest(payload: bytes) -> Attest:
    """The attestation in a payload."""
    lock_id, certificate, n_s, n_l, fw, xs, h = shape.array(cbor.decode(payload, limits.STATEMENT_BYTES_MAX), 7)
    model, ver, counter = (shape.uint(n, shape.U32) for n in shape.array(fw, 3))
    return Attest(
        lock_id=shape.blob(lock_id, limits.LOCK_ID_BYTES),
        certificate=shape.blob(certificate, most=512),
        n_s=shape.blob(n_s, 16),
        n_l=shape.blob(n_l, 16),
        fw=FirmwareState(model, ver, counter),
        xs=hpke.public_key(xs),
        h=shape.blob(h, 32),
    )


def sign_ticket(ticket: Ticket, signer: Signer) -> bytes:
    """The ticket under KA."""
    roles: dict[int, cbor.Encodable] = {int(typ): key for typ, key in ticket.roles.items()}
    said: list[cbor.Encodable] = [
        ticket.lock_id,
        ticket.n_l,
        ticket.epoch,
        ticket.org,
        ticket.door,
        ticket.root,
        roles,
        ticket.klog,
        ticket.utime,
        ticket.gateway_certificate,
    ]
    return sign1(Typ.TICKET, cbor.encode(said), signer)


def open_ticket(data: bytes, keys: RoleKeys) -> Ticket:
    """The ticket a KA key signed; ``BadSignature`` or ``Malformed``."""
    return read_ticket(open1(data, Typ.TICKET, keys, limits.TICKET_BYTES_MAX).payload)


def read_ticket(payload: bytes) -> Ticket:
    """The ticket in a payload; an unowned lock reads it first, because the root that proves its signer is inside (A.3)."""
    fields = shape.array(cbor.decode(payload, limits.TICKET_BYTES_MAX), 10)
    lock_id, n_l, epoch, org, door, root, roles, klog, utime, gateway = fields
    return Ticket(
        lock_id=shape.blob(lock_id, limits.LOCK_ID_BYTES),
        n_l=shape.blob(n_l, 16),
        epoch=shape.uint(epoch, shape.U32),
        org=shape.uint(org, shape.U32),
        door=shape.uint(door, shape.U32),
        root=shape.blob(root, most=limits.ROOT_BYTES_MAX),
        roles=_roles(roles),
        klog=hpke.public_key(klog),
        utime=shape.uint(utime, shape.U32),
        gateway_certificate=None if gateway is None else shape.blob(gateway, 32),
    )


def sign_release(release: Release, signer: Signer) -> bytes:
    """The release under KA."""
    return sign1(Typ.RELEASE, cbor.encode([release.lock_id, release.epoch, release.iat]), signer)


def open_release(data: bytes, keys: RoleKeys) -> Release:
    """The release a KA key signed; ``BadSignature`` or ``Malformed``."""
    lock_id, epoch, iat = shape.array(cbor.decode(open1(data, Typ.RELEASE, keys, 256).payload), 3)
    return Release(shape.blob(lock_id, limits.LOCK_ID_BYTES), shape.uint(epoch, shape.U32), shape.uint(iat, shape.U32))


def _roles(value: Value) -> dict[Typ, bytes]:
    if not isinstance(value, dict) or len(value) > len(Typ):
        raise Malformed("roles")
    found = {shape.member(Typ, shape.uint(number)) if isinstance(number, int) else None: key for number, key in value.items()}
    if None in found or not ROLE_TYPS.issuperset(found):
        raise Malformed("roles")
    return {typ: shape.blob(key, limits.KEY_BYTES) for typ, key in found.items() if typ is not None}
