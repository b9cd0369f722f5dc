"""The tables of protocol B.9 and C.2 as tables."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from limen.lock.clock import Reading
from limen.lock.decide import Decision, Door, Granted, Refused, by_phone, by_records, by_temporary, may_enter_session
from limen.lock.lists import HeldList
from limen.wire.grants import OWN_ACCESS, Cls, Grant, Rights, key8
from limen.wire.liststate import ListState
from limen.wire.receipts import TrustedTime
from limen.wire.records import CodeFloor, ConfigFlags, DoorKind, ListRecord, RecordKind
from limen.wire.refusals import Reason
from limen.wire.schedules import Interval, Schedule
from limen.wire.timestamps import EPOCH_2024
from tests.unit.lock.site import CONFIG, DANA, T0

ALWAYS, NEVER = Schedule((Interval(0x7F, 0, 1440),)), Schedule((Interval(0x80, 0, 1),))
HOUR = 3_600_000


def held(*records: ListRecord, flags: ConfigFlags = ConfigFlags.PRIVACY_DEADBOLT) -> HeldList:
    rules = [ListRecord(slot=90, kind=RecordKind.SCHEDULE, data=ALWAYS), ListRecord(slot=91, kind=RecordKind.SCHEDULE, data=NEVER)]
    listed = {record.slot: record for record in (*rules, *records)}
    config = replace(CONFIG, flags=flags, door_kind=DoorKind.UNIT)
    return HeldList.of(b"l" * 8, ListState(epoch=1, ver=3, records=listed, config=config, k_daily=b"d" * 32, k_pin=b"p" * 32))


def reading(quality: TrustedTime = TrustedTime.GOOD, at: int = T0) -> Reading:
    u_ms = {TrustedTime.GOOD: 60_000, TrustedTime.COARSE: 40 * 60_000, TrustedTime.LOST: None}[quality]
    return Reading(at * 1000, u_ms, (T0 - 1000) * 1000, quality)


def door(quality: TrustedTime = TrustedTime.GOOD, **more: object) -> Door:
    return Door(held(), reading(quality), **more)  # type: ignore[arg-type]


def grant(cls: Cls = Cls.RESIDENT, **more: object) -> Grant:
    facts: dict[str, object] = {
        "lock_id": b"l" * 8,
        "epoch": 1,
        "acl_ver": 3,
        "cls": cls,
        "rights": OWN_ACCESS,
        "sched": None,
        "subj": 5,
        "phone_key": DANA.public,
        "iat": T0 - 500,
        "exp": T0 + 86_400,
        "cti": bytes(8),
    }
    return Grant(**{**facts, **more})  # type: ignore[arg-type]


def reason(decision: Decision) -> Reason | None:
    return decision.reason if isinstance(decision, Refused) else None


GOOD, COARSE, LOST = TrustedTime.GOOD, TrustedTime.COARSE, TrustedTime.LOST


@pytest.mark.rule("LOCK-5", "LOCK-1")
@pytest.mark.parametrize(
    ("quality", "cls", "more", "expected"),
    [
        (GOOD, Cls.RESIDENT, {}, None),
        (COARSE, Cls.RESIDENT, {}, None),
        (LOST, Cls.RESIDENT, {}, None),
        (LOST, Cls.RESIDENT, {"exp": T0 - 1001}, Reason.LEASE_OVER),
        (LOST, Cls.RESIDENT, {"exp": T0 - 999}, None),
        (LOST, Cls.APP_GUEST, {}, Reason.CLOCK_LOST),
        (LOST, Cls.STAFF, {}, Reason.CLOCK_LOST),
        (LOST, Cls.VENDOR, {}, Reason.CLOCK_LOST),
        (LOST, Cls.RESIDENT, {"sched": 90}, Reason.CLOCK_LOST),
        (GOOD, Cls.RESIDENT, {"exp": T0 - 59}, None),  # leniently: rtc - u ≤ exp
        (GOOD, Cls.RESIDENT, {"exp": T0 - 61}, Reason.LEASE_OVER),
        (GOOD, Cls.APP_GUEST, {"exp": T0 + 59}, Reason.LEASE_OVER),  # strictly: rtc + u ≤ exp
        (GOOD, Cls.APP_GUEST, {"exp": T0 + 61}, None),
        (COARSE, Cls.APP_GUEST, {"exp": T0 + 2399}, Reason.LEASE_OVER),
        (GOOD, Cls.APP_GUEST, {"nbf": T0 - 59}, Reason.NOT_STARTED),
        (GOOD, Cls.APP_GUEST, {"nbf": T0 - 61}, None),
        (GOOD, Cls.RESIDENT, {"nbf": T0 + 59}, None),
        (GOOD, Cls.RESIDENT, {"nbf": T0 + 61}, Reason.NOT_STARTED),
    ],
)
def test_time_is_judged_leniently_for_residents_and_strictly_for_everybody_else(
    quality: TrustedTime, cls: Cls, more: dict[str, object], expected: Reason | None
) -> None:
    """Inv. 28 and line 4."""
    assert reason(by_phone(grant(cls, **more), door(quality))) == expected


@pytest.mark.rule("LOCK-5")
def test_with_a_lost_clock_everybody_not_provably_over_may_still_push() -> None:
    """It is the repair: a manager's round sets the clock."""
    assert isinstance(may_enter_session(grant(Cls.MANAGER, rights=Rights.PUSH), door(LOST)), Granted)
    assert reason(may_enter_session(grant(Cls.MANAGER, exp=T0 - 1001), door(LOST))) is Reason.LEASE_OVER


