"""Signs, calls and the code made in one, from both sides (LINK-1 to LINK-9)."""

import logging
import sqlite3
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.conf import settings

from limen.access import queries as access
from limen.access import services as access_verbs
from limen.credentials import queries as codes
from limen.identity import queries as phones
from limen.identity import services as identity
from limen.intercom import queries, rules, services
from limen.intercom.models import Call
from limen.intercom.views import CallCode, CallState
from limen.journal import queries as journal
from limen.kernel.periods import Weekly
from limen.kernel.problems import NotYours, Problem, Refused, TooMany
from limen.storage import kms, outbox
from limen.storage.models import OutboxRow
from limen.storage.transactions import unit_of_work
from tests.unit.intercom.conftest import SESSION, Porch

HOUR = timedelta(hours=1)


def code_for(porch: Porch, call_id: UUID, *, after_s: float = 0) -> CallCode:
    """Dana makes the code of a call."""
    with unit_of_work():
        return services.make_code_for_call(call_id=call_id, person_id=porch.house.people["dana"], now=porch.at(after_s))


# ---- signs


@pytest.mark.rule("LINK-1")
def test_a_unit_door_never_has_a_sign(porch: Porch) -> None:
    """Entrance, common and service doors may; asked twice, the sign in use is given back."""
    house = porch.house
    with pytest.raises(Refused) as refused:
        services.make_link(door_id=house.doors["Unit 4B"], by=house.actor(), now=porch.now)
    assert refused.value.type == "unit_door"
    for door in ("Main Entrance", "Boiler Room"):
        with unit_of_work():
            assert services.make_link(door_id=house.doors[door], by=house.actor(), now=porch.now).door_id == house.doors[door]
    with unit_of_work():
        assert services.make_link(door_id=house.doors["Package Room"], by=house.actor(), now=porch.now) == porch.link


@pytest.mark.rule("LINK-8")
def test_rotating_kills_the_old_sign_and_ends_its_calls_at_once(porch: Porch) -> None:
    """What rings and what talks ends; the new sign works; a sign is rotated once."""
    ringing, ringing_token = porch.call("theo")
    talking, token = porch.talking()
    with unit_of_work():
        fresh = services.rotate(link_id=porch.link.id, by=porch.house.actor(), now=porch.now)
    for call, its in ((ringing, ringing_token), (talking, token)):
        seen = queries.call_for_visitor(call.id, its)
        assert seen is not None and not seen.state.is_open and seen.sign_replaced
    assert queries.live_link(porch.link.code) is None
    assert queries.directory(fresh.code, "", porch.now).anybody
    with pytest.raises(NotYours):
        porch.call()
    with pytest.raises(NotYours):
        services.rotate(link_id=porch.link.id, by=porch.house.actor(), now=porch.now)
    assert "link.rotated" in {entry.verb for entry in journal.entries(property_id=porch.house.property_id)}


@pytest.mark.rule("LINK-9")
def test_a_sign_whose_calls_are_switched_off_rings_nobody(porch: Porch) -> None:
    """What rings and what talks from it ends at once, on both sides; no directory, no call; the journal has it once; on again, it rings."""
    ringing, ringing_token = porch.call("theo")
    talking, token = porch.talking()
    for after_s in (1, 2):
        with unit_of_work():
            off = services.switch_calls(link_id=porch.link.id, on=False, by=porch.house.actor(), now=porch.at(after_s))
        assert not off.takes_calls and off.calls_off_at == porch.at(1)
    for call, its, who in ((ringing, ringing_token, "theo"), (talking, token, "dana")):
        seen = queries.call_for_visitor(call.id, its)
        assert seen is not None and not seen.state.is_open and seen.sign_off and not seen.sign_replaced
        assert queries.ringing_for(porch.house.people[who], porch.at(3)) is None
    assert queries.live_link(porch.link.code) is None and queries.silent_link(porch.link.code) == off
    with pytest.raises(NotYours):
        queries.directory(porch.link.code, "", porch.at(3))
    with pytest.raises(Refused) as refused:
        porch.call(after_s=3)
    assert refused.value.type == "calls_off"
    with unit_of_work():
        services.switch_calls(link_id=porch.link.id, on=True, by=porch.house.actor(), now=porch.at(4))
    assert porch.call(after_s=5)[0].state == CallState.RINGING
    assert queries.silent_link(porch.link.code) is None
    kept = queries.call_for_visitor(ringing.id, ringing_token)
    assert kept is not None and kept.sign_off  # what ended it stays true
    noted = [entry.verb for entry in journal.entries(property_id=porch.house.property_id) if entry.verb.startswith("link.calls")]
    assert sorted(noted) == ["link.calls_off", "link.calls_on"]


