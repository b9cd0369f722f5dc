"""Makes lists and leases safe after a restore (B.2, invariant 14): no number twice, no lease from before, no device that has gone."""

from datetime import UTC, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from limen.fleet import activation, aiming, discards, logkeys, remnants
from limen.fleet.models import Device, DoorList, FirmwareList
from limen.kernel.actors import SYSTEM
from limen.places import queries as places
from limen.storage import news, replay
from limen.storage.ledger import Line
from limen.storage.replay import Restoring, last_by


@replay.before
def skip_numbers(run: Restoring) -> None:
    """Every list goes on above whatever its lock may have seen, whole, and with a floor under all leases signed before."""
    upto: dict[tuple[str, str], int] = {}
    for line in run.of("numbers"):
        if "lock" in line.facts:
            key = line.facts["lock"], line.facts["epoch"]
            upto[key] = max(upto.get(key, 0), int(line.facts["upto"]))
    for held in DoorList.objects.select_related("device").filter(device__ended_at=None):
        last = max(upto.get((held.device.lock, str(held.device.epoch)), 0), held.reserved, held.current)
        held.forgotten_upto, held.current, held.reserved = last, last, last
        held.next_number = max(held.next_number, last + 1)
        held.needs_snapshot, held.restored_at = True, run.now
        held.save()


@replay.before
def remember_log_keys(run: Restoring) -> None:
    """The building's log key goes on from the last one that locks were told of."""
    for line in run.of("numbers"):
        if "log_key" in line.facts:
            logkeys.remember(UUID(line.facts["property"]), int(line.facts["log_key"]), line.at)


@replay.again
def follow(run: Restoring) -> None:
    """Devices that left their door since are gone again, those that came are named, and every list is made anew."""
    came = last_by(run.of("activated"), "lock", "epoch")
    for line in run.of("device_ended"):
        lock, epoch = line.facts["lock"], int(line.facts["epoch"])
        _end(lock, epoch, renewed=(lock, str(epoch + 1)) in came, run=run)
    for line in came.values():
        _remember(line, run)
    _renew_firmware(run)
    for door_id in Device.objects.filter(ended_at=None).values_list("door_id", flat=True):
        news.say("list.unsettled", now=run.now, door_id=str(door_id))


@replay.again
def forget(run: Restoring) -> None:
    """Who was deleted since is waited for since then, what is overdue is destroyed, and what was to go from a record is to go."""
    for line in run.of("deletion"):
        remnants.begin(UUID(line.facts["person"]), line.at, run.now)
    for line in run.of("discarded"):
        device = Device.objects.filter(lock=line.facts["lock"], epoch=line.facts["epoch"], ended_at=None).first()
        if device is not None:
            discards.order(device, datetime.fromtimestamp(int(line.facts["upto"]), UTC), run.now)
    remnants.tidy(run.now)


def _end(lock: str, epoch: int, *, renewed: bool, run: Restoring) -> None:
    device = Device.objects.filter(lock=lock, epoch=epoch, ended_at=None).first()
    if device is None:
        return
    if renewed:
        activation.renewed(device, SYSTEM, run.now)
    else:
        activation.end(device.door_id, SYSTEM, run.now)
    run.did("devices_ended")


def _remember(line: Line, run: Restoring) -> None:
    """A lock that was activated since: its epoch is used up, and its keys went down with the database."""
    facts = line.facts
    if Device.objects.filter(lock=facts["lock"], epoch=int(facts["epoch"])).exists():
        return
    door = places.doors_by_id([UUID(facts["door"])]).get(UUID(facts["door"]))
    if door is None:
        run.misses(_("A lock was activated at a door made after the backup. Make the door and activate the lock again."))
        return
    device = activation.forgotten(facts, door, line.at, run.now)
    if (facts["lock"], facts["epoch"]) not in {(one.facts["lock"], one.facts["epoch"]) for one in run.of("device_ended")}:
        run.misses(
            _("%(door)s: lock %(serial)s was activated after the backup. Activate it again: hold its inside button for 15 seconds first.")
            % {"door": door.name, "serial": device.serial}
        )
        run.did("devices_missing")


def _renew_firmware(run: Restoring) -> None:
    """Locks refuse a list of firmware that is older than one they have seen."""
    said = max((int(line.facts["firmware"]) for line in run.of("numbers") if "firmware" in line.facts), default=0)
    kept = FirmwareList.objects.order_by("-version").first()
    if said > (kept.version if kept else 0):
        aiming.renew_list(run.now, above=said)
        run.misses(_("Firmware was published after the backup. Publish the newest again."))
