"""Codes, cards and grants through the face of the room."""

import io
import logging
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from limen.access import queries as access_queries
from limen.access import services as access
from limen.access.views import GroupDoorView
from limen.credentials import queries, services
from limen.credentials.models import PermanentCode
from limen.credentials.views import GrantFacts
from limen.journal import queries as journal
from limen.kernel.periods import Interval, Weekly
from limen.kernel.problems import NotAllowed, NotYours, Refused, TooMany
from limen.places import services as places
from limen.storage import kms
from limen.storage.transactions import unit_of_work
from limen.wire.doorcodes import DailyKey, Moment, TempCls, accepts, candidates, damerau, temporary, weak
from limen.wire.envelope import RoleKeys
from limen.wire.grants import OWN_ACCESS, Cls, Rights, open_grant
from tests.cast import Harbor
from tests.unit.credentials.conftest import HOME_LOCK, LOCK

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def make(house: Harbor, kind: str = "daily", *, person: str = "dana", door: str = "Package Room", at: datetime | None = None, **more: object) -> queries.MadeCode:
    """A temporary code made by somebody."""
    with unit_of_work():
        return services.make_temporary(
            door_id=house.doors[door], kind=kind, by_person=house.people[person], label="Plumber", now=at or house.now, **more  # type: ignore[arg-type]
        )


@pytest.mark.rule("CODE-1")
def test_one_code_per_person_and_door(house: Harbor, now: datetime) -> None:
    """Everybody whose grant has doorcodes on has one code at the door, sound, and at least two slips from any other."""
    door = house.doors["Package Room"]
    held = queries.codes_at(door)
    assert {code.person_id for code in held} == {house.people[name] for name in ("dana", "theo", "kim", "rosa")}
    values = [services.permanent_digits(person_id=code.person_id, door_id=door) for code in held]
    assert all(not weak(value) and len(value) == 7 for value in values)
    assert all(damerau(a, b) >= 2 for n, a in enumerate(values) for b in values[n + 1 :])
    assert queries.codes_at(house.doors["Gym"]) == ()


@pytest.mark.rule("CODE-1")
def test_moving_between_groups_keeps_the_code(house: Harbor, now: datetime) -> None:
    """Given the new group first, a person keeps the code when the old one ends; given back later, the code is a new one."""
    door, dana = house.doors["Package Room"], house.people["dana"]
    before = services.permanent_digits(person_id=dana, door_id=door)
    house.group("Residents, new", "Package Room")
    house.give("dana", "Residents, new")
    grants = {g.group_name: g for g in access_queries.grants_of(dana)}
    _revoke(house, grants["Residents"].id, now)
    assert services.permanent_digits(person_id=dana, door_id=door) == before
    _revoke(house, grants["Residents, new"].id, now)
    assert queries.code_of(dana, door) is None
    house.give("dana", "Residents")
    assert services.permanent_digits(person_id=dana, door_id=door) != before


@pytest.mark.rule("CODE-1")
def test_a_pause_keeps_the_code(house: Harbor, now: datetime) -> None:
    """A paused person is shown no code; after resuming it is the same one."""
    dana, door = house.people["dana"], house.doors["Package Room"]
    before = services.permanent_digits(person_id=dana, door_id=door)
    with unit_of_work():
        access.suspend(person_id=dana, property_id=house.property_id, by=house.actor(), now=now)
    with pytest.raises(NotYours):
        services.show_code(person_id=dana, door_id=door, by=house.actor("dana"), now=now)
    with unit_of_work():
        access.resume(person_id=dana, property_id=house.property_id, by=house.actor(), now=now)
    with unit_of_work():
        assert services.show_code(person_id=dana, door_id=door, by=house.actor("dana"), now=now) == before


@pytest.mark.rule("CODE-11")
def test_showing_a_code_is_written_down_without_digits(house: Harbor, now: datetime) -> None:
    """Only the owner is shown a code, and the journal knows that it was shown, not what it is."""
    dana, door = house.people["dana"], house.doors["Package Room"]
    with unit_of_work():
        digits = services.show_code(person_id=dana, door_id=door, by=house.actor("dana"), now=now)
    (entry, *_rest) = journal.entries(target=f"door:{door}")
    assert (entry.verb, entry.by) == ("doorcode.shown", dana)
    assert digits not in str(entry)
    for other in ("ana", "theo"):
        with pytest.raises(NotYours):
            services.show_code(person_id=dana, door_id=door, by=house.actor(other), now=now)


@pytest.mark.rule("CODE-3")
def test_resetting_a_code(house: Harbor, now: datetime) -> None:
    """A resident resets the code of their own unit door; at another door it is for staff. The old value stays reserved until proven gone."""
    dana, home, room = house.people["dana"], house.doors["Unit 4B"], house.doors["Package Room"]
    old = services.permanent_digits(person_id=dana, door_id=home)
    with unit_of_work():
        services.reset_code(person_id=dana, door_id=home, by=house.actor("dana"), now=now)
    new = services.permanent_digits(person_id=dana, door_id=home)
    assert damerau(old, new) >= 2
    with pytest.raises(NotAllowed, match="The property team changes this one"), unit_of_work():
        services.reset_code(person_id=dana, door_id=room, by=house.actor("dana"), now=now)
    with unit_of_work():
        services.reset_code(person_id=dana, door_id=room, by=house.actor("ana"), now=now)
    assert PermanentCode.objects.filter(freed_at=None, door_id=home).count() == 3
    services.note_proven(door_id=home, as_of=now, now=now + HOUR)
    assert PermanentCode.objects.filter(freed_at=None, door_id=home).count() == 2