@pytest.mark.rule("LINK-8", "LINK-9")
def test_a_new_sign_in_place_of_one_that_is_switched_off_is_off_too(porch: Porch) -> None:
    """Nobody rings again because the paper was damaged; a sign that was replaced cannot be switched."""
    with unit_of_work():
        services.switch_calls(link_id=porch.link.id, on=False, by=porch.house.actor(), now=porch.now)
    with unit_of_work():
        fresh = services.rotate(link_id=porch.link.id, by=porch.house.actor(), now=porch.at(9))
    assert not fresh.takes_calls and queries.live_link(fresh.code) is None
    for on in (True, False):
        with pytest.raises(NotYours):
            services.switch_calls(link_id=porch.link.id, on=on, by=porch.house.actor(), now=porch.at(10))


def test_a_code_that_was_given_stays_on_the_screen_after_the_calls_are_switched_off(porch: Porch) -> None:
    """It cannot be taken back, so hiding it would only leave somebody before the door."""
    call, token = porch.talking()
    digits = code_for(porch, call.id).digits
    with unit_of_work():
        services.switch_calls(link_id=porch.link.id, on=False, by=porch.house.actor(), now=porch.at(20))
    seen, code = queries.call_for_visitor(call.id, token), queries.code_of_call(call.id, porch.at(30))
    assert seen is not None and seen.has_code and code is not None and code.digits == digits


# ---- what residents choose


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "D.\u202ewhit", "a\x00b"])
def test_a_name_that_cannot_stand_in_a_directory_is_refused(porch: Porch, name: str) -> None:
    """Empty, too long, or with signs that turn the text around."""
    with pytest.raises(Problem) as problem:
        services.choose(
            person_id=porch.house.people["dana"],
            property_id=porch.house.property_id,
            shown=True,
            display_name=name,
            quiet=None,
            now=porch.now,
        )
    assert problem.value.type == "display_name"


def test_quiet_hours_are_minutes_of_a_day(porch: Porch) -> None:
    """Nothing else is kept."""
    with pytest.raises(Problem) as problem:
        services.choose(
            person_id=porch.house.people["dana"],
            property_id=porch.house.property_id,
            shown=True,
            display_name="Dana",
            quiet=(0, 24 * 60),
            now=porch.now,
        )
    assert problem.value.type == "quiet_hours"


# ---- the ways a call ends


@pytest.mark.rule("LINK-4", "LINK-7")
def test_a_call_rings_the_resident_and_is_answered_on_one_screen(porch: Porch) -> None:
    """The other screen reads that it was answered elsewhere; the same screen may ask twice."""
    call, _token = porch.call()
    dana = porch.house.people["dana"]
    ringing = queries.ringing_for(dana, porch.now)
    assert ringing is not None and ringing.id == call.id and ringing.door_id == porch.house.doors["Package Room"]
    assert {"call.ringing", "call.changed", "call.time_out"} <= set(OutboxRow.objects.values_list("topic", flat=True))
    for _ in range(2):
        with unit_of_work():
            answered = services.answer(call_id=call.id, person_id=dana, session=SESSION, now=porch.at(5))
        assert answered.state is CallState.ANSWERED
    with pytest.raises(Refused) as refused:
        services.answer(call_id=call.id, person_id=dana, session="another phone", now=porch.at(6))
    assert refused.value.type == "answered_elsewhere" and refused.value.title == "Answered on another phone."
    with unit_of_work():
        assert services.hang_up(call_id=call.id, person_id=dana, now=porch.at(60)).state is CallState.ENDED


