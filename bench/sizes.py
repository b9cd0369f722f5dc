"""Bytes of sealed updates beside protocol B.3, as they are, and without what its table leaves out: config, zone table and door keys of a snapshot."""

from dataclasses import replace

from bench.tables import Claims, show
from limen.wire import cbor
from limen.wire.bundles import Bundle
from limen.wire.grants import Cls
from limen.wire.records import ListRecord, RecordKind
from tests.unit.lock.site import CONFIG, House, Service, house

RESIDENTS = (10, 50, 200, 500, 1000)
B3_SNAPSHOT = {10: 630, 50: 2204, 200: 8291, 500: 20779, 1000: 41587}
B3 = {"empty": 243, "one resident removed": 272, "10 keycards": 464}
NO_LONGER_SENT = 8
KEYS = 2 * (1 + 2 + 32)
WITHIN = 1.08


def main() -> int:
    claims, rows = Claims(), []
    for name, bundle in (("empty", empty()), ("one resident removed", removed()), ("10 keycards", ten_cards())):
        rows.append(row(claims, name, bundle.size, 0, B3[name]))  # no config rides along with a change of records
    for residents in RESIDENTS:
        apart = KEYS + config_bytes()
        rows.append(row(claims, f"snapshot, {residents} residents", snapshot(residents).size, apart, B3_SNAPSHOT[residents]))
    show("Bytes of an update", ("", "bytes", "B.3", "ratio", "keys, config", "B.3, without 8", "ratio without", "within 8 %"), rows)
    return claims.exit_code()


def row(claims: Claims, name: str, size: int, apart: int, wanted: int) -> list[object]:
    same = wanted - NO_LONGER_SENT
    ratio = (size - apart) / same
    held = claims.check(f"size of {name}", 2 - WITHIN <= ratio <= WITHIN)
    return [name, size, wanted, f"{size / wanted:.3f}", apart, same, f"{ratio:.3f}", held]


def config_bytes() -> int:
    return 1 + len(cbor.encode(CONFIG.to_value()))


def empty() -> Bundle:
    one = house()
    one.service.edit()
    return one.service.bundle(rides=False)


def removed() -> Bundle:
    one = house(CONFIG, "M", *records(20, 5))
    floor = ListRecord(slot=900, kind=RecordKind.SUBJECT_FLOOR, data=one.service.now, subj=100_005)
    one.service.edit(floor, gone=(300, 301))
    return one.service.bundle(rides=False)


def ten_cards() -> Bundle:
    one = house()
    one.service.edit(*[card(300 + n, n) for n in range(10)])
    return one.service.bundle(rides=False)


def snapshot(residents: int) -> Bundle:
    one = House(Service(replace(CONFIG)), house().rig)
    one.service.xs, one.service.lock_id = bytes(31) + b"\x09", bytes(8)
    one.service.model = replace(one.service.model, capacity=5000)
    one.service.edit(*records(residents, 0))
    return one.service.bundle(snapshot=True)


def records(residents: int, start: int) -> list[ListRecord]:
    """One code and one plain card each, as in the table."""
    codes = [
        ListRecord(slot=start + n, kind=RecordKind.CODE, data=1_000_000 + 7919 * n % 8_999_999, subj=100_000 + n, cls=Cls.RESIDENT)
        for n in range(residents)
    ]
    return codes + [card(start + residents + n, n) for n in range(residents)]


def card(slot: int, n: int) -> ListRecord:
    return ListRecord(slot=slot, kind=RecordKind.CARD_UID, data=b"\x04" + n.to_bytes(6, "big"), subj=100_000 + n, cls=Cls.RESIDENT)


if __name__ == "__main__":
    raise SystemExit(main())
