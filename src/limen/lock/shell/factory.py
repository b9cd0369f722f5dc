"""Where simulated locks are made: id key, sticker secret, digits, name and certificate, once, at first sight of a serial (protocol A.1, A.2).

What is printed under the battery cover is a file beside the flash: the lock itself has no digits, only what they can be proved by.
"""

import os
import re
import secrets
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from limen.lock.capabilities import Model, read_models
from limen.lock.factory import Birth, born, read_birth, write_birth
from limen.lock.flash import Layout
from limen.lock.notes import Notes
from limen.lock.shell.flash import FileFlash
from limen.wire import covercode, limits
from limen.wire.envelope import ORDER, SoftSigner
from limen.wire.sticker import sticker_text
from limen.wire.tickets import DeviceCertificate

SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
COVER = "cover"


@dataclass(frozen=True)
class Made:
    """A lock on the shelf: its body's memory, its key, what is printed on it."""

    serial: str
    model: Model
    birth: Birth
    flash: FileFlash
    id_key: SoftSigner
    digits: str | None = field(default=None, repr=False)

    @property
    def sticker(self) -> str:
        return sticker_text(self.birth.sticker(self.model.number))

    @property
    def air_name(self) -> str:
        """What it is called in the air before it has an owner."""
        return covercode.unowned_name(self.birth.lock_id, self.birth.qr_secret)

    @property
    def cover(self) -> str | None:
        """What stands under the battery cover; None for a lock from before there were codes."""
        return covercode.Cover(self.air_name, self.digits).text if self.digits is not None and self.birth.cover is not None else None


class Factory:
    """Holds MFG-CA's private half, made at the first start. Installations that buy real locks trust another one."""

    def __init__(self, folder: Path, trust: Path | None) -> None:
        self._key = _key(folder / "mfg-ca.key")
        if trust is not None and not (trust / "mfg-ca.pub").exists():
            trust.mkdir(parents=True, exist_ok=True)
            (trust / "mfg-ca.pub").write_text(self._key.public.hex() + "\n", "ascii")

    def make(self, folder: Path, serial: str, model: Model) -> Made:
        """The lock of this serial: found as it was left, or made now. Raises ValueError for a serial that is none or of another model."""
        if not SERIAL.fullmatch(serial):
            raise ValueError(f"not a serial: {serial!r}")
        _same_model(folder / serial / "model", model)
        layout = Layout.for_capacity(model.capacity)
        flash = FileFlash(folder / serial / "flash.img", layout.all())
        id_key = _key(folder / serial / "id.key")
        notes = Notes(flash, layout.notes)
        birth = read_birth(notes)
        if birth is None:
            birth = self._born(serial, model, id_key, _printed(folder / serial / COVER))
            write_birth(notes, birth)
        return Made(serial, model, birth, flash, id_key, _read(folder / serial / COVER))

    def _born(self, serial: str, model: Model, id_key: SoftSigner, digits: str) -> Birth:
        lock_id = secrets.token_bytes(8)
        certificate = DeviceCertificate(lock_id=lock_id, serial=serial, model=model.id, id_key=id_key.public)
        cover = covercode.enrolled(digits, lock_id, secrets.token_bytes(limits.COVER_SALT_BYTES))
        return born(certificate, secrets.token_bytes(16), self._key, cover)


def models() -> dict[str, Model]:
    """The models this program carries the table of."""
    return read_models((resources.files("limen.lock") / "devices.yaml").read_text("utf-8"))


def _same_model(path: Path, model: Model) -> None:
    """A housing keeps its model: another one has another map of its flash."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(model.id + "\n", "ascii")
    made_as = path.read_text("ascii").strip()
    if made_as != model.id:
        raise ValueError(f"{path.parent.name} was made as model {made_as}")


def _printed(path: Path) -> str:
    """Fresh digits, on what stands for the paper under the cover before the lock can prove them."""
    digits = f"{secrets.randbelow(10**limits.COVER_DIGITS):0{limits.COVER_DIGITS}}"
    path.unlink(missing_ok=True)  # of a lock that was never finished
    _write(path, digits)
    return digits


def _read(path: Path) -> str | None:
    return path.read_text("ascii").strip() if path.exists() else None


def _write(path: Path, text: str) -> None:
    """A file that only its owner reads."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _key(path: Path) -> SoftSigner:
    """A P-256 key in a file that only its owner reads; made if it is not there."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        scalar = 1 + secrets.randbelow(ORDER - 1)
        _write(path, scalar.to_bytes(32, "big").hex())
    return SoftSigner.from_scalar(bytes.fromhex(path.read_text("ascii").strip()))