@pytest.mark.rule("LINK-7")
def test_declined_and_cancelled_end_on_both_sides(porch: Porch) -> None:
    """Whoever comes too late hears what happened."""
    dana = porch.house.people["dana"]
    call, token = porch.call()
    with unit_of_work():
        services.decline(call_id=call.id, person_id=dana, now=porch.at(3))
    seen = queries.call_for_visitor(call.id, token)
    assert seen is not None and seen.state is CallState.DECLINED
    call, token = porch.call(after_s=10)
    for _ in range(2):
        with unit_of_work():
            assert services.cancel(call_id=call.id, token=token, now=porch.at(12)).state is CallState.CANCELLED
    with pytest.raises(Refused) as refused:
        services.answer(call_id=call.id, person_id=dana, session=SESSION, now=porch.at(13))
    assert refused.value.title == "They hung up."
    assert queries.ringing_for(dana, porch.at(13)) is None


@pytest.mark.rule("LINK-7")
def test_nobody_taps_for_45_seconds_and_the_call_is_missed(porch: Porch) -> None:
    """Also when the job that ends it is late: what rang too long is answered by nobody."""
    call, _ = porch.call()
    with unit_of_work():
        services.time_out(call_id=call.id, now=porch.at(44))
    assert porch.seen(call.id).state is CallState.RINGING
    with unit_of_work():
        late = services.answer(call_id=call.id, person_id=porch.house.people["dana"], session=SESSION, now=porch.at(46))
    assert late.state is CallState.MISSED
    assert queries.ringing_for(porch.house.people["dana"], porch.at(46)) is None


@pytest.mark.rule("LINK-7")
def test_nobody_is_rung_for_45_seconds_by_a_page_that_was_closed(porch: Porch) -> None:
    """8 seconds later the phone is silent; a page that was only loaded again rings on, and only the caller's page counts."""
    call, _ = porch.call()
    with unit_of_work():
        services.note_line(call_id=call.id, side="visitor", lost=True, now=porch.at(3))
        services.note_line(call_id=call.id, side="visitor", lost=False, now=porch.at(5))
        services.note_line(call_id=call.id, side="resident", lost=True, now=porch.at(5))
    outbox.settle(porch.at(20))
    assert porch.seen(call.id).state is CallState.RINGING
    with unit_of_work():
        services.note_line(call_id=call.id, side="visitor", lost=True, now=porch.at(21))
    outbox.settle(porch.at(30))
    assert porch.seen(call.id).state is CallState.CANCELLED


@pytest.mark.rule("LINK-7")
def test_who_answers_a_caller_that_left_waits_20_seconds_and_no_longer(porch: Porch) -> None:
    """The caller's page may have been loaded again just then; the line is said to be lost meanwhile."""
    call, _ = porch.call()
    with unit_of_work():
        services.note_line(call_id=call.id, side="visitor", lost=True, now=porch.at(3))
        services.answer(call_id=call.id, person_id=porch.house.people["dana"], session=SESSION, now=porch.at(5))
    outbox.settle(porch.at(20))
    assert porch.seen(call.id).state is CallState.ANSWERED and porch.seen(call.id).lost_line
    outbox.settle(porch.at(24))
    assert porch.seen(call.id).state is CallState.ENDED


@pytest.mark.rule("LINK-7")
def test_a_side_that_loses_the_network_has_20_seconds_to_come_back(porch: Porch) -> None:
    """Both screens say so; back in time, they talk on; not back, the call ends."""
    call, _ = porch.talking()
    with unit_of_work():
        services.note_line(call_id=call.id, side="visitor", lost=True, now=porch.at(30))
    assert porch.seen(call.id).lost_line
    with unit_of_work():
        services.note_line(call_id=call.id, side="resident", lost=False, now=porch.at(31))  # the other one was never away
    assert porch.seen(call.id).lost_line
    with unit_of_work():
        services.note_line(call_id=call.id, side="visitor", lost=False, now=porch.at(49))
        services.time_out(call_id=call.id, now=porch.at(50))
    assert porch.seen(call.id).state is CallState.ANSWERED and not porch.seen(call.id).lost_line
    with unit_of_work():
        services.note_line(call_id=call.id, side="resident", lost=True, now=porch.at(60))
    outbox.settle(porch.at(81))
    assert porch.seen(call.id).state is CallState.ENDED


