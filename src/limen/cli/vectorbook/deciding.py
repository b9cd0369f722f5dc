"""Chapters schedules, decisions, keypad: what a lock makes of hours, grants, records and touches, so that another lock opens as ours does."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import product

from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.doors import CONFIG
from limen.cli.vectorbook.steady import LOCK_ID, NEW_YORK, NOW, signer, steady
from limen.lock import decide
from limen.lock.bucket import Bucket, Wait
from limen.lock.clock import Reading
from limen.lock.decide import Door, Refused
from limen.lock.flash import Layout
from limen.lock.keypad import Discarded, Entry, Keypad, Outcome
from limen.lock.lists import HeldList
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
from limen.wire.grants import Cls, Grant, Rights, key8
from limen.wire.liststate import ListState
from limen.wire.receipts import TrustedTime
from limen.wire.records import Bucket as Rule
from limen.wire.records import ConfigFlags, ListRecord, RecordKind
from limen.wire.schedules import HOLIDAY, Interval, Schedule, holds
from limen.wire.timestamps import EPOCH_2024

MINUTE, HOUR, DAY = 60, 3_600, 86_400
HOLIDAYS = (1058,)
WORKDAYS = Schedule((Interval(0b0011111, 540, 1020),))
SCHEDULES = {
    "working hours": WORKDAYS,
    "past midnight at weekends": Schedule((Interval(0b1100000, 1320, 120),)),
    "holidays alone": Schedule((Interval(HOLIDAY, 0, 1440),)),
    "through the hour that a clock change skips or repeats": Schedule((Interval(0b1000000, 90, 150),)),
    "two pieces": Schedule((Interval(0b1111111, 360, 720), Interval(0b0000001, 0, 1))),
}
OPEN_SLOT, SHUT_SLOT, NO_SLOT = 1, 2, 99
SHUT = Schedule((Interval(0b1111111, 0, 60),))
EVERY_DAY = Schedule((Interval(0b1111111, 0, 1440),))
FLOOR_ALL, FLOOR_ONE = NOW - 30 * DAY, NOW - DAY
CLOCKS = {
    "good": Reading(NOW * 1000, 60_000, (NOW - HOUR) * 1000, TrustedTime.GOOD),
    "coarse": Reading(NOW * 1000, 1_800_000, (NOW - HOUR) * 1000, TrustedTime.COARSE),
    "lost": Reading(NOW * 1000, None, (NOW - HOUR) * 1000, TrustedTime.LOST),
}


def schedule_cases() -> Case:
    """Every interval at its edges, around both clock changes and a holiday."""
    moments = sorted({*_around_days(), *_around_changes()})
    cases = [
        {"name": name, "intervals": hours.to_value(), "inside": [holds(hours, NEW_YORK, HOLIDAYS, t) for t in moments]}
        for name, hours in SCHEDULES.items()
    ]
    return {
        "about": "Schedules (U-2). intervals as in a kind 6 record; inside[n] says whether moments[n] (utime) is inside, by the wall clock of zone = "
        "[[utime, offset_min]…] with these holidays (numbers of local days).",
        "zone": [list(row) for row in NEW_YORK],
        "holidays": list(HOLIDAYS),
        "moments": moments,
        "cases": cases,
    }


def decision_cases() -> Case:
    """Grants and records at doors in every state of the clock."""
    return {
        "about": "Decisions (M-1 lines 4 to 9, M-12, M-13). now: utime; clocks: u and floor in seconds, u null where the clock is lost. The list holds "
        "schedules by slot, a floor for everybody, floors by subj, removed key8s. grants: what PRESENT for op 2 to 14 and UNLOCK are answered, "
        "reason or null (opens). door: thrown (counts at this door), behind_s (for how long a newer list is known, or null), strict, reset. "
        "records: of a code that fits; nbf and exp in minutes.",
        "now": NOW,
        "zone": [list(row) for row in NEW_YORK],
        "clocks": {
            name: {"u": None if now.u_ms is None else now.u_ms // 1000, "floor": now.floor_ms // 1000} for name, now in CLOCKS.items()
        },
        "list": {
            "schedules": {str(OPEN_SLOT): EVERY_DAY.to_value(), str(SHUT_SLOT): SHUT.to_value()},
            "floor": FLOOR_ALL,
            "floors": {"8": FLOOR_ONE},
            "removed": [key8(signer("removed phone").public).hex()],
        },
        "grants": [_granted(clock, grant, door) for clock in CLOCKS for grant, door in _grants()],
        "records": [_recorded(clock, record, thrown) for clock in CLOCKS for record, thrown in _records()],
    }


def keypad_cases() -> Case:
    """Entries from touches; tokens, delays and the guard from wrong and right codes."""
    return {
        "about": "The keypad (M-5 to M-7). entries: touches at milliseconds, 'lens', a digit, 'ok' or 'tick' (time passed), and what each gives: "
        "null, 'discarded' or {code}. buckets: rule [B, R, guard]; 'code' asks to compare one (it turns out wrong unless right), answer: 0, or the "
        "milliseconds to wait; 'power' is a loss of power that took no powered time (kept is what stood at the last change); 'told' a T2 answer; "
        "tokens: after it.",
        "entries": [_entry(7, 5, touches) for touches in ENTRIES],
        "buckets": [_bucket(name, rule, steps) for name, rule, steps in _runs()],
    }


def _around_days() -> Iterable[int]:
    """Monday to Monday of a week with a holiday in it, at the edges of the intervals."""
    monday = EPOCH_2024 + 1057 * DAY + 5 * HOUR
    for day, minute in product(range(7), (0, 1, 59, 119, 120, 360, 539, 540, 719, 720, 1019, 1020, 1319, 1320, 1439)):
        yield monday + day * DAY + minute * MINUTE


def _around_changes() -> Iterable[int]:
    for change, _ in NEW_YORK:
        yield from range(change - 2 * HOUR, change + 2 * HOUR, 10 * MINUTE)


def _grants() -> Iterable[tuple[Grant, Case]]:
    usual: Case = {"thrown": False, "behind_s": None, "strict": False, "reset": False}
    running = Grant(
        lock_id=LOCK_ID, epoch=1, acl_ver=1, cls=Cls.RESIDENT, rights=Rights(7), sched=None, subj=7, phone_key=signer("phone").public,
        iat=NOW - HOUR, exp=NOW + DAY, cti=steady("cti", 8),
    )  # fmt: skip
    for cls in (Cls.RESIDENT, Cls.STAFF):
        mine = replace(running, cls=cls)
        for nbf in (NOW - DAY, NOW - 60, NOW - 59, NOW + 60, NOW + 61, NOW + 1_800, NOW + 1_801):
            yield replace(mine, nbf=nbf), usual
        for exp in (NOW - HOUR - 1, NOW - 1_801, NOW - 1_800, NOW - 61, NOW - 60, NOW + 59, NOW + 60, NOW + 1_800):
            yield replace(mine, iat=NOW - DAY, exp=exp), usual
        for sched in (OPEN_SLOT, SHUT_SLOT, NO_SLOT):
            yield replace(mine, sched=sched), usual
        for behind in (HOUR, DAY, DAY + 1):
            yield mine, usual | {"behind_s": behind}
            yield mine, usual | {"behind_s": behind, "strict": True}
        yield mine, usual | {"thrown": True}
        yield replace(mine, rights=Rights(7 | 16)), usual | {"thrown": True}
        yield mine, usual | {"reset": True}
    yield replace(running, iat=FLOOR_ALL), usual
    yield replace(running, iat=FLOOR_ALL - 1), usual
    yield replace(running, subj=8, iat=FLOOR_ONE), usual
    yield replace(running, subj=8, iat=FLOOR_ONE + 1), usual
    yield replace(running, phone_key=signer("removed phone").public), usual
    yield replace(running, cls=Cls.MANAGER), usual
    yield replace(running, rights=Rights.PUSH), usual


def _granted(clock: str, grant: Grant, said: Case) -> Case:
    records = {
        OPEN_SLOT: ListRecord(slot=OPEN_SLOT, kind=RecordKind.SCHEDULE, data=EVERY_DAY),
        SHUT_SLOT: ListRecord(slot=SHUT_SLOT, kind=RecordKind.SCHEDULE, data=SHUT),
        3: ListRecord(slot=3, kind=RecordKind.SUBJECT_FLOOR, data=FLOOR_ALL),
        4: ListRecord(slot=4, kind=RecordKind.SUBJECT_FLOOR, data=FLOOR_ONE, subj=8),
        5: ListRecord(slot=5, kind=RecordKind.REVOKED_PHONE, data=key8(signer("removed phone").public)),
    }
    flags = ConfigFlags.STRICT if said["strict"] else ConfigFlags.NONE
    behind = said["behind_s"]
    door = Door(
        _held(records, flags), CLOCKS[clock], bool(said["thrown"]), 1000 * behind if isinstance(behind, int) else None, bool(said["reset"])
    )
    of = {"cls": int(grant.cls), "rights": int(grant.rights), "sched": grant.sched, "subj": grant.subj, "key8": key8(grant.phone_key).hex()}
    times = {"iat": grant.iat, "nbf": grant.nbf, "exp": grant.exp}
    return {
        "clock": clock,
        "grant": of | times,
        "door": said,
        "present": _why(decide.may_enter_session(grant, door)),
        "unlock": _why(decide.by_phone(grant, door)),
    }


def _records() -> Iterable[tuple[ListRecord, bool]]:
    minute = (NOW - EPOCH_2024) // MINUTE
    for cls in (Cls.RESIDENT, Cls.VENDOR, None):
        usual = ListRecord(slot=6, kind=RecordKind.CODE, data=bytes(8), subj=7, cls=cls)
        yield usual, False
        yield usual, True
        yield from ((replace(usual, nbf=minute + ahead), False) for ahead in (-60, 0, 1, 2, 31))
        yield from ((replace(usual, exp=minute + ahead), False) for ahead in (-60, -1, 0, 1, 31))
        yield from ((replace(usual, sched=slot), False) for slot in (OPEN_SLOT, SHUT_SLOT, NO_SLOT))


def _recorded(clock: str, record: ListRecord, thrown: bool) -> Case:
    hours = {slot: ListRecord(slot=slot, kind=RecordKind.SCHEDULE, data=what) for slot, what in ((OPEN_SLOT, EVERY_DAY), (SHUT_SLOT, SHUT))}
    door = Door(_held(hours | {record.slot: record}, ConfigFlags.NONE), CLOCKS[clock], thrown)
    of = {"cls": None if record.cls is None else int(record.cls), "nbf": record.nbf, "exp": record.exp, "sched": record.sched}
    return {"clock": clock, "record": of, "thrown": thrown, "opens": _why(decide.by_records((record,), door))}


def _held(records: dict[int, ListRecord], flags: ConfigFlags) -> HeldList:
    config = replace(CONFIG, flags=flags, holidays=())
    state = ListState(
        epoch=1, ver=1, records=records, config=config, k_daily=steady("k_daily"), k_pin=steady("k_pin"), salt=bytes(16), probe=bytes(8)
    )
    return HeldList.of(LOCK_ID, state)


def _why(decision: decide.Decision) -> int | None:
    return int(decision.reason) if isinstance(decision, Refused) else None


Touch = tuple[str, int]
ENTRIES: tuple[tuple[Touch, ...], ...] = (
    (("1", 0), *((digit, 400 * n) for n, digit in enumerate("4820917", 1)), ("ok", 3_000)),
    (("lens", 0), *((digit, 400 * n) for n, digit in enumerate("4820917", 1)), ("tick", 4_799), ("tick", 4_800)),
    (("lens", 0), *((digit, 400 * n) for n, digit in enumerate("994820917", 1)), ("ok", 4_000)),
    (("lens", 0), *((digit, 400 * n) for n, digit in enumerate("482091", 1)), ("ok", 3_000)),
    (("lens", 0), ("4", 400), ("8", 5_400), ("2", 10_401), *((digit, 10_401 + 400 * n) for n, digit in enumerate("0917204", 1)), ("ok", 13_500)),
    (("lens", 0), *((digit, 100 * n) for n, digit in enumerate("12345678901234567", 1)), ("ok", 2_000)),
    (("lens", 0), ("4", 400), ("tick", 5_400), ("tick", 5_401), ("8", 6_000), ("ok", 6_500)),
)  # fmt: skip


def _entry(digits: int, pause_s: int, touches: Iterable[Touch]) -> Case:
    keypad, told = Keypad(), list[Case]()
    for what, at in touches:
        told.append({"touch": what, "at": at, "gives": _gives(_touched(keypad, what, at, digits, pause_s))})
    return {"d": digits, "key_pause": pause_s, "touches": told}


def _touched(keypad: Keypad, what: str, at: int, digits: int, pause_s: int) -> Outcome:
    if what == "lens":
        keypad.touch_lens(at)
        return None
    if what == "ok":
        return keypad.check(at, digits=digits, pause_s=pause_s)
    return keypad.tick(at, digits=digits, pause_s=pause_s) if what == "tick" else keypad.type(int(what), at, pause_s=pause_s)


def _gives(outcome: Outcome) -> object:
    if isinstance(outcome, Entry):
        return {"code": outcome.code}
    return "discarded" if isinstance(outcome, Discarded) else None


Step = tuple[str, int]


def _runs() -> Iterable[tuple[str, Rule, list[Step]]]:
    home = Rule(tokens=12, refill_min=10, guard=40)
    yield "delays", home, [("wrong", 1_000 * at) for at in (0, 1, 2, 3, 7, 8, 22, 23, 30, 83, 84)]
    yield (
        "a right code ends the delay",
        home,
        [("wrong", 0), ("wrong", 0), ("wrong", 0), ("right", 5_000), ("wrong", 5_000), ("wrong", 5_000)],
    )
    slow = [("wrong", 60_000 * n) for n in range(14)]
    yield "empty", home, [*slow, ("wrong", 60_000 * 20), ("wrong", 60_000 * 21)]
    yield (
        "a loss of power earns nothing",
        home,
        [("wrong", 0), ("wrong", 0), ("wrong", 0), ("power", 1_000), ("wrong", 4_999), ("wrong", 5_000)],
    )
    shy = Rule(tokens=3, refill_min=10, guard=4)
    tries = [("wrong", 600_000 * n) for n in range(5)]
    yield "guard", shy, [*tries, ("wrong", 600_000 * 8), ("told", 600_000 * 8), ("wrong", 600_000 * 10), ("wrong", 600_000 * 11)]
    day, hour = DAY * 1_000, HOUR * 1_000
    for name, usual, first in (
        ("nothing is usual before thirty days", 0, 29),
        ("a quiet door", 0, 30),
        ("a door where five a day are usual", 5, 31),
    ):
        earlier = [("wrong", day * n + hour * one) for n in range(first) for one in range(usual)]
        yield name, home, [*earlier, *(("wrong", day * first + 60_000 * n) for n in range(16))]
    uneven = [("wrong", day * n + hour * one) for n in range(31) for one in range(5 if n in (5, 15, 25) else 4)]
    yield "123 in thirty days", home, [*uneven, *(("wrong", day * 31 + hour * 12 + 600_000 * n) for n in range(14))]


def _bucket(name: str, rule: Rule, steps: list[Step]) -> Case:
    notes = Notes(MemoryFlash(), Layout.for_capacity(10).notes)
    bucket, told = Bucket(notes, 0), list[Case]()
    for what, at in steps:
        answer: int | None = None
        if what == "power":
            bucket = Bucket(notes, at)
        elif what == "told":
            bucket.synced(at)
        else:
            charged = bucket.charge(rule, at)
            answer = charged.ms if isinstance(charged, Wait) else 0
            if what == "right" and not isinstance(charged, Wait):
                bucket.settle(charged, rule, at)
        said = {"do": what if what in ("power", "told") else "code", "at": at}
        asked = {} if answer is None else {"right": what == "right", "answer": answer}
        told.append(said | asked | {"tokens": bucket.tokens_left(rule, at), "guarded": bucket.guarded})
    return {"name": name, "rule": [rule.tokens, rule.refill_min, rule.guard], "steps": told}
