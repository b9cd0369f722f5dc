"""Temporary codes: made without an update, told once, ended by nobody."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from limen.access import services as access
from limen.access.views import GroupDoorView
from limen.credentials import queries, services
from limen.credentials import temporary as temporaries
from limen.kernel.periods import Interval, Weekly
from limen.kernel.problems import NotYours, Refused, TooMany
from limen.notices.models import Notice
from limen.storage import outbox
from limen.storage.transactions import unit_of_work
from limen.wire.doorcodes import DailyKey, Moment, accepts, candidates, temporary
from tests.cast import Harbor
from tests.unit.credentials.conftest import LOCK, make

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.rule("CODE-4")
def test_a_temporary_code_is_one_the_lock_derives(house: Harbor, now: datetime) -> None:
    """What the maker is told is what a lock with K_daily accepts now, at its own door and epoch, without any update."""
    made = make(house)
    secrets = queries.epoch_secrets(LOCK, 1)
    zone = ((0, -300),)
    moment = Moment(t=int(now.timestamp()), s=300, zone=zone, widths=(40, 20, 1, 4, 1))
    accepted = {c.code for c in candidates(DailyKey(secrets.k_daily, LOCK, 1), 7, moment)}
    assert made.digits in accepted
    assert made.works_until == datetime.fromisoformat("2026-11-22T00:00:00-05:00")
    assert made.stops_at_latest - made.works_until == 10 * MINUTE
    other = {c.code for c in candidates(DailyKey(secrets.k_daily, LOCK, 2), 7, moment)}
    assert made.digits not in other


@pytest.mark.rule("CODE-4", "ACCESS-13")
@pytest.mark.parametrize(
    ("said_s", "days", "least_s"), [(300, 0, 300), (300, 100, 1172), (900, 100, 1772), (None, 1, 3600), (300, 3000, 3600)]
)
def test_the_bound_grows_with_the_locks_silence(house: Harbor, now: datetime, said_s: int | None, days: int, least_s: int) -> None:
    """What a clock was off by on the day it was read is not what it is off by a hundred days later; beyond an hour no code opens."""
    services.note_clock(door_id=house.doors["Package Room"], error_s=said_s, at=now - days * DAY)
    made = make(house)
    assert timedelta(seconds=2 * least_s) <= made.stops_at_latest - made.works_until <= timedelta(seconds=min(7200, 2 * least_s + 60))


@pytest.mark.rule("CODE-4", "CODE-5")
def test_the_ends_of_each_kind(house: Harbor, now: datetime) -> None:
    """Daily to the end of the day, 24-hour a day from now, instant first used within the hour and then to the end of the day."""
    midnight = datetime.fromisoformat("2026-11-22T00:00:00-05:00")
    assert make(house, "daily_single_use").works_until == midnight
    assert make(house, "24_hour").works_until == now + DAY
    tomorrow = make(house, "daily", day=(now + DAY).date())
    assert (tomorrow.works_from, tomorrow.works_until) == (midnight, midnight + DAY)
    called = make(house, "instant", call_id=uuid4())
    assert called.first_use_before == now + HOUR
    assert called.works_until == midnight
    late = make(house, "instant", at=midnight - 10 * MINUTE, call_id=uuid4())
    assert late.works_until == midnight + 50 * MINUTE
    with pytest.raises(Refused, match="Choose today or tomorrow"):
        make(house, "daily", day=(now + 3 * DAY).date())


@pytest.mark.rule("CODE-4")
def test_a_maker_hears_why_not(house: Harbor, now: datetime) -> None:
    """No code where codes are off, no device is active, sharing is not allowed, one's own access has hours or ends before."""
    hours = Weekly((Interval(0b1111111, 0, 22 * 60),))

    def refusal(**case: object) -> str:
        with pytest.raises(Refused) as refused:
            make(house, **case)  # type: ignore[arg-type]
        return refused.value.type

    assert refusal(door="Gym") == "codes_off"
    assert refusal(door="Main Entrance") == "no_device"
    assert refusal(person="gus") == "no_access_now"
    house.give("kim", "Residents", may_share=False)
    assert refusal(person="kim") == "may_not_share"
    assert make(house, "instant", person="kim", call_id=uuid4()).digits
    house.give("theo", "Residents", ends=now + 2 * HOUR)
    assert refusal(person="theo") == "your_end"
    with unit_of_work():
        rows = [GroupDoorView(house.doors["Package Room"], hours, True)]
        access.edit_group(group_id=house.groups["Residents"], name="Residents", doors=rows, by=house.actor(), now=now)
    assert refusal(person="dana") == "your_hours"


@pytest.mark.rule("CODE-4")
def test_staff_at_a_unit_door_is_told_to_the_household(house: Harbor, now: datetime) -> None:
    """A code that staff made for a home puts a notice in the outbox for everybody who lives there."""
    from limen.storage.models import OutboxRow

    OutboxRow.objects.all().delete()
    make(house, person="ana", door="Unit 4B", as_staff=True)
    assert OutboxRow.objects.filter(topic="notice").count() == 2


