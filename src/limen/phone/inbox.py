"""What the service gives this phone to carry: per door the key of the lock, grants, the newest sealed update, the acknowledgement of records.

Everything is checked for size and shape before anything is kept. Nothing older ever replaces something newer, and a door that is no longer
named leaves the wallet with all that belonged to it.
"""

from dataclasses import dataclass, replace
from typing import Final

from limen.phone.wallet import Door, Held, View, Wallet
from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed, Value
from limen.wire.doorinfo import DoorInfo, read_door_info
from limen.wire.envelope import unverified_payload
from limen.wire.grants import Cls, Grant, read_grant

ANSWER_BYTES: Final = 1 << 20
DOORS: Final = 512
BUNDLE_BYTES: Final = 1 << 20
NAME_CHARACTERS: Final = 200
SERIAL_CHARACTERS: Final = 32
_NEEDS: Final = ("lock", "serial", "door", "name", "info", "grants", "bundle", "ver", "proven", "ack", "class", "until")


@dataclass(frozen=True)
class Inbox:
    """One answer of the service: its time in milliseconds since 1970, this phone's id there, and the doors."""

    now_ms: int
    phone: str
    doors: tuple[Door, ...]


def ask(view: View) -> bytes:
    """The request for one view."""
    return cbor.encode({"as": view})


def read(data: bytes) -> Inbox:
    """The answer, or `Malformed`: half an inbox is not taken."""
    table = shape.table(cbor.decode(data, ANSWER_BYTES), ("now", "phone", "doors"))
    doors = tuple(read_door(value) for value in shape.array(table["doors"], 0, DOORS))
    return Inbox(now_ms=shape.uint(table["now"]), phone=shape.text(table["phone"]), doors=doors)


def read_door(value: Value) -> Door:
    """One door of an answer, or of the wallet's own file; all its parts must speak of the same lock."""
    table = shape.table(value, _NEEDS, ("at_lock", "release", "firmware"))
    cls = shape.member(Cls, table["class"])
    serial, door_id, name = _called(table, passing=cls == Cls.COURIER)
    lock_id = shape.blob(table["lock"], limits.LOCK_ID_BYTES)
    info_data = shape.blob(table["info"], most=limits.STATEMENT_BYTES_MAX)
    info = info_of(info_data)
    grants = tuple(held_of(grant) for grant in shape.array(table["grants"], 0, limits.WINDOWS_PER_PERSON_AND_DOOR * 2))
    if info.lock_id != lock_id or any(held.grant.lock_id != lock_id for held in grants):
        raise Malformed("parts of another lock")
    return Door(
        lock_id=lock_id,
        serial=serial,
        door_id=door_id,
        name=name,
        cls=cls,
        until=shape.uint(table["until"]),
        info=info,
        info_data=info_data,
        grants=grants,
        ver=shape.uint(table["ver"], shape.U32),
        proven=shape.uint(table["proven"], shape.U32),
        bundle=_perhaps(table["bundle"], BUNDLE_BYTES),
        ack=_perhaps(table["ack"], limits.LOG_ACK_BYTES_MAX),
        firmware=_firmware(table.get("firmware")),
        at_lock=shape.uint(table.get("at_lock", 0), shape.U32),
        release=_perhaps(table.get("release"), limits.STATEMENT_BYTES_MAX),
    )


def write_door(door: Door) -> dict[str, cbor.Encodable]:
    """The same door as a value, for the wallet's file; `read_door` reads it back."""
    said: dict[str, cbor.Encodable] = {
        "lock": door.lock_id,
        "serial": door.serial,
        "door": door.door_id,
        "name": door.name,
        "info": door.info_data,
        "grants": [held.data for held in door.grants],
        "bundle": door.bundle,
        "ver": door.ver,
        "proven": door.proven,
        "ack": door.ack,
        "class": int(door.cls),
        "until": door.until,
        "firmware": None if door.firmware is None else list(door.firmware),
        "at_lock": door.at_lock,
    }
    return said if door.release is None else {**said, "release": door.release}


def merge(wallet: Wallet, view: View, inbox: Inbox) -> None:
    """Takes the answer as the whole truth about which doors there are, and as news about each; news never goes backwards."""
    before = wallet.doors[view]
    wallet.doors[view] = {door.lock_id: _newer(before.get(door.lock_id), door) for door in inbox.doors}


def _newer(old: Door | None, new: Door) -> Door:
    """Grants, names and proof from the answer; list and acknowledgement whichever is newer. Another epoch is another lock."""
    if old is None or old.info.epoch != new.info.epoch:
        return new
    at_lock = max(old.at_lock, new.at_lock)
    ack = new.ack if new.ack is not None else old.ack
    if old.bundle is not None and old.ver > max(new.ver, new.proven):
        return replace(new, ver=old.ver, bundle=old.bundle, ack=ack, at_lock=at_lock)
    return replace(new, ack=ack, at_lock=at_lock)


def info_of(data: bytes) -> DoorInfo:
    """What names a lock to this phone; `Malformed` for anything else."""
    return read_door_info(unverified_payload(data)[1])


def held_of(value: Value) -> Held:
    """A grant as it was signed, and what it says; `Malformed` for anything else."""
    data = shape.blob(value, most=limits.GRANT_BYTES_MAX)
    grant: Grant = read_grant(unverified_payload(data, limits.GRANT_BYTES_MAX)[1])
    return Held(data=data, grant=grant)


def _called(table: dict[cbor.Key, Value], *, passing: bool) -> tuple[str | None, bytes | None, str | None]:
    """Serial, door and name. Of a door that this phone only passes none is kept, whoever says it: an earlier service, or a wallet of that time."""
    if passing:
        return None, None, None
    name = None if table["name"] is None else shape.text(table["name"], NAME_CHARACTERS)
    return shape.text(table["serial"], SERIAL_CHARACTERS), shape.blob(table["door"], 16), name


def _firmware(value: Value) -> tuple[bytes, bytes] | None:
    if value is None:
        return None
    offer, digest = shape.array(value, 2)
    return shape.blob(offer, most=limits.MANIFEST_BYTES_MAX), shape.blob(digest, 32)


def _perhaps(value: Value, most: int) -> bytes | None:
    return None if value is None else shape.blob(value, most=most)