@pytest.mark.rule("CODE-2", "CODE-12")
def test_odds_and_least_length(house: Harbor, now: datetime) -> None:
    """The door says how many codes live and how often a day of guessing gets in; a shorter length is outside the limit."""
    odds = queries.odds(house.doors["Package Room"], now)
    assert (odds.permanent, odds.possible, odds.digits, odds.least_digits) == (4, 150, 7, 7)
    assert odds.within_limit
    assert odds.one_in > 500
    assert not queries.odds(house.doors["Package Room"], now, digits=6).within_limit
    assert queries.odds(house.doors["Main Entrance"], now).digits == 8


@pytest.mark.rule("CODE-2")
def test_a_shortened_code_keeps_its_end(house: Harbor, now: datetime) -> None:
    """Shortening keeps the last digits of each code, so who types the old one still gets in; lengthening makes new ones."""
    door, dana = house.doors["Package Room"], house.people["dana"]
    with unit_of_work():
        places.edit_property(property_id=house.property_id, code_digits=9, by=house.actor(), now=now)
        services.settle_codes(door_id=door, now=now)
    nine = services.permanent_digits(person_id=dana, door_id=door)
    with unit_of_work():
        places.edit_property(property_id=house.property_id, code_digits=8, by=house.actor(), now=now)
        services.settle_codes(door_id=door, now=now)
    eight = services.permanent_digits(person_id=dana, door_id=door)
    assert len(nine) == 9
    assert len(eight) == 8
    assert nine.endswith(eight) or weak(nine[-8:])


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


@pytest.mark.rule("CODE-7")
def test_an_opening_is_attributed_to_its_issuer(house: Harbor) -> None:
    """Every issued index is one person's; an index that was never issued is nobody's."""
    make(house, person="dana")
    make(house, person="theo")
    bucket = (house.now.date() - datetime(2024, 1, 1).date()).days
    first, second = (queries.issue(LOCK, 1, bucket, TempCls.DAY, idx) for idx in (0, 1))
    assert first is not None
    assert second is not None
    assert (first.issuer_id, second.issuer_id) == (house.people["dana"], house.people["theo"])
    assert queries.issue(LOCK, 1, bucket, TempCls.DAY, 2) is None


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
    """With the floor in its list a lock refuses every code made before and accepts those made after, of each kind."""
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


def test_a_device_that_leaves_takes_its_codes_along(house: Harbor, now: datetime, django_capture_on_commit_callbacks: object) -> None:
    """Closing an epoch ends its temporary codes and destroys its secrets; permanent codes stay with the door."""
    dana, door = house.people["dana"], house.doors["Alley Gate"]
    house.group("Alley", "Alley Gate")
    house.give("dana", "Alley")
    leaving = bytes.fromhex("00000000000000c5")
    services.open_epoch(door_id=door, lock_id=leaving, epoch=1, now=now)
    make(house, door="Alley Gate")
    before = services.permanent_digits(person_id=dana, door_id=door)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.close_epoch(door_id=door, now=now)
    assert not queries.has_device(door)
    assert queries.live_temporary_of(dana, now) == ()
    with pytest.raises(kms.Destroyed):
        queries.epoch_secrets(leaving, 1)
    services.open_epoch(door_id=door, lock_id=leaving, epoch=2, now=now)
    assert services.permanent_digits(person_id=dana, door_id=door) == before


@pytest.mark.rule("CARD-1", "CARD-3")
def test_cards(house: Harbor, now: datetime) -> None:
    """A card is one person's; plain ones only where the property allows them, random numbers never; keys differ by slot and door kind."""
    dana = house.people["dana"]

    def activate(uid: str, kind: str, person: UUID = dana) -> queries.CardView:
        with unit_of_work():
            return services.activate_card(
                person_id=person, property_id=house.property_id, uid=bytes.fromhex(uid), kind=kind, by=house.actor(), now=now
            )

    card = activate("04112233445566", "aes")
    assert not card.weak
    with pytest.raises(Refused, match="is on already"):
        activate("04112233445566", "aes", house.people["theo"])
    with pytest.raises(Refused) as refused:
        activate("04aabbcc", "uid")
    assert refused.value.type == "kind_not_allowed"
    with pytest.raises(Refused, match="another number each time"):
        activate("08112233", "aes")
    with unit_of_work():
        services.allow_weak_cards(property_id=house.property_id, uid=True, sun=False, by=house.actor(), now=now)
    assert activate("04aabbcc", "uid").weak
    keys = {queries.card_keys(card.id, house.doors[name]) for name in ("Main Entrance", "Unit 4B", "Package Room", "Boiler Room")}
    assert len(keys) == 4
    assert None not in keys
    assert queries.card_keys(card.id, house.doors["Gym"]) == queries.card_image(card.id).keys[3]
    with unit_of_work():
        services.deactivate_card(card_id=card.id, by=house.actor(), now=now)
    assert [c.uid.hex() for c in queries.cards_of(dana)] == ["04aabbcc"]