@pytest.mark.rule("LOCK-15")
@pytest.mark.parametrize(
    ("cls", "rights", "expected"),
    [
        (Cls.RESIDENT, OWN_ACCESS, None),
        (Cls.APP_GUEST, OWN_ACCESS, Reason.BOLT_THROWN),
        (Cls.STAFF, OWN_ACCESS, Reason.BOLT_THROWN),
        (Cls.VENDOR, OWN_ACCESS, Reason.BOLT_THROWN),
        (Cls.STAFF, OWN_ACCESS | Rights.PRIVACY_OVERRIDE, None),
    ],
)
def test_with_the_deadbolt_thrown_only_the_household_opens_or_an_override_given_for_that_door(
    cls: Cls, rights: Rights, expected: Reason | None
) -> None:
    """By app: those who live here, and staff with the right for this door (invariant 52)."""
    assert reason(by_phone(grant(cls, rights=rights), door(bolt_thrown=True))) == expected


@pytest.mark.rule("LOCK-15")
def test_with_the_deadbolt_thrown_codes_and_cards_of_the_household_open_and_no_others() -> None:
    shut = door(bolt_thrown=True)
    for cls, expected in ((Cls.RESIDENT, None), (Cls.APP_GUEST, Reason.BOLT_THROWN), (Cls.STAFF, Reason.BOLT_THROWN)):
        record = ListRecord(slot=1, kind=RecordKind.CODE, data=bytes(8), subj=5, cls=cls)
        assert reason(by_records((record,), shut)) == expected
    assert by_temporary(shut) is Reason.BOLT_THROWN


@pytest.mark.rule("CODE-4", "LOCK-5")
def test_a_lock_that_has_lost_its_time_refuses_all_temporary_codes_and_dated_records_and_opens_undated_ones() -> None:
    """Inv. 28."""
    assert by_temporary(door(LOST)) is Reason.CLOCK_LOST
    undated = ListRecord(slot=1, kind=RecordKind.CODE, data=bytes(8), subj=5, cls=Cls.RESIDENT)
    assert isinstance(by_records((undated,), door(LOST)), Granted)
    for more in ({"exp": 10**7}, {"nbf": 1}, {"sched": 90}):
        dated = replace(undated, **more)  # type: ignore[arg-type]
        assert reason(by_records((dated,), door(LOST))) is Reason.CLOCK_LOST


