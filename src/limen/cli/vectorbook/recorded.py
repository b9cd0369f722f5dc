"""What stands in the record after a visit, who carries it away and what frees it, for the chapter visits (part F)."""

from dataclasses import replace

from limen.cli.vectorbook.asked import (
    COURIER,
    HOUSEHOLD,
    MINUTE,
    STAFF,
    TAP,
    Ack,
    Leave,
    Present,
    ReadLog,
    ReadReceipt,
    Step,
    Tell,
    Thrown,
    Wait,
    ask,
    minted,
    taps,
)
from limen.cli.vectorbook.deltas import brought
from limen.cli.vectorbook.doors import CONFIG
from limen.cli.vectorbook.refused import PROBE, SALT, changed
from limen.cli.vectorbook.steady import LOCK_ID, NOW, agreement, signer, steady
from limen.wire.bundles import Payload
from limen.wire.operations import Op, ReleaseTell, StatusAsk, Unlock
from limen.wire.records import ConfigFlags, DoorKind
from limen.wire.tickets import Release, sign_release

DAY = 24 * 60 * MINUTE
OPEN = ask(1, Unlock("tap"))
CARRIER = Present(1, minted(HOUSEHOLD))


def cases() -> dict[str, tuple[str, list[Step]]]:
    """By name: the model of the lock, and what happens."""
    told: dict[str, list[Step]] = {
        "an opening is recorded, carried away and freed": [
            taps(HOUSEHOLD), OPEN, ReadReceipt(1), ReadReceipt(1, steady("nonce", 16)), ReadLog(1), Ack(1, 0), ReadLog(1), ReadReceipt(1),
            OPEN, OPEN, ReadLog(1), Ack(1, 1), ReadLog(1), Ack(1, 1), ReadLog(1), ReadReceipt(1),
        ],
        "a day ends a log epoch": [
            taps(HOUSEHOLD), OPEN, Leave(1), Wait(DAY - MINUTE), taps(HOUSEHOLD), OPEN, Leave(1), Wait(2 * MINUTE), taps(HOUSEHOLD), OPEN,
            ReadLog(1), ReadReceipt(1),
        ],
        "who is refused and came to open is a record": [
            taps(replace(STAFF, nbf=NOW + 60)), Leave(1), taps(replace(HOUSEHOLD, subj=1_236)), Leave(1), CARRIER, ReadLog(1),
        ],
        "who is refused and came for something else is none": [Present(1, minted(replace(STAFF, nbf=NOW + 60))), Leave(1), CARRIER, ReadLog(1)],
        "a refused UNLOCK is a record": [taps(replace(STAFF, sched=99)), OPEN, Leave(1), taps(COURIER), OPEN, Leave(1), CARRIER, ReadLog(1)],
        "who proves nothing is counted for ten minutes": _unproven(),
        "an opening although a newer list is known": [taps(replace(HOUSEHOLD, acl_ver=6)), OPEN, ReadLog(1), ReadReceipt(1)],
        "the time, set": [CARRIER, Tell(1, (NOW + 4) * 1000), ReadLog(1), ReadReceipt(1)],
        "an update and its courier": [Present(1, minted(COURIER)), *brought(1, changed(_PAYLOAD)), Leave(1), CARRIER, ReadLog(1)],
        "the building has a new log key": _turned(),
        "a discard leaves a loss": _discarded(),
        "a release, and what nobody had read": _released(),
        "at a flat's door": _at_home(),
        "a deadbolt thrown from inside": _thrown(),
    }  # fmt: skip
    return {name: ("M", steps) for name, steps in told.items()}


_PAYLOAD = Payload(salt=SALT, probe=PROBE, ackver=1)


def _unproven() -> list[Step]:
    stranger = Present(1, minted(HOUSEHOLD), by="another phone")
    return [
        stranger, Leave(1), Wait(MINUTE), stranger, Leave(1), Wait(9 * MINUTE - 1), CARRIER, ReadLog(1), Leave(1), Wait(1), stranger, Leave(1),
        CARRIER, ReadLog(1),
    ]  # fmt: skip


def _turned() -> list[Step]:
    """L-18: with the commit a log epoch begins under the new key; what was sealed before stays as it is."""
    update = changed(replace(_PAYLOAD, klog=agreement("K_log 2")[1]))
    return [
        taps(HOUSEHOLD), OPEN, ReadLog(1), Present(2, minted(COURIER)), *brought(2, update), Leave(2), OPEN, ReadLog(1), Leave(1),
        taps(HOUSEHOLD), OPEN, ReadLog(1), ReadReceipt(1),
    ]  # fmt: skip


def _discarded() -> list[Step]:
    return [
        taps(HOUSEHOLD), OPEN, ReadLog(1), Ack(1, 0), OPEN, Leave(1), Wait(90 * MINUTE), taps(HOUSEHOLD), OPEN,
        Ack(1, until=NOW - NOW % 3_600 + 3_599), ReadLog(1), ReadReceipt(1),
    ]  # fmt: skip


def _released() -> list[Step]:
    def release(lock_id: bytes, epoch: int, by: str = "KA") -> Step:
        return ask(1, ReleaseTell(sign_release(Release(lock_id, epoch, NOW), signer(by))))

    return [
        taps(HOUSEHOLD), OPEN, ReadLog(1), Ack(1, 0), OPEN, OPEN, release(LOCK_ID[::-1], 1), release(LOCK_ID, 2), release(LOCK_ID, 1, "KU"),
        release(LOCK_ID, 1), ask(1, StatusAsk()), taps(HOUSEHOLD),
    ]  # fmt: skip


def _at_home() -> list[Step]:
    """P-1: at a unit door classes 2, 4 and 5 get 8 bytes in place of the head."""
    update = changed(replace(_PAYLOAD, config=replace(CONFIG, door_kind=DoorKind.UNIT)))
    staff = Present(1, minted(STAFF))
    return [
        Present(1, minted(COURIER)), *brought(1, update), Leave(1), staff, ReadReceipt(1), ReadReceipt(1, steady("nonce", 16)), Leave(1),
        CARRIER, ReadReceipt(1),
    ]  # fmt: skip


def _thrown() -> list[Step]:
    """Line 8: only where model and config have it."""
    update = changed(replace(_PAYLOAD, config=replace(CONFIG, flags=ConfigFlags.PRIVACY_DEADBOLT)))
    staff = Present(1, minted(STAFF), int(Op.UNLOCK), TAP)
    return [
        Thrown(True), staff, OPEN, Leave(1), Present(2, minted(COURIER)), *brought(2, update), Leave(2), staff, OPEN, Leave(1), taps(HOUSEHOLD),
        OPEN, Thrown(False), Leave(1), staff, OPEN, ReadLog(1),
    ]  # fmt: skip