def test_grants_are_leases_of_their_class(house: Harbor, now: datetime) -> None:
    """24 hours in a browser, 7 days native, a day for staff and couriers, never past the window; push alone without access of one's own."""
    browser, native = house.phone("dana", seed=1), house.phone("theo", seed=2, platform="native")
    keys = RoleKeys.of_roles({role: (public,) for role, public in kms.roles().items()})
    (window,) = access_queries.windows(house.people["dana"], house.doors["Unit 4B"], now)

    def facts(cls: int, **more: object) -> GrantFacts:
        return GrantFacts(HOME_LOCK, 1, 7, house.doors["Unit 4B"], cls, subj=3, **more)  # type: ignore[arg-type]

    mine = services.mint_grant(phone=browser, facts=facts(1, window=window), now=now)
    grant = open_grant(mine.data, keys)
    assert (grant.cls, grant.rights, grant.phone_key) == (Cls.RESIDENT, OWN_ACCESS, browser.public_key)
    assert mine.ends == now + DAY
    assert services.mint_grant(phone=native, facts=facts(1, window=window), now=now).ends == now + 7 * DAY
    assert services.mint_grant(phone=native, facts=facts(4, window=window), now=now).ends == now + DAY
    courier = services.mint_grant(phone=native, facts=facts(7), now=now)
    assert open_grant(courier.data, keys).rights == Rights.PUSH
    house.give("dana", "Home 4B", ends=now + 2 * HOUR)
    (short,) = access_queries.windows(house.people["dana"], house.doors["Unit 4B"], now)
    assert services.mint_grant(phone=browser, facts=facts(1, window=short), now=now).ends == now + 2 * HOUR
    gateway = services.mint_gateway_grant(public_key=native.public_key, facts=facts(8), now=now)
    assert open_grant(gateway.data, keys).rights == Rights.PUSH | Rights.PULL | Rights.REMOTE
    assert gateway.ends == now + HOUR


@pytest.mark.rule("CODE-11")
def test_no_code_and_no_key_is_stored_or_logged(house: Harbor, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    """Canary: after codes were made, shown and reset, no value and no key stands in any table, any log line or the ledger (invariant 50)."""
    caplog.set_level(logging.DEBUG)
    dana, door, home = house.people["dana"], house.doors["Package Room"], house.doors["Unit 4B"]
    digits = [services.permanent_digits(person_id=house.people[p], door_id=door) for p in ("dana", "theo", "kim", "rosa")]
    with unit_of_work():
        digits.append(services.show_code(person_id=dana, door_id=door, by=house.actor("dana"), now=now))
        services.reset_code(person_id=dana, door_id=home, by=house.actor("dana"), now=now)
    digits += [services.permanent_digits(person_id=dana, door_id=home)]
    made = [make(house), make(house, "24_hour"), make(house, "instant", call_id=uuid4())]
    digits += [m.digits for m in made]
    assert all(m.digits not in repr(m) for m in made)
    secrets = [queries.epoch_secrets(LOCK, 1), queries.epoch_secrets(HOME_LOCK, 1)]
    keys = [k for s in secrets for k in (s.k_pin, s.k_daily)] + [kms.derive("K_code", str(house.property_id))]
    everywhere = _dump() + caplog.text.encode() + _ledger()
    for value in digits:
        assert value.encode() not in everywhere, "a code stands somewhere"
    for key in keys:
        assert key not in everywhere
        assert key.hex().encode() not in everywhere


def _dump() -> bytes:
    """Every cell of every table, as it stands."""
    parts: list[bytes] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                parts += [bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in row]
    out = io.StringIO()
    call_command("dumpdata", stdout=out)
    return b"\n".join(parts) + out.getvalue().encode()


def _ledger() -> bytes:
    path = Path(settings.LIMEN_DATA) / "ledger.jsonl"
    return path.read_bytes() if path.exists() else b""


def _accepted(house: Harbor, at: datetime) -> set[str]:
    """What the lock at the Package Room would accept at that time, with the floors of its list."""
    from limen.wire.records import CodeFloor

    floors = tuple(CodeFloor(f.cls, f.bucket, f.idx) for f in queries.code_floors(house.doors["Package Room"]))
    key = DailyKey(queries.epoch_secrets(LOCK, 1).k_daily, LOCK, 1)
    moment = Moment(t=int(at.timestamp()), s=300, zone=((0, -300),), widths=(40, 20, 1, 4, 1), floors=floors)
    return {temporary(key, 7, c.cls, c.b, c.idx) for c in candidates(key, 7, moment) if accepts(moment, c.cls, c.b, c.idx)}


def _revoke(house: Harbor, grant_id: UUID, now: datetime) -> None:
    with unit_of_work():
        access.revoke(grant_id=grant_id, by=house.actor(), now=now)