@pytest.mark.rule("LINK-9")
@pytest.mark.parametrize("why", ["blocked", "quiet hours", "no phone", "not shown"])
def test_blocked_quiet_and_no_phone_look_the_same(porch: Porch, why: str) -> None:
    """A call that is unreachable at once, and nothing rings; the screen learns the same facts in each case."""
    house, dana = porch.house, porch.house.people["dana"]
    call, _ = porch.call()
    with unit_of_work():
        services.decline(call_id=call.id, person_id=dana, now=porch.now)
        if why == "blocked":
            services.block(call_id=call.id, person_id=dana, now=porch.now)
        if why in ("quiet hours", "not shown"):
            services.choose(
                person_id=dana,
                property_id=house.property_id,
                shown=why != "not shown",
                display_name="D. Whitfield",
                quiet=(0, 23 * 60) if why == "quiet hours" else None,
                now=porch.now,
            )
        if why == "no phone":
            for phone in phones.phones(dana):
                identity.remove_phone(phone_id=phone.id, by=house.actor("dana"), now=porch.now)
    before = OutboxRow.objects.filter(topic="call.ringing").count()
    again, token = porch.call(after_s=5)
    assert again.state is CallState.UNREACHABLE and again.ended_at == porch.at(5) and token
    assert OutboxRow.objects.filter(topic="call.ringing").count() == before
    assert queries.ringing_for(dana, porch.at(6)) is None


@pytest.mark.rule("LINK-9")
def test_a_block_ends_after_thirty_days_and_holds_for_one_resident(porch: Porch) -> None:
    """And for one visitor; somebody else still rings."""
    call, _ = porch.call()
    with unit_of_work():
        services.block(call_id=call.id, person_id=porch.house.people["dana"], now=porch.now)
        services.block(call_id=call.id, person_id=porch.house.people["dana"], now=porch.now)
        services.decline(call_id=call.id, person_id=porch.house.people["dana"], now=porch.now)
    assert porch.call("theo", after_s=1)[0].state is CallState.RINGING
    assert porch.call(visitor="198.51.100.4", after_s=2)[0].state is CallState.RINGING
    assert porch.call(after_s=3)[0].state is CallState.UNREACHABLE
    assert porch.call(after_s=31 * 24 * 3600)[0].state is CallState.RINGING
    with pytest.raises(NotYours):
        services.block(call_id=call.id, person_id=porch.house.people["theo"], now=porch.now)


@pytest.mark.rule("LINK-7")
def test_who_talks_is_busy_for_others(porch: Porch) -> None:
    """A second visitor hears so, and can call when the first call is over."""
    call, token = porch.talking()
    with pytest.raises(Refused) as refused:
        porch.call(visitor="198.51.100.4", after_s=5)
    assert refused.value.type == "busy"
    with unit_of_work():
        services.cancel(call_id=call.id, token=token, now=porch.at(6))
    assert porch.call(visitor="198.51.100.4", after_s=7)[0].state is CallState.RINGING


# ---- limits


@pytest.mark.rule("LINK-9")
def test_calls_are_limited_by_address_by_home_and_by_sign(porch: Porch) -> None:
    """One address alone cannot use up what a home may be rung; and it says from when it works again."""
    for number in range(rules.CALLS_FROM_ADDRESS_TO_UNIT):
        porch.call(("dana", "theo")[number % 2], after_s=number)
    with pytest.raises(TooMany) as refused:
        porch.call(after_s=20)
    assert refused.value.retry_at == porch.now + rules.COUNTED_FOR
    others = rules.CALLS_TO_UNIT - rules.CALLS_FROM_ADDRESS_TO_UNIT
    for number in range(others):
        porch.call(visitor=f"198.51.100.{number}", after_s=30 + number)
    with pytest.raises(TooMany):
        porch.call("theo", visitor="192.0.2.9", after_s=60)
    assert porch.call(after_s=3600)[0].state is CallState.RINGING