def test_quota_of_a_resident(house: Harbor, now: datetime) -> None:
    """Four codes a day and door, then the invitation is offered; codes made in a call do not count."""
    for _ in range(4):
        make(house)
    with pytest.raises(TooMany) as stopped:
        make(house)
    assert stopped.value.title == "4 codes for this door today is the most."
    make(house, "instant", call_id=uuid4())
    make(house, at=now + DAY)


def test_a_bucket_that_is_used_up_says_when(house: Harbor, now: datetime) -> None:
    """Beyond the width of a bucket the answer says when the next code can be made."""
    make(house, "24_hour", person="dana")
    with pytest.raises(TooMany) as stopped:
        make(house, "24_hour", person="theo")
    assert stopped.value.type == "next_code_at"
    assert stopped.value.title == "Next code for this door at 14:30."
    assert stopped.value.retry_at == now + 28 * MINUTE


@pytest.mark.rule("CODE-6")
def test_a_temporary_code_cannot_be_revoked(house: Harbor, now: datetime) -> None:
    """The attempt is answered with the stable reason and the alternative, and changes nothing."""
    made = make(house)
    with pytest.raises(Refused) as refused:
        services.revoke_temporary(code_id=made.id, by_person=house.people["dana"], now=now)
    assert refused.value.type == "temporary_doorcode_cannot_be_revoked"
    assert "invite your guest to the app" in refused.value.detail
    (listed,) = queries.live_temporary_of(house.people["dana"], now)
    assert listed.label == "Plumber"
    with pytest.raises(NotYours):
        services.revoke_temporary(code_id=made.id, by_person=house.people["theo"], now=now)


@pytest.mark.rule("CODE-13")
def test_a_code_floor_kills_what_was_issued_and_nothing_later(house: Harbor, now: datetime) -> None:
    """With the floor in its list a lock refuses every code made before and accepts those made after, of each kind (invariant 51)."""
    kinds = {"daily": None, "daily_single_use": None, "24_hour": None, "instant": uuid4()}
    before = {kind: make(house, kind, call_id=call) for kind, call in kinds.items()}
    tomorrow = make(house, "daily", person="theo", day=(now + DAY).date())
    with unit_of_work():
        services.raise_floor(door_id=house.doors["Package Room"], by=house.actor(), now=now)
    later = now + 31 * MINUTE
    after = {kind: make(house, kind, person="theo", at=later, call_id=call) for kind, call in kinds.items()}
    open_then = _accepted(house, later)
    assert not {made.digits for made in before.values()} & open_then
    assert {made.digits for made in after.values()} <= open_then
    assert tomorrow.digits not in _accepted(house, now + DAY)
    assert all(view.floored_at == now for view in queries.temporary_of(house.people["dana"], now))


@pytest.mark.rule("CODE-13")
def test_a_code_floor_tells_whoever_gave_a_code_out_that_it_ends(house: Harbor, now: datetime) -> None:
    """Once, however many; and a floor above one that is ending already tells nobody twice."""
    make(house)
    make(house)
    door = house.doors["Package Room"]
    living = queries.living_at(door, now)
    assert living is not None and (living.codes, living.makers) == (2, 1)
    with unit_of_work():
        services.raise_floor(door_id=door, by=house.actor(), now=now)
    assert queries.living_at(door, now) is None
    make(house, person="theo", at=now + 31 * MINUTE)
    with unit_of_work():
        services.raise_floor(door_id=door, by=house.actor(), now=now + 31 * MINUTE)
    outbox.settle(now + 31 * MINUTE)
    told = [str(notice.person_id) for notice in Notice.objects.filter(kind="codes_floored")]
    assert sorted(told) == sorted([str(house.people["dana"]), str(house.people["theo"])])


def _accepted(house: Harbor, at: datetime) -> set[str]:
    """What the lock at the Package Room would accept at that time, with the floors of its list."""
    from limen.wire.records import CodeFloor

    floors = tuple(CodeFloor(f.cls, f.bucket, f.idx) for f in queries.code_floors(house.doors["Package Room"]))
    key = DailyKey(queries.epoch_secrets(LOCK, 1).k_daily, LOCK, 1)
    moment = Moment(t=int(at.timestamp()), s=300, zone=((0, -300),), widths=(40, 20, 1, 4, 1), floors=floors)
    return {temporary(key, 7, c.cls, c.b, c.idx) for c in candidates(key, 7, moment) if accepts(moment, c.cls, c.b, c.idx)}


def test_of_two_workers_that_ask_at_once_the_second_takes_the_next_index(house: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index was free when it was chosen and taken when it was written: the code is the next one, not an error."""
    first = make(house)
    real, stale = temporaries._issue, [(0, first.digits)]
    monkeypatch.setattr(temporaries, "_issue", lambda making: stale.pop() if stale else real(making))
    second = make(house)
    assert second.digits != first.digits
    assert not stale
