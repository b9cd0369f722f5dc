"""A roll-out in waves (SEC-3): a few locks first, then more, then all. A wave begins when the one before is well, and none when it is not.

It is looked at with every word of a lock about what it runs, and every hour: locks that fall silent say nothing at all.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from limen.fleet import aiming, publishing
from limen.fleet.models import Device, FirmwareImage, Rollout, Running
from limen.fleet.views import ModelFirmware
from limen.journal import services as journal
from limen.kernel.actors import SYSTEM
from limen.kernel.problems import Refused
from limen.places import queries as places
from limen.storage import outbox

SHARES: Final = (5, 25, 100)
"""Percent of a model's locks that have had their turn with each wave; one lock at least."""
WELL_PERCENT: Final = 80
"""So many of those whose turn it was run the image, confirmed by their own self-tests, before others have theirs."""
LOOKED_AT: Final = timedelta(days=1)
"""At least so long a wave is on its own: some faults take a night."""
LOOK_EVERY: Final = timedelta(hours=1)
SILENT_AFTER: Final = {True: timedelta(hours=12), False: timedelta(days=7)}
"""A lock that knows of the image and has said nothing at all for so long is silent: one with a connection of its own, well before the next wave may
begin; and any other."""


def begin(image: FirmwareImage, starts: datetime, ends: datetime, now: datetime) -> list[Device]:
    """A roll-out of this image in place of its model's one before, if any; gives the locks of the first wave, which are to be settled.

    Refused `failed_before`: a lock that went back three times takes the image no more, and nobody else should.
    """
    if _failed(image.model, image.version):
        raise Refused("failed_before", "Locks of this model tried this firmware and went back. Publish a better one under the next number.")
    end(image.model)
    made = Rollout.objects.create(model=image.model, image=image, wave=0, began_at=now, starts=starts, ends=ends)
    _look_later(made, now)
    return _aim(made)


def end(model: str) -> None:
    """No wave of this model follows any more."""
    Rollout.objects.filter(model=model).delete()


def look(model: str, now: datetime) -> list[Device]:
    """Stops a roll-out that is not well, or gives the locks of the next wave; mostly neither. Whatever it gives is to be settled."""
    found = _going_on(model)
    if found is None:
        return []
    if found.looks_at is None:
        _look_later(found, now)
    turn = Running.objects.filter(device__in=_turn(found)).select_related("device__list", "image").defer("image__data")
    if turn.filter(stopped=found.image.version).exists():
        return _stop(found, "failed", now)
    silent = sum(_silent(row, found, now) for row in turn)
    if silent * 100 > (100 - WELL_PERCENT) * len(turn):
        found.silent = silent
        return _stop(found, "silent", now) + _withdraw(turn, found)
    if now >= found.ends:
        return _stop(found, "over", now)
    last = found.wave == len(SHARES) - 1
    if last:
        return _aim(found)  # a lock that became active meanwhile has its turn too
    confirmed = turn.filter(version__gte=found.image.version).count()
    if now - found.began_at < LOOKED_AT or confirmed * 100 < WELL_PERCENT * len(turn):
        return []
    found.wave, found.began_at = found.wave + 1, now
    found.save(update_fields=["wave", "began_at"])
    return _aim(found)


def look_by_time(model: str, now: datetime) -> list[Device]:
    """The same when an hour has passed; told twice it looks once."""
    found = _going_on(model)
    if found is None or found.looks_at is None or now < found.looks_at:
        return []
    _look_later(found, now)
    return look(model, now)


def of_property(property_id: UUID) -> tuple[ModelFirmware, ...]:
    """What runs on a property's doors, model by model: each lock's own last word against the newest that is meant for any of them."""
    rows = Running.objects.filter(
        device__ended_at=None, device__door_id__in=[door.id for door in places.doors(property_id)]
    ).select_related("device", "image")
    by_model: defaultdict[str, list[Running]] = defaultdict(list)
    for row in rows:
        by_model[row.device.model].append(row)
    rollouts = {found.model: found for found in Rollout.objects.select_related("image")}
    return tuple(_of_model(name, by_model[name], rollouts.get(name)) for name in sorted(by_model))


