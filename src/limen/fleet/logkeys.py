"""To which of its building's log keys a lock seals its record: a new one each year, known to locks from their ticket on or by an update (A.1, 0212).

Keys are numbered. The private half of the one to come is made with the one in use, so every backup of a year holds what the next year's locks seal to.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import IntegerField, Min, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from limen.fleet.models import Device, DoorList, LogKey
from limen.storage import kms, ledger

FIRST = 1
YEAR = timedelta(days=365)


def newest(property_id: UUID) -> int:
    """The number of the key in use."""
    return LogKey.objects.filter(property_id=property_id).order_by("-number").values_list("number", flat=True).first() or FIRST


def newest_of_device() -> Coalesce:
    """The same beside each row of a query of devices."""
    rows = LogKey.objects.filter(property_id=OuterRef("property_id")).order_by("-number").values("number")[:1]
    return Coalesce(Subquery(rows), Value(FIRST), output_field=IntegerField())


def public(property_id: UUID, number: int) -> bytes:
    """The half that locks get, 32 bytes."""
    kms.log_key(property_id, number + 1)
    return kms.log_key(property_id, number).public


def unsaid(held: DoorList, property_id: UUID) -> int | None:
    """The key that the list's next version brings, if its lock has not been told of it. It makes no version by itself, as a change of zone does not."""
    number = newest(property_id)
    return number if number != held.log_key else None


def payload(held: DoorList, property_id: UUID, since: int) -> bytes | None:
    """What a bundle says of it that leads on from version `since`; None where the lock knows it, by its ticket or an update."""
    return public(property_id, held.log_key) if held.log_key_version > since else None


def turn(property_id: UUID, now: datetime, *, past_the_next: bool = False) -> int:
    """Begins the next key; its number. What was sealed to earlier ones is read as before. `past_the_next`: somebody may hold the one that lay ready."""
    number = newest(property_id) + (2 if past_the_next else 1)
    ledger.append("numbers", {"property": property_id, "log_key": number}, now)
    public(property_id, number)
    LogKey.objects.create(property_id=property_id, number=number, since=now)
    return number


def remember(property_id: UUID, number: int, since: datetime) -> None:
    """A key that a restored service knows from the ledger alone: locks may seal to it, and none before it is begun again."""
    LogKey.objects.get_or_create(property_id=property_id, number=number, defaults={"since": since})


def turn_old(now: datetime) -> int:
    """Begins the next key of every building whose key is a year old; how many."""
    begun = dict(Device.objects.filter(ended_at=None).values_list("property_id").annotate(Min("activated_at")))
    begun |= dict(LogKey.objects.filter(property_id__in=begun).order_by("number").values_list("property_id", "since"))
    old = sorted((property_id for property_id, since in begun.items() if since <= now - YEAR), key=str)
    for property_id in old:
        turn(property_id, now)
    return len(old)
