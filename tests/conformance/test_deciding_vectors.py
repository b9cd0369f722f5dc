"""What the chapters schedules, decisions and keypad say is what the lock does: read from the files alone, as another lock would."""

from dataclasses import replace
from typing import Any

import pytest

from limen.cli.vectorbook.doors import CONFIG
from limen.cli.vectorbook.steady import LOCK_ID, signer
from limen.lock import decide
from limen.lock.bucket import Bucket, Charged, Wait
from limen.lock.clock import Reading
from limen.lock.decide import Decision, Door, Refused
from limen.lock.flash import Layout
from limen.lock.keypad import Discarded, Entry, Keypad
from limen.lock.lists import HeldList
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
from limen.wire.grants import Cls, Grant, Rights, key8
from limen.wire.liststate import ListState
from limen.wire.receipts import TrustedTime
from limen.wire.records import Bucket as Rule
from limen.wire.records import ConfigFlags, ListRecord, RecordKind
from limen.wire.schedules import Schedule, holds
from tests.conformance.test_vectors import Chapter, chapter, rows

PHONES = {key8(signer(name).public).hex(): signer(name).public for name in ("phone", "removed phone")}


def held(listed: Chapter, more: tuple[ListRecord, ...] = (), *, strict: bool = False) -> HeldList:
    """The list of the chapter, under slots of this test's own."""
    records = [
        ListRecord(slot=int(slot), kind=RecordKind.SCHEDULE, data=Schedule.from_value(at)) for slot, at in listed["schedules"].items()
    ]
    records.append(ListRecord(slot=900, kind=RecordKind.SUBJECT_FLOOR, data=listed["floor"]))
    records += [
        ListRecord(slot=901 + n, kind=RecordKind.SUBJECT_FLOOR, data=at, subj=int(subj))
        for n, (subj, at) in enumerate(listed["floors"].items())
    ]
    records += [
        ListRecord(slot=950 + n, kind=RecordKind.REVOKED_PHONE, data=bytes.fromhex(name)) for n, name in enumerate(listed["removed"])
    ]
    config = replace(CONFIG, holidays=(), flags=ConfigFlags.STRICT if strict else ConfigFlags.NONE)
    by_slot = {record.slot: record for record in (*records, *more)}
    return HeldList.of(LOCK_ID, ListState(epoch=1, ver=1, records=by_slot, config=config, k_daily=bytes(32), k_pin=bytes(32)))


def reading(book: Chapter, name: str) -> Reading:
    clock: dict[str, Any] = book["clocks"][name]
    u_ms = None if clock["u"] is None else 1000 * clock["u"]
    return Reading(1000 * book["now"], u_ms, 1000 * clock["floor"], TrustedTime[name.upper()])


def why(decision: Decision) -> int | None:
    return int(decision.reason) if isinstance(decision, Refused) else None


@pytest.mark.rule("ACCESS-6")
def test_schedules_hold_by_the_wall_clock_as_written() -> None:
    """Each moment of the chapter, around a holiday and both changes of the clock."""
    book = chapter("schedules")
    zone = tuple((since, offset) for since, offset in book["zone"])
    for case in rows(book):
        hours = Schedule.from_value(case["intervals"])
        assert [holds(hours, zone, book["holidays"], t) for t in book["moments"]] == case["inside"]


def test_grants_are_decided_as_written() -> None:
    """Which sessions are let in and which taps open, in every state of the clock."""
    book = chapter("decisions")
    for case in rows(book, "grants"):
        said, at = case["grant"], case["door"]
        grant = Grant(
            lock_id=LOCK_ID, epoch=1, acl_ver=1, cls=Cls(said["cls"]), rights=Rights(said["rights"]), sched=said["sched"], subj=said["subj"],
            phone_key=PHONES[said["key8"]], iat=said["iat"], nbf=said["nbf"], exp=said["exp"], cti=bytes(8),
        )  # fmt: skip
        behind_ms = None if at["behind_s"] is None else 1000 * at["behind_s"]
        door = Door(held(book["list"], strict=at["strict"]), reading(book, case["clock"]), at["thrown"], behind_ms, at["reset"])
        assert (why(decide.may_enter_session(grant, door)), why(decide.by_phone(grant, door))) == (case["present"], case["unlock"])


def test_records_are_decided_as_written() -> None:
    """A code that fits opens by its class, dates and schedule."""
    book = chapter("decisions")
    for case in rows(book, "records"):
        said = case["record"]
        cls = None if said["cls"] is None else Cls(said["cls"])
        record = ListRecord(
            slot=800, kind=RecordKind.CODE, data=bytes(8), subj=7, cls=cls, nbf=said["nbf"], exp=said["exp"], sched=said["sched"]
        )
        door = Door(held(book["list"], (record,)), reading(book, case["clock"]), case["thrown"])
        assert why(decide.by_records((record,), door)) == case["opens"]


@pytest.mark.rule("CODE-9")
def test_entries_are_read_as_written() -> None:
    """What ends an entry, what is compared of it and what is thrown away."""
    for case in rows(chapter("keypad"), "entries"):
        keypad, digits, pause_s = Keypad(), case["d"], case["key_pause"]
        for touch in case["touches"]:
            outcome: Entry | Discarded | None = None
            if touch["touch"] == "lens":
                keypad.touch_lens(touch["at"])
            elif touch["touch"] == "ok":
                outcome = keypad.check(touch["at"], digits=digits, pause_s=pause_s)
            elif touch["touch"] == "tick":
                outcome = keypad.tick(touch["at"], digits=digits, pause_s=pause_s)
            else:
                outcome = keypad.type(int(touch["touch"]), touch["at"], pause_s=pause_s)
            gives = {"code": outcome.code} if isinstance(outcome, Entry) else "discarded" if outcome else None
            assert gives == touch["gives"]


@pytest.mark.rule("CODE-10")
def test_tokens_and_delays_run_as_written() -> None:
    """Each attempt of the chapter is heard or waits for so long, and leaves so many tokens."""
    for case in rows(chapter("keypad"), "buckets"):
        tokens, refill_min, guard = case["rule"]
        rule = Rule(tokens=tokens, refill_min=refill_min, guard=guard)
        notes = Notes(MemoryFlash(), Layout.for_capacity(10).notes)
        bucket = Bucket(notes, 0)
        for step in case["steps"]:
            if step["do"] == "power":
                bucket = Bucket(notes, step["at"])
            elif step["do"] == "told":
                bucket.synced(step["at"])
            else:
                charged = bucket.charge(rule, step["at"])
                assert (charged.ms if isinstance(charged, Wait) else 0) == step["answer"]
                if step["right"] and isinstance(charged, Charged):
                    bucket.settle(charged, rule, step["at"])
            assert (bucket.tokens_left(rule, step["at"]), bucket.guarded) == (step["tokens"], step["guarded"])
