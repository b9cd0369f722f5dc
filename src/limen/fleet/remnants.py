"""What a lock may still hold of somebody who was deleted, told by its own word alone, and when nothing there names them any more (F.6, PRIVACY-6).

Two things can be left. Codes and cards in its list: a receipt of the list without them shows that they are gone. Records that nobody has brought:
gone once the lock has shown, chained to a receipt, that its record begins later than that. Where neither comes within the days of the table (R62),
the numbers that stood for the person at this lock are destroyed; the door's update task stays until a receipt.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, Max, OuterRef, Q

from limen.access import queries as access
from limen.credentials import services as credentials
from limen.fleet import discards, views
from limen.fleet.models import Device, Discard, Lease, ListRow, Pseudonym, Remnant
from limen.fleet.releasing import unwiped
from limen.fleet.rules import WAY
from limen.storage import news
from limen.visibility import queries as visibility
from limen.wire.grants import Cls
from limen.wire.records import DoorKind

WORKERS = (Cls.STAFF, Cls.VENDOR, Cls.MANAGER, Cls.INSTALLER)
"""What they did at somebody's home keeps its own deadline, and so do the numbers that say whose work it was (privacy.md, R10)."""
KEPT = timedelta(days=90)
"""How long it stays known that a lock had remnants; by then it has ended its record by itself (R61)."""


def begin(person_id: UUID, since: datetime, now: datetime) -> None:
    """Notes every lock that knew the person, and what it may hold of them; twice is once."""
    known = Device.objects.filter(Exists(Pseudonym.objects.filter(person_id=person_id, device=OuterRef("pk")))).order_by("lock", "epoch")
    full = known.filter(Q(ended_at=None) | Q(pk__in=unwiped().values("pk")))
    for device in known:
        row, _ = Remnant.objects.get_or_create(device=device, person_id=person_id, defaults={"since": since})
        if device not in full:
            wiped(device, now)
        elif device.ended_at is None and row.version is None:
            news.say("list.unsettled", now=now, door_id=str(device.door_id))


def unsaid(device: Device) -> frozenset[UUID]:
    """Of whom the next settlement makes sure that the list holds nothing."""
    return frozenset(Remnant.objects.filter(device=device, version=None).values_list("person_id", flat=True))


def left_in(rows: Iterable[ListRow], people: frozenset[UUID], wanted: Iterable[str], proven: int) -> bool:
    """Whether these rows hold a code or card of these people that nobody wants, or whose end the lock has not proved."""
    names = set(wanted)
    of_theirs = [row for row in rows if row.person_id in people and row.kind in WAY] if people else []
    return any(row.version > proven if row.gone else row.name not in names for row in of_theirs)


def said(device: Device, version: int, proven: int, now: datetime) -> None:
    """The list without them has this version; where the lock has proved it already, that is that."""
    Remnant.objects.filter(device=device, version=None).update(version=version)
    proved(device, proven, now)


def purge(device: Device, since: int) -> int | None:
    """The version of this list up to which somebody's records had to go, if it is later than `since` (U-7)."""
    asked = (table.objects.filter(device=device, version__gt=since) for table in (Remnant, Discard))
    return max((version for rows in asked if (version := rows.aggregate(at=Max("version"))["at"]) is not None), default=None)


# ---- what shows that it is gone


def proved(device: Device, version: int, now: datetime) -> None:
    """The lock has proved a list: what of somebody it shows to be gone. A code that is still wanted is not."""
    for row in Remnant.objects.filter(device=device, version__lte=version, list_gone_at=None):
        theirs = ListRow.objects.filter(device=device, person_id=row.person_id, kind__in=list(WAY))
        if not theirs.filter(Q(gone=False) | Q(version__gt=version)).exists():
            row.list_gone_at = now
            row.save(update_fields=["list_gone_at"])


def awaited() -> "ExpressionWrapper[Q]":
    """Of a device: whether it matters where its record begins."""
    left = Exists(Remnant.objects.filter(device=OuterRef("pk"), record_gone_at=None))
    ordered = Exists(Discard.objects.filter(device=OuterRef("pk"), over_at=None))
    return ExpressionWrapper(Q(left) | Q(ordered), output_field=BooleanField())


def begins(device: Device, oldest: datetime, now: datetime) -> None:
    """The lock's record begins at `oldest`: nothing is left in it of those who were gone, and gone from its list, by then."""
    gone = Remnant.objects.filter(device=device, record_gone_at=None, since__lt=oldest, list_gone_at__lt=oldest)
    gone.update(record_gone_at=now)
    Discard.objects.filter(device=device, over_at=None, upto__lt=oldest).update(over_at=now)


def wiped(device: Device, now: datetime) -> None:
    """The lock has signed that it is empty."""
    Remnant.objects.filter(device=device, list_gone_at=None).update(list_gone_at=now)
    Remnant.objects.filter(device=device, record_gone_at=None).update(record_gone_at=now)


# ---- what happens where nobody comes (R62)


def tidy(now: datetime) -> int:
    """Destroys what is over the days of the table, and forgets what is long over; how many rows went."""
    for row in Remnant.objects.filter(unlinked_at=None).select_related("device").order_by("since", "pk"):
        steps = visibility.on_the_way(visibility.Record("device_reference", {"grant_ended_at": row.since}))
        if any(step.action == "unlink" and step.at <= now for step in steps):
            unlink(row, now)
    return discards.end_old(now) + Remnant.objects.filter(unlinked_at__isnull=False, since__lt=now - KEPT).delete()[0]


def unlink(row: Remnant, now: datetime) -> None:
    """Destroys the numbers that stood for the person at this lock. Not while something still opens it to them.

    The ledger has the day of the deletion, so a restore does this again before it serves (OPS-2).
    """
    device, person_id = row.device, row.person_id
    if device.ended_at is None and access.windows(person_id, device.door_id, now):
        return
    kept = WORKERS if device.door_kind == DoorKind.UNIT else ()
    numbers = Pseudonym.objects.filter(device=device, person_id=person_id).exclude(cls__in=kept)
    drawn = list(numbers.values_list("number", flat=True))
    Lease.objects.filter(device=device, subj__in=drawn).delete()
    rows = ListRow.objects.filter(device=device, person_id=person_id).exclude(cls__in=kept)
    for gone in rows.filter(gone=True):
        gone.name, gone.person_id, gone.subj, gone.data = f"gone:{gone.slot}", None, None, None
        gone.save(update_fields=["name", "person_id", "subj", "data"])
    rows.update(person_id=None)
    numbers.update(person_id=None, retired_at=now)
    credentials.forget_maker(lock_id=bytes.fromhex(device.lock), epoch=device.epoch, person_id=person_id, but=kept)
    row.unlinked_at = now
    row.save(update_fields=["unlinked_at"])


def of_person(person_id: UUID) -> tuple[views.Remnant, ...]:
    """The locks that knew somebody who was deleted, the longest waiting first."""
    rows = Remnant.objects.filter(person_id=person_id).select_related("device").order_by("since", "device__lock")
    return tuple(_view(row) for row in rows)


def _view(row: Remnant) -> views.Remnant:
    if row.list_gone_at is not None and row.record_gone_at is not None:
        return views.Remnant(row.device.door_id, row.since, "purged", max(row.list_gone_at, row.record_gone_at))
    state = "waiting" if row.unlinked_at is None else "unlinked"
    return views.Remnant(row.device.door_id, row.since, state, row.unlinked_at)
