"""What couriers may ask: what to carry, what they bring, the time, a nonce, an activation. Looked up first (404), then allowed (403)."""

from datetime import timedelta
from uuid import UUID

from limen.access import queries as access
from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.fleet.queries import InboxEntry
from limen.gateway.speech import Asked, Malformed, phone_removed, question
from limen.history import services as history
from limen.identity import queries as identity
from limen.identity.queries import PhoneView
from limen.kernel.problems import NotAllowed, NotYours
from limen.people import queries as people
from limen.places import queries as places
from limen.storage.transactions import unit_of_work
from limen.web import limits as limits_of_web
from limen.wire import limits, shape
from limen.wire.cbor import Encodable, Value
from limen.wire.cbor import Malformed as BadShape

VIEWS = ("resident", "manager", "courier")
ITEMS_MAX = 64
ITEM_BYTES_MAX = 64 * 1024
KEY_BYTES = 16
ATTEST_BYTES_MAX = 2_048
ASKED_MOST = (600, timedelta(minutes=10))
COVER_MOST = (20, timedelta(minutes=10))
"""Tries at the digits under a battery cover; the lock hears five for each press of its button."""
COVER_MESSAGE_BYTES_MAX = 128
IMAGES_MOST = (60, timedelta(minutes=10))
"""A phone keeps what it fetched, and a person has at most ten of them."""


@question
def inbox(asked: Asked) -> dict[str, Encodable]:
    """The newest grants, sealed updates and acknowledgements for this phone (SYNC-1, SYNC-2, SYNC-13)."""
    _spend("inbox", asked)
    as_ = asked.said.get("as", "resident")
    if not isinstance(as_, str) or as_ not in VIEWS:
        raise Malformed("as")
    if as_ == "manager" and not _manages_devices(asked):
        raise NotAllowed("Only who manages devices carries updates for every door.")
    phone = _phone(asked)
    if phone is None:
        return {"now": _ms(asked), "phone": None, "doors": []}
    entries = fleet.inbox(asked.courier.person_id, phone.id, as_, asked.now)
    return {"now": _ms(asked), "phone": str(phone.id), "doors": [_said(entry) for entry in entries]}


@question
def outbox(asked: Asked) -> dict[str, Encodable]:
    """Takes what phones bring: receipts, sealed segments, readings, stills. Each item once by its content, whatever becomes of the others."""
    _spend("outbox", asked)
    items = asked.said.get("items")
    if not isinstance(items, list) or len(items) > ITEMS_MAX:
        raise Malformed("items")
    return {"answers": [_take(asked, item) for item in items]}


@question
def time(asked: Asked) -> dict[str, Encodable]:
    """The time for one nonce of one lock (LOCK-5)."""
    _spend("time", asked)
    lock_id = _known_lock(asked)
    return {"time": fleet_services.answer_time(lock_id=lock_id, nonce=asked.blob("nonce", 16), now=asked.now)}


@question
def nonce(asked: Asked) -> dict[str, Encodable]:
    """A nonce that makes a receipt fresh (B.7)."""
    _spend("nonce", asked)
    return {"nonce": fleet_services.attest_nonce(lock_id=_known_lock(asked), now=asked.now)}


@question
def image(asked: Asked) -> dict[str, Encodable]:
    """The bytes of a published image, by digest. They are public and signed; phones keep them by that name."""
    _spend("image", asked, IMAGES_MOST)
    data = fleet.firmware_image(asked.blob("digest", 32))
    if data is None:
        raise NotYours
    return {"image": data}


@question
def begin_activation(asked: Asked) -> dict[str, Encodable]:
    """The first half of an activation: the service's nonce; for a lock that is active there, how to meet it when its button was held."""
    door_id = _installers_door(asked)
    swap = asked.said.get("swap", False)
    if not isinstance(swap, bool):
        raise Malformed("swap")
    lock_id, phone = asked.lock_id(), _phone(asked)
    n_s = fleet_services.begin_activation(door_id=door_id, lock_id=lock_id, by=asked.courier.actor, now=asked.now, swap=swap)
    known = fleet_services.anew_grant(door_id=door_id, lock_id=lock_id, phone=phone, now=asked.now) if phone is not None else None
    return {"n_s": n_s} if known is None else {"n_s": n_s, "info": known.info, "grant": known.grant}


@question
def begin_cover(asked: Asked) -> dict[str, Encodable]:
    """A browser has no points to add: what the lock is to be told first about the digits that were typed. They are neither kept nor written down."""
    door_id = _installers_door(asked)
    _spend("cover-begin", asked, COVER_MOST)
    begun = fleet_services.begin_cover(
        door_id=door_id,
        digits=_digits(asked),
        told=asked.blob("told", most=COVER_MESSAGE_BYTES_MAX),
        by=asked.courier.actor,
        now=asked.now,
    )
    return {"said": begun.said, "nonce": begun.nonce}


@question
def end_cover(asked: Asked) -> dict[str, Encodable]:
    """What the lock is told last, and the secret for this one link; both only where the lock has proved that it knows the same digits."""
    door_id = _installers_door(asked)
    _spend("cover-end", asked, COVER_MOST)
    proved = fleet_services.end_cover(
        door_id=door_id,
        digits=_digits(asked),
        told=asked.blob("told", most=COVER_MESSAGE_BYTES_MAX),
        nonce=asked.blob("nonce", 16),
        heard=asked.blob("heard", most=COVER_MESSAGE_BYTES_MAX),
        by=asked.courier.actor,
        now=asked.now,
    )
    return {"said": proved.said, "secret": proved.secret}