def _of_model(name: str, rows: list[Running], rollout: Rollout | None) -> ModelFirmware:
    meant = [row.image.version for row in rows if row.image is not None] + ([rollout.image.version] if rollout else [])
    newest = max(meant, default=None)
    old = [row for row in rows if newest is not None and (row.version is None or row.version < newest)]
    failed = _failed(name, newest) if newest is not None else 0
    return ModelFirmware(
        model=name,
        doors=len(rows),
        newest=newest,
        old=tuple((row.device.door_id, row.version) for row in old),
        failed=failed,
        stopped=failed >= aiming.STOPPED_AFTER or (rollout is not None and rollout.stopped_at is not None),
        why="failed" if failed or rollout is None else rollout.why,
        silent=rollout.silent if rollout else 0,
        wave=rollout.wave + 1 if rollout is not None else None,
        waves=len(SHARES),
    )


def _failed(model: str, version: int) -> int:
    return Running.objects.filter(device__model=model, device__ended_at=None, stopped=version).count()


def _going_on(model: str) -> Rollout | None:
    going_on = Rollout.objects.select_for_update(of=("self",)).filter(model=model, stopped_at=None)
    return going_on.select_related("image").defer("image__data").first()


def _look_later(rollout: Rollout, now: datetime) -> None:
    rollout.looks_at = now + LOOK_EVERY
    rollout.save(update_fields=["looks_at"])
    outbox.put("firmware.look", {"model": rollout.model}, now, due=rollout.looks_at)


def _silent(row: Running, rollout: Rollout, now: datetime) -> bool:
    """It has proved the list that aims this image at it, and was not heard for long, nor in this wave. Who was never reached is not silent."""
    knows = row.image == rollout.image and 0 < row.said_version <= row.device.list.proven
    heard = row.device.last_word_at
    return knows and heard is not None and now - max(heard, rollout.began_at) >= SILENT_AFTER[row.device.connected]


def _stop(rollout: Rollout, why: str, now: datetime) -> list[Device]:
    """No wave follows this one; the journal keeps why."""
    rollout.stopped_at, rollout.why = now, why
    rollout.save(update_fields=["stopped_at", "why", "silent"])
    detail: dict[str, str | int] = {"image": rollout.image.number, "why": why, "silent": rollout.silent}
    journal.record(by=SYSTEM, verb="firmware.stopped", target=f"model:{rollout.model}", detail=detail, now=now)
    return []


def _withdraw(turn: Iterable[Running], rollout: Rollout) -> list[Device]:
    """Whoever does not run the image by their own word is to run it no more, also where it lies at the lock already."""
    waiting = [row.device for row in turn if row.image == rollout.image and (row.version is None or row.version < rollout.image.version)]
    for device in waiting:
        aiming.aim(device, None, rollout.starts, rollout.ends)
    return waiting


def _aim(rollout: Rollout) -> list[Device]:
    """Aims at those whose turn it is and who were not aimed at yet."""
    turn = _turn(rollout)
    had = set(Running.objects.filter(device__in=turn, image=rollout.image).values_list("device_id", flat=True))
    fresh = [device for device in turn if device.id not in had]
    for device in fresh:
        aiming.aim(device, rollout.image, rollout.starts, rollout.ends)
    return fresh


def _turn(rollout: Rollout) -> list[Device]:
    """In an order that is another for each image, so that it is not always the same people's door; entrances come last."""
    devices = publishing.active(rollout.model)
    doors = places.doors_by_id(device.door_id for device in devices)
    entrances = {door.id for door in doors.values() if door.kind == "entrance"}
    devices.sort(key=lambda device: _place(device, rollout.image.digest, entrances))
    return devices[: max(1, len(devices) * SHARES[rollout.wave] // 100)]


def _place(device: Device, digest: str, entrances: Collection[object]) -> tuple[bool, bytes]:
    return device.door_id in entrances, hashlib.sha256(f"{digest} {device.lock}".encode()).digest()
