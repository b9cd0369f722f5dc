"""Takes in what a publisher signed: targets of a model under two offline keys, and the images they name (part G)."""

from collections.abc import Mapping
from datetime import datetime

from limen.fleet import aiming
from limen.fleet.models import Device, FirmwareImage, FirmwareTargets
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.problems import Problem, Refused
from limen.storage import roots
from limen.wire import firmware
from limen.wire.cbor import WireError
from limen.wire.envelope import Typ
from limen.wire.firmware import Image, Targets
from limen.wire.sticker import MODEL_NUMBERS


def take(statement: bytes, images: Mapping[int, bytes], by: Actor, now: datetime) -> Targets:
    """Keeps targets and images by number, and signs a new list that names them.

    Refused `not_signed` (below the threshold of the root's keys), `older_firmware`, `image_missing`, `another_image`.
    """
    targets, payload = _believed(statement)
    name = next((name for name, number in MODEL_NUMBERS.items() if number == targets.model), None)
    if name is None:
        raise Problem("unknown_model", "This lock's model is not known here.")
    before = FirmwareTargets.objects.select_for_update().filter(model=name).first()
    if before is not None and targets.ver <= before.version:
        raise Refused(
            "older_firmware",
            "Newer firmware was published here already.",
            "Version %(version)s of these targets.",
            gaps={"version": before.version},
        )
    for image in targets.images:
        _keep(name, image, images.get(image.number), now)
    FirmwareImage.objects.filter(model=name).exclude(number__in=[image.number for image in targets.images]).update(offered=False)
    FirmwareTargets.objects.update_or_create(
        model=name, defaults={"version": targets.ver, "name": firmware.targets_hash(payload), "statement": statement}
    )
    aiming.renew_list(now)
    journal.record(by=by, verb="firmware.published", target=f"model:{name}", detail={"targets": targets.ver}, now=now)
    return targets


def least(model: str, version: int, by: Actor, now: datetime) -> None:
    """From now on lists that take nothing away are refused by locks that run less; 0 ends that."""
    if not FirmwareTargets.objects.filter(model=model).update(least=version):
        raise Refused("no_firmware", "No firmware was published for this model.")
    journal.record(by=by, verb="firmware.required", target=f"model:{model}", detail={"version": version}, now=now)


def image_of(model: str, number: int) -> FirmwareImage:
    """The published image of that number. Refused `no_firmware`."""
    found = FirmwareImage.objects.filter(model=model, number=number, offered=True).first()
    if found is None:
        raise Refused("no_firmware", "No firmware of this number was published for this model.")
    return found


def active(model: str) -> list[Device]:
    """Every active device of a model."""
    return list(Device.objects.filter(model=model, ended_at=None).order_by("serial"))


def _believed(statement: bytes) -> tuple[Targets, bytes]:
    try:
        return firmware.open_targets(statement, roots.newest().roles.get(Typ.FW_TARGETS, ()))
    except WireError:
        raise Refused("not_signed", "Two of the three people who sign firmware have to sign this.") from None


def _keep(model: str, image: Image, data: bytes | None, now: datetime) -> None:
    kept = FirmwareImage.objects.filter(model=model, number=image.number).first()
    if kept is not None:
        if kept.digest != image.digest.hex():
            raise Refused("another_image", "This number belongs to another image.", "Image %(number)s.", gaps={"number": image.number})
        FirmwareImage.objects.filter(pk=kept.pk).update(offered=True)
        return
    if data is None:
        raise Refused("image_missing", "The bytes of an image are missing.", "Image %(number)s.", gaps={"number": image.number})
    digest, parts, hashes = firmware.describe(data)
    if (digest, parts, len(data)) != (image.digest, image.parts, image.size):
        raise Refused("another_image", "These bytes are not the image that was signed.", "Image %(number)s.", gaps={"number": image.number})
    FirmwareImage.objects.create(
        digest=digest.hex(),
        model=model,
        number=image.number,
        version=image.version,
        hardware_first=image.hardware[0],
        hardware_last=image.hardware[1],
        hashes=hashes,
        data=data,
        published_at=now,
    )
