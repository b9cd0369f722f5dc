"""Chapters payload and stills: all that may stand in an update, what may not, how large it may be; and who is photographed."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.doors import CONFIG, RECORDS, lists
from limen.cli.vectorbook.steady import LOCK_ID, NEW_YORK, NOW, agreement, signer, steady
from limen.lock.camera import reason_of, waits, wants_photo
from limen.wire import bundles, cbor, firmware
from limen.wire.events import Method
from limen.wire.grants import Cls
from limen.wire.records import Config, ConfigFlags, DoorKind
from limen.wire.schedules import Interval, Schedule

CAPACITIES = (50, 1_500, 5_000)
GUARDED = replace(
    CONFIG,
    door_kind=DoorKind.ENTRANCE,
    flags=ConfigFlags(15),
    engaged_ms=5_000,
    key_pause_s=20,
    photo_key=agreement("photo key")[1],
    passage=Schedule((Interval(0b0011111, 480, 1080),)),
    ajar_s=120,
)


def payload_cases() -> Case:
    """Payloads with everything and with nothing, configs, and neighbours of each that are none."""
    good, records = _said(bundles.encode_payload(_bare())), [record.to_value() for record in RECORDS]
    return {
        "about": "Payloads (U-7), configs (U-3) and records (U-1) as CBOR. payloads: read, and written again to the same bytes; keys: those of the map. "
        "configs: the same. refuse: bytes that are no payload. bounds (U-10): records, bytes of a bundle, for a capacity in people.",
        "payloads": [
            {"name": name, "keys": sorted(_said(data)), "hex": data.hex()}
            for name, data in {
                "everything": bundles.encode_payload(_whole()),
                "nothing but a version": bundles.encode_payload(_bare()),
            }.items()
        ],
        "configs": [
            {"name": name, "keys": sorted(config.to_value()), "hex": cbor.encode(config.to_value()).hex()}
            for name, config in _configs().items()
        ],
        "refuse": [
            *({"why": why, "hex": cbor.encode({**good, **change}).hex()} for why, change in _no_payloads(records[1]).items()),
            *({"why": why, "hex": cbor.encode({**good, 4: config}).hex()} for why, config in _no_configs().items()),
            {"why": "no salt", "hex": cbor.encode({key: value for key, value in good.items() if key != 1}).hex()},
        ],
        "bounds": [
            {"capacity": people, "records": bundles.records_max(people), "bundle_bytes": bundles.bundle_bytes_max(people)}
            for people in CAPACITIES
        ],
    }


def still_cases() -> Case:
    """The whole table of L-12."""
    every = product(DoorKind, Method, (None, *Cls), (True, False))
    return {
        "about": "Stills (L-12, L-14) at a door with a photo key and a camera: take lists every [door kind (D-1), method, class or null, granted, reason of "
        "the still (L-13), waits unseen for a minute] for which one is taken after the decision; with any other of these values none is.",
        "take": [
            [int(kind), int(method), cls and int(cls), granted, int(reason_of(cls, granted=granted)), waits(kind, granted=granted)]
            for kind, method, cls, granted in every
            if wants_photo(kind, method, cls, granted=granted)
        ],
    }


def _whole() -> bundles.Payload:
    snapshot = lists()[0]
    direction = firmware.Direction(
        lock_id=LOCK_ID, epoch=1, ver=1, image=(41, steady("image", 16)), starts=NOW, ends=NOW + 30 * 86_400, battery=40
    )
    signed = firmware.sign_direction(direction, signer("KU"))
    roots, klog = (steady("root 2", 96), steady("root 3", 96)), agreement("K_log of the next year")[1]
    return replace(snapshot, config=GUARDED, tombstones=(21, 22), purge=1, roots=roots, fw_director=signed, klog=klog)


def _bare() -> bundles.Payload:
    return bundles.Payload(salt=steady("salt 2", 16), probe=steady("probe 2", 8), ackver=2**32 - 1)


def _configs() -> dict[str, Config]:
    shut = replace(CONFIG, widths=(0, 0, 0, 0, 0), holidays=(), engaged_ms=0, key_pause_s=0, record_ttl_days=0)
    far = replace(CONFIG, zone=tuple((1_793_512_800 + 15_768_000 * row, 15 * (row % 5 - 2)) for row in range(20)))
    return {
        "as in the chapter bundle": CONFIG,
        "with all that only some doors have": GUARDED,
        "with nothing live": shut,
        "twenty rows of zone": far,
    }


def _said(data: bytes) -> dict[int, cbor.Encodable]:
    value = cbor.decode(data)
    assert isinstance(value, dict)
    return {key: item for key, item in value.items() if isinstance(key, int)}


def _no_payloads(record: list[cbor.Encodable]) -> Mapping[str, dict[int, cbor.Encodable]]:
    def but(place: int, value: cbor.Encodable) -> dict[int, cbor.Encodable]:
        return {2: [[*record[:place], value, *record[place + 1 :]]]}

    return {
        "a key that nobody knows": {14: 0},
        "the key that is not used": {5: 0},
        "a salt too short": {1: bytes(15)},
        "a probe too long": {7: bytes(9)},
        "a kdaily too short": {10: bytes(31)},
        "a klog too long": {13: bytes(33)},
        "a klog to which nothing can be sealed": {13: bytes(32)},
        "no root in roots": {9: []},
        "nine roots": {9: [b"\x80"] * 9},
        "an ended slot below 0": {3: [-1]},
        "a record of seven": {2: [record[:7]]},
        "a record of a ninth kind": but(1, 9),
        "a record of a tenth class": but(3, 10),
        "a code of ten digits": but(7, 10**9),
        "a code as text": but(7, "4820917"),
        "a code as its tag": but(7, bytes(8)),
        "a subject of 65 bits": but(2, b"\x01" + bytes(8)),
        "a floor without a time": {2: [[7, 5, 1, None, None, None, None, None]]},
        "a card without its key": {2: [[5, 3, 1, 1, None, None, None, [bytes(7), bytes(15)]]]},
        "a card's number of eleven bytes": {2: [[4, 2, 1, 1, None, None, None, bytes(11)]]},
        "a removed phone by seven bytes": {2: [[6, 4, None, None, None, None, None, bytes(7)]]},
        "a code floor of a sixth class": {2: [[8, 7, None, None, None, None, None, [5, 0, 0]]]},
        "a schedule without intervals": {2: [[1, 6, None, None, None, None, None, []]]},
        "nine intervals": {2: [[1, 6, None, None, None, None, None, [[1, 0, 60]] * 9]]},
        "an interval on no day": {2: [[1, 6, None, None, None, None, None, [[0, 0, 60]]]]},
        "an interval that begins with the next day": {2: [[1, 6, None, None, None, None, None, [[1, 1_440, 60]]]]},
    }


def _no_configs() -> Mapping[str, cbor.Encodable]:
    good = CONFIG.to_value()
    changes: dict[str, dict[int, cbor.Encodable]] = {
        "three digits": {1: 3},
        "ten digits": {1: 10},
        "a fifth kind of door": {2: 4},
        "a bucket without tokens": {3: [0, 10, 40]},
        "a bucket that never fills": {3: [12, 0, 40]},
        "four widths": {4: [40, 20, 1, 4]},
        "a width of 257": {4: [257, 20, 1, 4, 1]},
        "no zone": {5: []},
        "twenty-one rows of zone": {5: [[number, 0] for number in range(21)]},
        "a zone that goes back": {5: [list(row) for row in reversed(NEW_YORK)]},
        "an offset of ten minutes": {5: [[0, 10]]},
        "a bolt drawn for more than a minute": {7: 60_001},
        "a pause of 21 seconds": {8: 21},
        "a fifth flag": {9: 16},
        "a photo key too short": {12: bytes(31)},
        "a photo key to which nothing can be sealed": {12: b"\x01" + bytes(31)},
        "left open from the start": {14: 0},
        "a key that nobody knows": {15: 0},
    }
    without = {key: value for key, value in good.items() if key != 11}
    return {**{why: {**good, **change} for why, change in changes.items()}, "no least suite": without}
