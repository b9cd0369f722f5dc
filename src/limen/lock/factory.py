"""What a lock is born with, as the factory leaves it in the notes (protocol A.1, A.2). Survives every wipe."""

from dataclasses import dataclass, field

from limen.lock.notes import Notes
from limen.wire import cbor, limits, shape
from limen.wire.envelope import Signer
from limen.wire.sticker import Sticker
from limen.wire.tickets import DeviceCertificate, sign_certificate

_KEY = b"factory"


@dataclass(frozen=True)
class Birth:
    """Name, model, the sticker's secret and the factory's word on the key in the secure element."""

    lock_id: bytes
    serial: str
    model: str
    certificate: bytes = field(repr=False)
    qr_secret: bytes = field(repr=False)

    def sticker(self, model_number: int) -> Sticker:
        return Sticker(self.lock_id, self.qr_secret, model_number)


def born(said: DeviceCertificate, secret: bytes, factory: Signer) -> Birth:
    """What a lock with this certificate is born with; `secret` are 16 random bytes for its sticker."""
    return Birth(said.lock_id, said.serial, said.model, sign_certificate(said, factory), secret)


def write_birth(notes: Notes, birth: Birth) -> None:
    """Once, at the factory."""
    notes.put(_KEY, cbor.encode([birth.lock_id, birth.serial, birth.model, birth.certificate, birth.qr_secret]))


def read_birth(notes: Notes) -> Birth | None:
    kept = notes.get(_KEY)
    if kept is None:
        return None
    lock_id, serial, model, certificate, secret = shape.array(cbor.decode(kept), 5)
    return Birth(
        lock_id=shape.blob(lock_id, limits.LOCK_ID_BYTES),
        serial=shape.text(serial),
        model=shape.text(model),
        certificate=shape.blob(certificate),
        qr_secret=shape.blob(secret, 16),
    )