@question
def finish_activation(asked: Asked) -> dict[str, Encodable]:
    """The second half: what the lock attested against ticket and first list."""
    done = fleet_services.finish_activation(
        door_id=_installers_door(asked),
        attest=asked.blob("attest", most=ATTEST_BYTES_MAX),
        h=asked.blob("h", 32),
        by=asked.courier.actor,
        now=asked.now,
    )
    return {"ticket": done.ticket, "snapshot": done.snapshot}


# ---- who may


def _spend(what: str, asked: Asked, within: tuple[int, timedelta] | None = None) -> None:
    """Each of these signs something, writes a row, gathers much or sends much: far more than a round of a building in a few minutes is nobody's walk."""
    most, span = within or ASKED_MOST
    limits_of_web.spend(f"gateway-{what}", str(asked.courier.person_id), most=most, span=span, now=asked.now)


def _phone(asked: Asked) -> PhoneView | None:
    """The phone that carries: the token's own, or the one a signed-in browser says it is."""
    if asked.courier.phone is not None:
        return asked.courier.phone
    said = asked.said.get("phone")
    if said is None:
        return None
    phone = identity.phone(_id(said))
    if phone is None or phone.person_id != asked.courier.person_id or phone.gone:
        raise phone_removed()
    return phone


def _id(said: Value) -> UUID:
    try:
        return UUID(said) if isinstance(said, str) else UUID(bytes=said if isinstance(said, bytes) else b"")
    except ValueError:
        raise Malformed("phone") from None


def _manages_devices(asked: Asked) -> bool:
    person_id = asked.courier.person_id
    if identity.second_factor_missing_of(person_id, asked.now):
        return False
    return any(people.rights(person_id, p, asked.now).device_management for p in people.managed_properties(person_id, asked.now))


def _known_lock(asked: Asked) -> bytes:
    """A lock of a building where the asker has a door or manages devices; any other is not there."""
    lock_id = asked.lock_id()
    device = fleet.device_of(lock_id)
    if device is None:
        raise NotYours
    property_id, person_id = places.door_view(device.door_id).property_id, asked.courier.person_id
    if people.rights(person_id, property_id, asked.now).device_management:
        return lock_id
    own = places.doors_by_id(access.doors_of(person_id, asked.now))
    if property_id not in {door.property_id for door in own.values()}:
        raise NotYours
    return lock_id


def _installers_door(asked: Asked) -> UUID:
    door = places.door_view(asked.uuid("door"))
    rights = people.rights(asked.courier.person_id, door.property_id, asked.now)
    if not rights.anything:
        raise NotYours
    if not rights.activate_devices or identity.second_factor_missing_of(asked.courier.person_id, asked.now):
        raise NotAllowed("You can see this, not change it.")
    return door.id


# ---- shapes


def _digits(asked: Asked) -> str:
    digits = asked.said.get("digits")
    if not isinstance(digits, str):
        raise Malformed("digits")
    return digits


def _said(entry: InboxEntry) -> dict[str, Encodable]:
    said: dict[str, Encodable] = {
        "lock": entry.lock_id,
        "serial": entry.serial,
        "door": None if entry.door_id is None else entry.door_id.bytes,
        "name": entry.name,
        "info": entry.info,
        "grants": list(entry.grants),
        "bundle": entry.bundle,
        "ver": entry.ver,
        "proven": entry.proven,
        "ack": entry.ack,
        "class": entry.cls,
        "until": entry.until,
        "firmware": None if entry.firmware is None else list(entry.firmware),
    }
    return said if entry.release is None else {**said, "release": entry.release}


def _take(asked: Asked, item: Value) -> dict[str, Encodable]:
    try:
        said = shape.table(item, ("key", "kind", "lock", "data"))
        key = shape.blob(said["key"], KEY_BYTES)
        kind, lock_id = shape.text(said["kind"], 16), shape.blob(said["lock"], limits.LOCK_ID_BYTES)
        data = shape.blob(said["data"], most=ITEM_BYTES_MAX)
    except BadShape:
        raise Malformed("an item") from None
    with unit_of_work():
        status, reason = _hand_over(asked, kind, lock_id, data)
    return {"key": key, "status": status, "reason": reason}


def _hand_over(asked: Asked, kind: str, lock_id: bytes, data: bytes) -> tuple[str, str]:
    if kind == "receipt":
        outcome = fleet_services.take_receipt(data=data, now=asked.now)
        return outcome.status, outcome.reason
    if kind == "telemetry":
        outcome = fleet_services.take_telemetry(data=data, now=asked.now)
        return outcome.status, outcome.reason
    if kind == "segment":
        taken = history.take_segment(lock_id=lock_id, data=data, now=asked.now)
        return taken.status, taken.reason
    if kind == "photo":
        taken = history.take_photo(lock_id=lock_id, data=data, now=asked.now)
        return taken.status, taken.reason
    return "refused", "unknown_kind"


def _ms(asked: Asked) -> int:
    return int(asked.now.timestamp() * 1000)