@pytest.mark.rule("ACCESS-5")
def test_a_record_starts_and_ends_by_itself() -> None:
    now = (T0 - EPOCH_2024) // 60
    record = ListRecord(slot=1, kind=RecordKind.CODE, data=bytes(8), subj=5, cls=Cls.VENDOR)
    assert reason(by_records((replace(record, nbf=now + 5),), door())) is Reason.NOT_STARTED
    assert reason(by_records((replace(record, exp=now - 5),), door())) is Reason.ENDED
    assert isinstance(by_records((replace(record, nbf=now - 5, exp=now + 5),), door()), Granted)


@pytest.mark.rule("ACCESS-5")
def test_any_of_a_persons_windows_opens_and_they_are_never_merged() -> None:
    now = (T0 - EPOCH_2024) // 60
    early = ListRecord(slot=1, kind=RecordKind.CODE, data=bytes(8), subj=5, cls=Cls.VENDOR, nbf=now - 60, exp=now - 30)
    late = replace(early, slot=2, nbf=now + 30, exp=now + 60)
    assert isinstance(by_records((early, late), door()), Refused)
    assert isinstance(by_records((early, late, replace(early, slot=3, exp=now + 10)), door()), Granted)


@pytest.mark.rule("ACCESS-6")
def test_outside_its_schedule_a_credential_is_refused_with_that_reason() -> None:
    assert reason(by_phone(grant(sched=91), door())) is Reason.OUTSIDE_SCHEDULE
    assert reason(by_phone(grant(sched=90), door())) is None


def test_an_unknown_schedule_refuses() -> None:
    assert reason(by_phone(grant(sched=77), door())) is Reason.OUTSIDE_SCHEDULE


@pytest.mark.rule("PEOPLE-7")
def test_a_removed_phone_opens_nothing_with_any_grant() -> None:
    record = ListRecord(slot=1, kind=RecordKind.REVOKED_PHONE, data=key8(DANA.public))
    shut = Door(held(record), reading())
    assert reason(by_phone(grant(), shut)) is Reason.REVOKED


@pytest.mark.rule("ACCESS-4")
def test_grants_up_to_a_subjects_floor_are_dead_and_one_given_after_it_opens() -> None:
    """Inv. 31."""
    shut = Door(held(ListRecord(slot=1, kind=RecordKind.SUBJECT_FLOOR, data=T0 - 100, subj=5)), reading())
    assert reason(by_phone(grant(iat=T0 - 100), shut)) is Reason.REVOKED
    assert reason(by_phone(grant(iat=T0 - 99), shut)) is None
    assert reason(by_phone(grant(iat=T0 - 100, subj=6), shut)) is None


def test_a_lock_wide_floor_ends_every_older_grant() -> None:
    shut = Door(held(ListRecord(slot=1, kind=RecordKind.SUBJECT_FLOOR, data=T0 - 100)), reading())
    assert reason(by_phone(grant(iat=T0 - 101, subj=9), shut)) is Reason.REVOKED
    assert reason(by_phone(grant(iat=T0 - 100, subj=9), shut)) is None


@pytest.mark.rule("PEOPLE-2")
def test_a_managing_grant_is_not_access() -> None:
    assert reason(by_phone(grant(Cls.MANAGER, rights=OWN_ACCESS), door())) is Reason.NO_RIGHT
    assert reason(by_phone(grant(Cls.COURIER, rights=OWN_ACCESS), door())) is Reason.NO_RIGHT


@pytest.mark.parametrize(
    ("cls", "flags", "behind_h", "expected"),
    [
        (Cls.RESIDENT, ConfigFlags.STRICT, 30, None),
        (Cls.STAFF, ConfigFlags.STRICT, 23, None),
        (Cls.STAFF, ConfigFlags.STRICT, 25, Reason.NEEDS_UPDATE),
        (Cls.STAFF, ConfigFlags.NONE, 25, None),
    ],
)
def test_a_strict_door_that_has_known_for_a_day_that_it_is_behind_opens_for_residents_only(
    cls: Cls, flags: ConfigFlags, behind_h: int, expected: Reason | None
) -> None:
    """C.3: availability for class 1, freshness for the others."""
    found = by_phone(grant(cls), Door(held(flags=flags), reading(), behind_ms=behind_h * HOUR))
    assert reason(found) == expected
    if isinstance(found, Granted):
        assert found.stale