@pytest.mark.rule("LINK-9")
def test_one_address_may_not_ring_the_whole_building(porch: Porch) -> None:
    """Different homes count together for one address."""
    porch.house.phone("kim", seed=3)
    for number in range(rules.CALLS_FROM_ADDRESS):
        porch.call(("dana", "kim")[number % 2], after_s=number)
    with pytest.raises(TooMany):
        porch.call("kim", after_s=40)
    assert porch.call("kim", visitor="198.51.100.4", after_s=41)[0].state is CallState.RINGING


@pytest.mark.rule("LINK-9")
def test_one_sign_may_not_ring_for_ever(porch: Porch) -> None:
    """All addresses and all homes count together for one sign."""
    rows = [
        Call(
            id=uuid4(), link_id=porch.link.id, door_id=porch.link.door_id, person_id=porch.house.people["rosa"], state="missed",
            token_hash=bytes([number]) * 32, visitor_mark=bytes([number]) * 16, made_at=porch.now,
        )
        for number in range(rules.CALLS_FROM_LINK)
    ]  # fmt: skip
    Call.objects.bulk_create(rows)
    with pytest.raises(TooMany):
        porch.call(after_s=1)
    Call.objects.filter(id=rows[0].id).delete()
    assert porch.call(after_s=2)[0].state is CallState.RINGING


def test_an_entry_that_never_was_one_is_not_there(porch: Porch) -> None:
    """Guessed, foreign, or of another sign."""
    for wrong in ("", "AAAAAAAAAAAAAAAA", str(porch.house.people["dana"])):
        with pytest.raises(NotYours):
            services.start_call(code=porch.link.code, entry_id=wrong, visitor="x", now=porch.now)
    with pytest.raises(NotYours):
        services.start_call(code="AAAAAAAAAAAAAAAA", entry_id=porch.entry(), visitor="x", now=porch.now)


# ---- the code of a call


@pytest.mark.rule("LINK-5", "CODE-4")
def test_the_resident_makes_one_instant_code_during_the_call(porch: Porch) -> None:
    """First used within the hour, then good to the end of the day; asked again, the same one; the right to share is not needed."""
    porch.house.give("dana", "Residents", may_share=False)
    call, _ = porch.talking()
    code = code_for(porch, call.id)
    assert code_for(porch, call.id, after_s=9) == code
    assert code.door_id == porch.house.doors["Package Room"] and len(code.digits) >= 7
    made = codes.temporary_of(porch.house.people["dana"], porch.now)
    assert [(one.id, one.kind) for one in made] == [(Call.objects.get(id=call.id).code_id, "instant")]
    assert code.first_use_before is not None and HOUR <= code.first_use_before - porch.now <= HOUR + timedelta(seconds=15)
    assert code.works_until.astimezone(ZoneInfo("America/New_York")).strftime("%H:%M") == "00:00"


@pytest.mark.rule("LINK-5")
def test_no_code_before_or_after_the_call_and_none_by_anybody_else(porch: Porch) -> None:
    """Ringing is not talking; Theo cannot make one in Dana's call."""
    call, token = porch.call()
    with pytest.raises(Refused) as refused:
        code_for(porch, call.id)
    assert refused.value.type == "not_talking"
    with unit_of_work():
        services.answer(call_id=call.id, person_id=porch.house.people["dana"], session=SESSION, now=porch.now)
    with pytest.raises(NotYours):
        services.make_code_for_call(call_id=call.id, person_id=porch.house.people["theo"], now=porch.now)
    with unit_of_work():
        services.cancel(call_id=call.id, token=token, now=porch.now)
    with pytest.raises(Refused):
        code_for(porch, call.id)


