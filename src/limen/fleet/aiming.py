"""Which door should run which image, and what of it goes into a lock's list, a phone's pocket and a manager's page (part G, LOCK-11).

The service can aim and cannot make: images come signed by their publisher's offline keys (`publishing.py`).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from limen.fleet.models import Device, FirmwareImage, FirmwareList, FirmwareTargets, ListChange, Running
from limen.fleet.views import Firmware, Why
from limen.storage import kms, ledger
from limen.storage import roots as root_file
from limen.storage.prepared import Prepared
from limen.wire import firmware, limits
from limen.wire.firmware import Direction, Offer
from limen.wire.sticker import MODEL_NUMBERS

BATTERY_PERCENT = 40
LIST_DAYS, RENEW_DAYS = 180, 90
STOPPED_AFTER = 2
"""So many locks of a model that gave an image up, and nobody is offered it any more."""

_AIMED = Prepared(
    lambda devices, now: (
        Running.objects.filter(device__in=devices, starts__lte=now, ends__gt=now, image__offered=True)
        .select_related("device", "image")
        .defer("image__data")
    )
)


def begin(device: Device, version: int, now: datetime) -> None:
    """A lock came: what it attested to run, and the root that its ticket pins."""
    Running.objects.create(device=device, version=version, read_at=now, root=len(root_file.statements()))


def heard(device: Device, version: int, stopped: int | None, read_at: datetime) -> None:
    """A lock said itself what it runs."""
    Running.objects.update_or_create(device=device, defaults={"version": version, "stopped": stopped, "read_at": read_at})


def aim(device: Device, image: FirmwareImage | None, starts: datetime, ends: datetime) -> None:
    """This device should run this image between these moments; None: whatever it runs. The next settlement says so."""
    if image is not None and image.model != device.model:
        raise ValueError("an image for another model")
    Running.objects.update_or_create(device=device, defaults={"image": image, "starts": starts, "ends": ends})


# ---- what the list says


def unsaid(device: Device) -> str | None:
    """What the list should say about firmware and roots, if it does not yet."""
    row = Running.objects.filter(device=device).first()
    meant = _meant(row) if row is not None else ""
    return meant if row is not None and meant != row.said else None


def said(device: Device, meant: str, version: int) -> None:
    """The list version that says it, and up to which root."""
    row = Running.objects.get(device=device)
    Running.objects.filter(device=device).update(said=meant, said_version=version, said_root=_next_root(row))


def proved(device: Device, version: int) -> bool:
    """The lock holds this version, and with it the roots that came along (R-5); whether more of them wait for its next update."""
    followed = Running.objects.filter(device=device, said_version__gt=0, said_version__lte=version, said_root__gt=F("root"))
    return followed.update(root=F("said_root")) > 0 and unsaid(device) is not None


def direction(device: Device, version: int, since: int) -> bytes | None:
    """The signed direction for a bundle that ends at `version`, if it changed after `since`; None where nothing was ever aimed."""
    row = Running.objects.filter(device=device, said_version__gt=since).select_related("image").first()
    if row is None or row.starts is None or row.ends is None:
        return None
    meant = Direction(
        lock_id=bytes.fromhex(device.lock),
        epoch=device.epoch,
        ver=version,
        image=None if row.image is None else (row.image.number, bytes.fromhex(row.image.digest)[: firmware.SHORT_BYTES]),
        starts=int(row.starts.timestamp()),
        ends=int(row.ends.timestamp()),
        battery=BATTERY_PERCENT,
    )
    return firmware.sign_direction(meant, kms.signer("update"))


def roots(device: Device, since: int) -> tuple[bytes, ...]:
    """The roots that follow the newest one it is known to hold, as many as one update carries: the rest come once it has proved these."""
    row = Running.objects.filter(device=device, said_version__gt=since).first()
    return root_file.statements()[row.root : row.said_root or row.root + limits.ROOTS_MAX] if row is not None else ()


def least(device: Device, base: int) -> int | None:
    """The version below which this bundle is refused: only where one is asked for, and never where the bundle takes something away (part G)."""
    asked = FirmwareTargets.objects.filter(model=device.model, least__gt=0).values_list("least", flat=True).first()
    takes = ListChange.objects.filter(~Q(ways={}) | Q(why=Why.REMNANTS), device=device, version__gt=base).exists()
    said_now = Running.objects.filter(device=device, said_version__gt=base).exists()
    return None if takes or said_now else asked


def _next_root(row: Running) -> int:
    """The last root of the next update: a lock takes them one after the other, and an update has room for eight."""
    return min(len(root_file.statements()), row.root + limits.ROOTS_MAX)


def _meant(row: Running) -> str:
    root = _next_root(row)
    if row.starts is None or row.ends is None:
        return f"root {root}" if root > row.root or row.said else ""
    return f"root {root}, {row.image_id or 'nothing'}, {row.starts.timestamp():.0f} to {row.ends.timestamp():.0f}"


# ---- what couriers take along


def offer(device: Device, now: datetime) -> tuple[bytes, bytes] | None:
    """The offer for a device and the digest of its image, while it should run one that it is not known to run."""
    return offers([device], now).get(device.id)


def offers(devices: Iterable[Device], now: datetime) -> dict[UUID, tuple[bytes, bytes]]:
    """The same for many, by device; one read where nothing is aimed at any of them."""
    rows = [row for row in _AIMED(devices=[device.id for device in devices], now=now) if _waits(row)]
    if not rows:
        return {}
    targets = {row.model: bytes(row.statement) for row in FirmwareTargets.objects.filter(model__in={row.device.model for row in rows})}
    newest, found = newest_list(now), {}
    for row in rows:
        if row.image is not None and row.device.model in targets:
            made = Offer(targets[row.device.model], newest, row.image.number, bytes(row.image.hashes))
            found[row.device_id] = firmware.encode_offer(made), bytes.fromhex(row.image.digest)
    return found


def _waits(row: Running) -> bool:
    return row.image is not None and row.image.version not in (row.version, row.stopped) and shown(row.device, row).waits


def newest_list(now: datetime) -> bytes:
    """The signed list of the newest targets, renewed when half of its time is over."""
    kept = FirmwareList.objects.order_by("-version").first()
    if kept is not None and now < kept.ends - timedelta(days=RENEW_DAYS):
        return bytes(kept.statement)
    return renew_list(now)


def renew_list(now: datetime, *, above: int = 0) -> bytes:
    """A new list of what is newest now, with a number that no list had, nor any up to `above`."""
    kept = FirmwareList.objects.order_by("-version").first()
    ends = now + timedelta(days=LIST_DAYS)
    number = max(above, kept.version if kept else 0) + 1
    ledger.append("numbers", {"firmware": number}, now)
    made = firmware.FirmwareList(
        ver=number,
        expires=int(ends.timestamp()),
        targets={MODEL_NUMBERS[row.model]: (row.version, bytes(row.name)) for row in FirmwareTargets.objects.all()},
    )
    statement = firmware.sign_list(made, kms.firmware_signer())
    FirmwareList.objects.create(version=made.ver, statement=statement, ends=ends)
    FirmwareList.objects.filter(version__lt=made.ver).delete()
    return statement


# ---- what is shown


def shown(device: Device, row: Running | None) -> Firmware:
    """What is known of one device's firmware, none of it inferred."""
    if row is None:
        return Firmware(None, None, None, None, None, None, False)
    wanted = row.image.version if row.image is not None else None
    gave_up = Running.objects.filter(device__model=device.model, device__ended_at=None, stopped=wanted).count() if wanted is not None else 0
    return Firmware(row.version, row.read_at, wanted, row.starts, row.ends, row.stopped, gave_up >= STOPPED_AFTER)