def test_the_first_failing_line_decides() -> None:
    """Revoked and outside its schedule and at a thrown bolt: it is the earliest line that is told."""
    shut = Door(held(ListRecord(slot=1, kind=RecordKind.SUBJECT_FLOOR, data=T0, subj=5)), reading(), bolt_thrown=True)
    assert reason(by_phone(grant(Cls.STAFF, sched=91, exp=T0 - 10_000), shut)) is Reason.LEASE_OVER
    assert reason(by_phone(grant(Cls.STAFF, sched=91), shut)) is Reason.REVOKED
    assert reason(by_phone(grant(Cls.STAFF, sched=91, iat=T0 + 1), shut)) is Reason.OUTSIDE_SCHEDULE


def test_a_duress_code_opens_and_is_marked() -> None:
    record = ListRecord(slot=1, kind=RecordKind.DURESS_CODE, data=bytes(8), subj=5, cls=Cls.RESIDENT)
    found = by_records((record,), door())
    assert isinstance(found, Granted)
    assert found.duress


def test_code_floors_are_kept_for_the_codes() -> None:
    floor = CodeFloor(2, 10, 1)
    assert held(ListRecord(slot=1, kind=RecordKind.CODE_FLOOR, data=floor)).code_floors == (floor,)


def _undated(kind: RecordKind) -> ListRecord:
    return ListRecord(slot=1, kind=kind, data=bytes(8), subj=5, cls=Cls.VENDOR)


NOW_MIN = (T0 - EPOCH_2024) // 60
ROWS_OF_B9: dict[str, tuple[Callable[[Door], bool], tuple[bool, bool, bool]]] = {
    "permanent code without dates": (lambda d: _opens(by_records((_undated(RecordKind.CODE),), d)), (True, True, True)),
    "card without dates": (lambda d: _opens(by_records((_undated(RecordKind.CARD_UID),), d)), (True, True, True)),
    "resident's phone, lease beyond the floor": (lambda d: _opens(by_phone(grant(), d)), (True, True, True)),
    "resident's phone, lease before the floor": (lambda d: _opens(by_phone(grant(exp=T0 - 2000), d)), (False, True, False)),
    "guest's phone": (lambda d: _opens(by_phone(grant(Cls.APP_GUEST), d)), (True, True, False)),
    "staff's phone inside its hours": (lambda d: _opens(by_phone(grant(Cls.STAFF, sched=90), d)), (True, True, False)),
    "resident's phone with hours": (lambda d: _opens(by_phone(grant(sched=90), d)), (True, True, False)),
    "code with an end an hour away": (
        lambda d: _opens(by_records((replace(_undated(RecordKind.CODE), exp=NOW_MIN + 60),), d)),
        (True, True, False),
    ),
    "code with an end half an hour away, within the error of a coarse clock": (
        lambda d: _opens(by_records((replace(_undated(RecordKind.CODE), exp=NOW_MIN + 30),), d)),
        (True, False, False),
    ),
    "card with hours": (lambda d: _opens(by_records((replace(_undated(RecordKind.CARD_UID), sched=90),), d)), (True, True, False)),
    "temporary codes": (lambda d: by_temporary(d) is None, (True, True, False)),
}


def _opens(decision: Decision) -> bool:
    return isinstance(decision, Granted)


@pytest.mark.rule("LOCK-5")
@pytest.mark.parametrize("row", ROWS_OF_B9)
def test_what_a_good_a_coarse_and_a_lost_clock_are_worth(row: str) -> None:
    """The decision table of B.9, cell by cell (invariant 28)."""
    opens, expected = ROWS_OF_B9[row]
    assert tuple(opens(door(quality)) for quality in (GOOD, COARSE, LOST)) == expected
