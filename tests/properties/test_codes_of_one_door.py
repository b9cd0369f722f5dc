"""All codes of one door over a history of people, resets and visitors: none is two people's, and each the lock takes is somebody's."""

import random
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from limen.credentials import codes, queries, rules, services
from limen.credentials.codes import Door
from limen.credentials.models import PermanentCode, TemporaryCode
from limen.kernel.problems import Refused, TooMany
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from limen.wire.doorcodes import DailyKey, Moment, TempCls, candidates, damerau, temporary
from tests.cast import Harbor
from tests.unit.credentials.conftest import LOCK, house, make

__all__ = ["house"]
WHERE = "Package Room"
WIDTHS = (40, 20, 1, 4, 1)
ZONE = ((0, -300),)
KINDS = ("daily", "24_hour", "instant", "daily_single_use")
SHORT = 4
"""Digits so few that codes would meet by chance every few draws, if nobody kept them apart."""
HISTORY = 120


def permanent(house: Harbor) -> list[tuple[str, UUID]]:
    """Value and person of every code that the lock may still hold."""
    door = Door.at(house.doors[WHERE])
    rows = PermanentCode.objects.filter(door_id=house.doors[WHERE], freed_at=None).order_by("since", "id")
    return [(codes.value_of(door, row), row.person_id) for row in rows]


def issued(at: datetime) -> list[tuple[str, UUID]]:
    """Value and maker of every temporary code that some lock may still take."""
    key = DailyKey(queries.epoch_secrets(LOCK, 1).k_daily, LOCK, 1)
    rows = TemporaryCode.objects.filter(lock_id=LOCK.hex(), stops_at_latest__gt=at)
    return [(temporary(key, SHORT, TempCls(row.cls), row.bucket, row.idx), row.issuer_id) for row in rows]


@pytest.mark.rule("CODE-1", "CODE-4")
def test_two_codes_of_a_door_are_never_one_value(house: Harbor, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """In force, replaced and not proven gone, or issued to a visitor: all differ, and a new permanent one by two slips (invariant 48)."""
    dice = random.Random(48)
    monkeypatch.setattr(rules, "least_at", lambda settings, permanent: SHORT)  # so short that they crowd; no door allows it (CODE-12)
    with unit_of_work():
        places.edit_property(property_id=house.property_id, code_digits=SHORT, by=house.actor(), now=now)
        codes.settle_codes(door_id=house.doors[WHERE], now=now)
    services.note_proven(door_id=house.doors[WHERE], as_of=now, now=now)
    for step in range(HISTORY):
        at = now + timedelta(minutes=5 * step)
        who = dice.choice(("dana", "theo", "kim", "rosa"))
        if dice.random() < 0.7:
            before = [value for value, _ in permanent(house) + issued(at)]
            with unit_of_work():
                services.reset_code(person_id=house.people[who], door_id=house.doors[WHERE], by=house.actor(), now=at)
            fresh = services.permanent_digits(person_id=house.people[who], door_id=house.doors[WHERE])
            assert min(damerau(fresh, value) for value in before) >= 2
        else:
            try:
                make(house, dice.choice(KINDS), person=who, at=at, as_staff=True, call_id=uuid4())
            except (Refused, TooMany):
                continue  # the bucket's codes are all somebody's: nothing is handed out twice
        held = permanent(house) + issued(at)
        assert [value for value, count in Counter(value for value, _ in held).items() if count > 1] == []
    assert len(permanent(house)) > HISTORY // 2


@pytest.mark.rule("CODE-7")
def test_each_temporary_code_that_opens_is_exactly_one_persons_or_a_guess(house: Harbor, now: datetime) -> None:
    """Everything the lock would take, over two days: one issue and one person, or an index nobody was given (invariant 42)."""
    dice = random.Random(42)
    told: dict[tuple[int, int, int], tuple[str, UUID]] = {}
    for step in range(25):
        at = now + timedelta(minutes=dice.randrange(40) + 40 * step)
        who = dice.choice(("dana", "theo", "kim", "rosa"))
        try:
            made = make(house, dice.choice(KINDS), person=who, at=at, as_staff=True, call_id=uuid4())
        except (Refused, TooMany):
            continue
        row = TemporaryCode.objects.get(id=made.id)
        assert (row.cls, row.bucket, row.idx) not in told, "one issue, two people"
        told[(row.cls, row.bucket, row.idx)] = (made.digits, house.people[who])
    assert len(told) > 10
    key, seen = DailyKey(queries.epoch_secrets(LOCK, 1).k_daily, LOCK, 1), set()
    for hours in range(0, 48, 3):
        moment = Moment(t=int((now + timedelta(hours=hours)).timestamp()), s=300, zone=ZONE, widths=WIDTHS)
        for taken in candidates(key, 7, moment):
            issue = (int(taken.cls), taken.b, taken.idx)
            found = queries.issue(LOCK, 1, taken.b, taken.cls, taken.idx)
            if issue in told:
                assert found is not None
                assert (taken.code, found.issuer_id) == told[issue]
                seen.add(issue)
            else:
                assert found is None
    assert len(seen) > 10
