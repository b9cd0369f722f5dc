"""The folder that a publisher makes and holders sign: images, TUF targets over all of them, and for each model the short form that a lock reads.

images/M/41.bin     the bytes
targets.json        TUF targets; every holder adds a signature
M.targets           the same facts about one model, as a CBOR payload; M.signed the statements over it
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tuf.api.metadata import Metadata, TargetFile, Targets

from limen.cli.publishing import holders
from limen.wire import firmware, limits
from limen.wire.cbor import WireError
from limen.wire.envelope import SoftSigner, Typ, sign1
from limen.wire.firmware import Image
from limen.wire.sticker import MODEL_NUMBERS

TARGETS_DAYS = 365
VENDOR = "limen"


@dataclass(frozen=True)
class Facts:
    """What a publisher says about an image besides its bytes."""

    model: str
    number: int
    version: int
    counter: int = 1
    hardware: tuple[int, int] = (1, 255)
    min_from: int = 0
    schema_min: int = 0


class Archive:
    """One such folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, data: bytes, facts: Facts, now: datetime) -> Image:
        """Puts an image in, as the newest of its model; all signatures must then be made again. Raises ValueError for what no lock would take."""
        if facts.model not in MODEL_NUMBERS:
            raise ValueError(f"no model {facts.model}")
        digest, parts, _ = firmware.describe(data)
        image = Image(
            number=facts.number, vendor=VENDOR, hardware=facts.hardware, version=facts.version, counter=facts.counter, size=len(data),
            digest=digest, parts=parts, min_from=facts.min_from, schema_min=facts.schema_min,
        )  # fmt: skip
        path = self.folder / "images" / facts.model / f"{facts.number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        metadata = self._metadata(now)
        target = TargetFile.from_data(f"{facts.model}/{facts.number}.bin", data)
        target.unrecognized_fields["custom"] = {"version": facts.version, "counter": facts.counter, "hardware": list(facts.hardware)}
        metadata.signed.targets[target.path] = target
        metadata.signed.version += 1
        metadata.signed.expires = now + timedelta(days=TARGETS_DAYS)
        metadata.signatures.clear()
        self._write_short(facts.model, image, metadata.signed)
        metadata.to_file(str(self.folder / "targets.json"))
        return image

    def sign(self, holder: SoftSigner) -> int:
        """Adds one holder's signatures, in both forms; gives how many have signed now."""
        metadata = Metadata[Targets].from_file(str(self.folder / "targets.json"))
        metadata.sign(holders.for_tuf(holder), append=True)
        metadata.to_file(str(self.folder / "targets.json"))
        for model, payload in self._payloads():
            path = self.folder / f"{model}.signed"
            parts = list(firmware.parts_in(path.read_bytes())) if path.exists() else []
            mine = sign1(Typ.FW_TARGETS, payload, holder)
            path.write_bytes(firmware.joined([*(part for part in parts if part != mine), mine]))
        return len(metadata.signatures)

    def models(self) -> dict[str, tuple[bytes, dict[int, bytes]]]:
        """By model: the signed short form, and the bytes of its images by number. Raises ValueError while nobody has signed."""
        found = {}
        for model, payload in self._payloads():
            path = self.folder / f"{model}.signed"
            if not path.exists():
                raise ValueError(f"nobody has signed the targets of model {model}")
            images = firmware.read_targets(payload).images
            found[model] = (path.read_bytes(), {i.number: self.bytes_of(model, i.number) for i in images})
        return found

    def bytes_of(self, model: str, number: int) -> bytes:
        """The bytes of an image."""
        return (self.folder / "images" / model / f"{number}.bin").read_bytes()

    def _payloads(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self.folder.glob("*.targets")):
            yield path.stem, path.read_bytes()

    def _metadata(self, now: datetime) -> Metadata[Targets]:
        path = self.folder / "targets.json"
        if path.exists():
            return Metadata[Targets].from_file(str(path))
        return Metadata(Targets(version=0 + 1, expires=(now + timedelta(days=TARGETS_DAYS)).astimezone(UTC).replace(microsecond=0)))

    def _write_short(self, model: str, image: Image, signed: Targets) -> None:
        """The lock's form: the images of one model, the newest eight, under the version and end of the TUF targets."""
        path = self.folder / f"{model}.targets"
        before = firmware.read_targets(path.read_bytes()).images if path.exists() else ()
        if any(one.number == image.number and one != image for one in before):
            raise ValueError(f"number {image.number} is another image already")
        kept = [*(one for one in before if one.number != image.number), image][-limits.IMAGES_MAX :]
        signed.expires = signed.expires.astimezone(UTC).replace(microsecond=0)
        short = firmware.Targets(
            model=MODEL_NUMBERS[model], ver=signed.version, expires=int(signed.expires.timestamp()), images=tuple(kept)
        )
        payload = firmware.encode_targets(short)
        try:
            firmware.read_targets(payload)
        except WireError as problem:
            raise ValueError(f"no lock would take this: {problem}") from problem
        path.write_bytes(payload)
        for other in self.folder.glob("*.signed"):
            other.unlink()


def readable(path: Path) -> str:
    """What a holder reads before signing: every image in TUF's own words."""
    said = json.loads(path.read_text("utf-8"))["signed"]
    lines = [f"targets version {said['version']}, good until {said['expires']}"]
    for name, target in sorted(said["targets"].items()):
        lines.append(f"  {name}: version {target['custom']['version']}, {target['length']} bytes, sha256 {target['hashes']['sha256']}")
    return "\n".join(lines)
