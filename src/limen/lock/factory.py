"""What a lock is born with, as the factory leaves it in the notes (protocol A.1, A.2). Survives every wipe.

The verifier of the code under the battery cover has a note of its own, written first: a lock from a factory before it has none and says so, and an
earlier firmware reads the rest as it always did.
"""

from dataclasses import dataclass, field

from limen.lock.notes import Notes
from limen.wire import cbor, covercode, limits, shape
from limen.wire.envelope import Signer
from limen.wire.sticker import Sticker
from limen.wire.tickets import DeviceCertificate, sign_certificate

_KEY, _COVER = b"factory", b"cover"


@dataclass(frozen=True)
class Birth:
    """Name, model, the sticker's secret, what stands for the digits under the battery cover (A-17), and the factory's word on the key in the secure element."""

    lock_id: bytes
    serial: str
    model: str
    certificate: bytes = field(repr=False)
    qr_secret: bytes = field(repr=False)
    cover: covercode.Record | None = field(default=None, repr=False)

    def sticker(self, model_number: int) -> Sticker:
        return Sticker(self.lock_id, self.qr_secret, model_number)


def born(said: DeviceCertificate, secret: bytes, factory: Signer, cover: covercode.Record | None = None) -> Birth:
    """What a lock with this certificate is born with; `secret` are 16 random bytes for its sticker, `cover` stands for its eight digits."""
    return Birth(said.lock_id, said.serial, said.model, sign_certificate(said, factory), secret, cover)


def write_birth(notes: Notes, birth: Birth) -> None:
    """Once, at the factory."""
    if birth.cover is not None:
        notes.put(_COVER, covercode.encode_record(birth.cover))
    notes.put(_KEY, cbor.encode([birth.lock_id, birth.serial, birth.model, birth.certificate, birth.qr_secret]))


def read_birth(notes: Notes) -> Birth | None:
    kept = notes.get(_KEY)
    if kept is None:
        return None
    lock_id, serial, model, certificate, secret = shape.array(cbor.decode(kept), 5)
    cover = notes.get(_COVER)
    return Birth(
        lock_id=shape.blob(lock_id, limits.LOCK_ID_BYTES),
        serial=shape.text(serial),
        model=shape.text(model),
        certificate=shape.blob(certificate),
        qr_secret=shape.blob(secret, 16),
        cover=covercode.read_record(cover) if cover is not None else None,
    )