@pytest.mark.rule("LINK-6")
def test_a_door_without_a_device_gives_no_code_and_says_why(porch: Porch) -> None:
    """One can talk there all the same."""
    house = porch.house
    with unit_of_work():
        sign = services.make_link(door_id=house.doors["Main Entrance"], by=house.actor(), now=porch.now)
    at_door = Porch(house, sign)
    call, _ = at_door.talking()
    with pytest.raises(Refused) as refused:
        code_for(at_door, call.id)
    assert refused.value.type == "no_device"


@pytest.mark.rule("CODE-4")
def test_a_maker_whose_own_access_has_hours_gives_no_code(porch: Porch) -> None:
    """The reason is said instead."""
    house = porch.house
    with unit_of_work():
        for grant in access.grants_of(house.people["dana"], house.property_id):
            access_verbs.revoke(grant_id=grant.id, by=house.actor(), now=porch.now)
    house.group("By day", "Package Room", schedule=Weekly.of([[0b11111111, 6 * 60, 22 * 60]]))
    house.give("dana", "By day")
    call, _ = porch.talking()
    with pytest.raises(Refused) as refused:
        code_for(porch, call.id)
    assert refused.value.type == "your_hours"


def test_the_code_of_a_call_is_seen_by_its_two_sides_only(porch: Porch) -> None:
    """Invariant 78: by the token of the screen that called, and by the resident who was called."""
    call, token = porch.talking()
    code_for(porch, call.id)
    other, other_token = porch.call("theo", visitor="198.51.100.4")
    assert queries.call_for_visitor(call.id, token) is not None
    assert queries.call_for_visitor(call.id, other_token) is None
    assert queries.call_for_visitor(other.id, token) is None
    assert queries.call_for_visitor(call.id, "") is None
    assert queries.call_for_resident(call.id, porch.house.people["theo"]) is None


@pytest.mark.rule("CODE-11")
def test_the_digits_are_nowhere_but_sealed_and_destroyed_after_the_hour(porch: Porch, caplog: pytest.LogCaptureFixture) -> None:
    """A canary: not in any table, not in the key store, not in the log, not in the journal; after the hour nothing can show them again."""
    caplog.set_level(logging.DEBUG)
    call, _ = porch.talking()
    digits = code_for(porch, call.id).digits
    outbox.settle(porch.at(1))
    assert not anywhere(digits) and digits not in caplog.text
    early = queries.code_of_call(call.id, porch.at(3599))
    assert early is not None and early.digits == digits
    late = queries.code_of_call(call.id, porch.at(3616))
    assert late is not None and late.over and late.digits == ""
    outbox.settle(porch.now + services.CODE_KEPT)
    assert Call.objects.get(id=call.id).code_sealed is None and kms.is_destroyed(queries.code_key(call.id))
    gone = queries.code_of_call(call.id, porch.at(10))  # also for a clock that went back
    assert gone is not None and gone.over and gone.digits == ""


def anywhere(digits: str) -> list[str]:
    """Tables and files in which these digits can be read."""
    wanted = digits.encode()
    found = []
    for model in apps.get_models():
        for row in model._default_manager.values_list():
            if any(wanted in (bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode()) for v in row):
                found.append(model._meta.label)
    store = Path(settings.LIMEN_DATA) / "keystore.sqlite3"
    with sqlite3.connect(store) as keys:
        found += [row[0] for row in keys.execute("select id from keys where instr(id, ?)", (digits,))]
    files = [
        path for path in Path(settings.LIMEN_DATA).rglob("*") if path.is_file() and path.suffix not in {".sqlite3", ".gz", ".js", ".css"}
    ]
    found += [path.name for path in files if wanted in path.read_bytes()]
    return found


def test_the_search_for_digits_finds_what_is_there(porch: Porch) -> None:
    """The canary's own test: a number that a table does hold is found."""
    assert anywhere("212 555 0100")


def test_nothing_of_a_visitor_is_kept_but_a_keyed_mark(porch: Porch) -> None:
    """The address itself stands in no table."""
    porch.call(visitor="203.0.113.199")
    assert anywhere("203.0.113.199") == []
