"""The verbs of signs and calls."""

import hashlib
from base64 import b32encode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Q

from limen.credentials import services as credentials
from limen.intercom import queries, rules
from limen.intercom.models import Block, Call, Link, Listing
from limen.intercom.views import CallCode, CallState, CallView, LinkView, ListingView
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours, Problem, Refused, TooMany
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import chance, kms, ledger, outbox

LINK_CODE_BYTES = 10
TOKEN_BYTES = 24
MARK_BYTES = 16
LONGEST_DISPLAY_NAME = 40
CODE_KEPT = timedelta(minutes=65)
Side = Literal["visitor", "resident"]


# ---- signs


def make_link(*, door_id: UUID, by: Actor, now: datetime) -> LinkView:
    """Puts a sign at an entrance, common or service door (LINK-1); the one in use is given back. Refused `unit_door`."""
    door = places.door_view(door_id)
    if door.kind not in rules.LINK_KINDS:
        raise Refused("unit_door", "A unit door has no sign.")
    existing = queries.link_of(door_id)
    if existing is not None:
        return existing
    link = Link.objects.create(id=chance.fresh_id(), door_id=door_id, code=_fresh_code(), made_at=now)
    journal.record(by, "link.made", f"door:{door_id}", {}, now, property_id=door.property_id)
    return _view(link.id)


def rotate(*, link_id: UUID, by: Actor, now: datetime) -> LinkView:
    """Ends the old sign at once and makes the new one (LINK-8); calls from the old one end too. Calls that were switched off stay off."""
    link = Link.objects.select_for_update(of=("self",)).select_related("door").filter(id=link_id, ended_at=None).first()
    if link is None:
        raise NotYours
    ledger.append("sign_ended", {"sign": link.id, "door": link.door_id}, now)
    link.ended_at = now
    link.save(update_fields=["ended_at"])
    _end_calls_from(link, now)
    fresh = Link.objects.create(
        id=chance.fresh_id(),
        door_id=link.door_id,
        code=_fresh_code(),
        made_at=now,
        takes_calls=link.takes_calls,
        calls_off_at=link.calls_off_at,
    )
    journal.record(by, "link.rotated", f"door:{link.door_id}", {}, now, property_id=link.door.property_id)
    return _view(fresh.id)


def switch_calls(*, link_id: UUID, on: bool, by: Actor, now: datetime) -> LinkView:
    """Lets a sign ring nobody, or ring again (LINK-9). Off, its page says so, and calls from it end at once; the same twice is once."""
    link = Link.objects.select_for_update(of=("self",)).select_related("door").filter(id=link_id, ended_at=None).first()
    if link is None:
        raise NotYours
    if link.takes_calls == on:
        return queries.link_view(link)
    (ledger.append_afterwards if on else ledger.append)("sign_calls", {"door": link.door_id, "calls": "on" if on else "off"}, now)
    link.takes_calls, link.calls_off_at = on, link.calls_off_at if on else now
    link.save(update_fields=["takes_calls", "calls_off_at"])
    if not on:
        _end_calls_from(link, now)
    journal.record(by, "link.calls_on" if on else "link.calls_off", f"door:{link.door_id}", {}, now, property_id=link.door.property_id)
    return queries.link_view(link)


# ---- what residents choose


def choose(
    *, person_id: UUID, property_id: UUID, shown: bool, display_name: str, quiet: tuple[int, int] | None, now: datetime
) -> ListingView:
    """Keeps whether and how a resident is listed, and when it may ring. Problems `display_name`, `quiet_hours` (minutes of the day)."""
    name = " ".join(display_name.split())
    if not name or len(name) > LONGEST_DISPLAY_NAME or not name.isprintable():
        raise Problem("display_name", "Choose a name of 1 to %(most)s letters.", gaps={"most": LONGEST_DISPLAY_NAME})
    if quiet is not None and not all(0 <= minute < rules.MINUTES_A_DAY for minute in quiet):
        raise Problem("quiet_hours", "Choose hours from 00:00 to 23:59.")
    context = queries.listing_context(person_id, property_id)
    values = {
        "shown": shown,
        "display_name": kms.seal(f"person:{person_id}", name, context),
        "quiet_from": quiet[0] if quiet else None,
        "quiet_to": quiet[1] if quiet else None,
    }
    Listing.objects.update_or_create(person_id=person_id, property_id=property_id, defaults=values)
    return queries.listing(person_id, property_id)


def block(*, call_id: UUID, person_id: UUID, now: datetime) -> None:
    """Calls of this visitor no longer ring this resident for 30 days; the visitor reads the same as with no phone (LINK-9)."""
    call = Call.objects.filter(id=call_id, person_id=person_id).first()
    if call is None:
        raise NotYours
    Block.objects.update_or_create(person_id=person_id, visitor_mark=bytes(call.visitor_mark), defaults={"until": now + rules.BLOCK_LASTS})


# ---- calls


def start_call(*, code: str, entry_id: str, visitor: str, now: datetime) -> tuple[CallView, str]:
    """Rings a listed resident from a sign; gives the call and the token that the visitor's screen keeps (LINK-4).

    `visitor` is what tells visitors apart (their network address); only a keyed mark of it is kept. Blocked, quiet, no phone any more and no
    longer listed all give the same: a call that is `unreachable` at once. NotYours for a dead sign and for what never was an entry of it;
    TooMany `too_many_calls`; Refused `busy`, and `calls_off` where a sign's calls are switched off.
    """
    link = _held_sign(code)
    silent = queries.silent_link(code) if link is None else None
    if silent is not None and silent.ended_at is None:
        raise Refused("calls_off", "Calls from this sign are switched off.")
    person_id = queries.resident_behind(link, entry_id, now) if link else None
    if link is None or person_id is None:
        raise NotYours
    mark = kms.derive("visitor-mark", visitor)[:MARK_BYTES]
    _within_limits(link, mark, person_id, now)
    reachable = _reachable(link, entry_id, person_id, mark, now)
    if reachable:
        _not_busy(person_id, now)
    token = urlsafe_b64encode(chance.random_bytes(TOKEN_BYTES)).decode()
    call = Call.objects.create(
        id=chance.fresh_id(),
        link_id=link.id,
        door_id=link.door_id,
        person_id=person_id,
        state=CallState.RINGING if reachable else CallState.UNREACHABLE,
        token_hash=queries.token_hash(token),
        visitor_mark=mark,
        made_at=now,
        ended_at=None if reachable else now,
    )
    if reachable:
        _tell(call, now)
        outbox.put("call.ringing", {"call": str(call.id), "person": str(person_id), "door": str(link.door_id)}, now)
        _look_later(call, now, rules.RINGS_FOR)
    return queries.call_view(call), token


def answer(*, call_id: UUID, person_id: UUID, session: str, now: datetime) -> CallView:
    """Takes the call on this screen; another screen that tries later reads "Answered on another phone." (LINK-7)."""
    call = _mine(call_id, person_id)
    mark = hashlib.sha256(session.encode()).hexdigest()
    if call.state == CallState.ANSWERED:
        if call.answered_by_session != mark:
            raise Refused("answered_elsewhere", "Answered on another phone.")
        return queries.call_view(call)
    if (over := rules.run_out(queries.timeline(call), now)) is not None:
        return _end(call, over, now)  # said, not raised: what is true now must be kept
    _must(call, CallState.ANSWERED)
    call.state, call.answered_at, call.answered_by_session = CallState.ANSWERED, now, mark
    call.save(update_fields=["state", "answered_at", "answered_by_session"])
    _tell(call, now)
    _look_later(call, now, rules.LONGEST_CALL)
    if call.visitor_lost_at is not None:
        _look_later(call, call.visitor_lost_at, rules.FORGIVEN_SILENCE)
    return queries.call_view(call)


def decline(*, call_id: UUID, person_id: UUID, now: datetime) -> CallView:
    """Says no without a reason: "They cannot take the call now." """
    call = _mine(call_id, person_id)
    _must(call, CallState.DECLINED)
    return _end(call, CallState.DECLINED, now)


def hang_up(*, call_id: UUID, person_id: UUID, now: datetime) -> CallView:
    """The resident ends a call that was answered; ending twice is ending once."""
    call = _mine(call_id, person_id)
    return _end(call, CallState.ENDED, now) if call.state == CallState.ANSWERED else queries.call_view(call)


def cancel(*, call_id: UUID, token: str, now: datetime) -> CallView:
    """The visitor stops ringing, or hangs up; stopping twice is stopping once."""
    call = Call.objects.select_for_update().filter(id=call_id, token_hash=queries.token_hash(token)).first()
    if call is None:
        raise NotYours
    if not CallState(call.state).is_open:
        return queries.call_view(call)
    return _end(call, CallState.CANCELLED if call.state == CallState.RINGING else CallState.ENDED, now)


def time_out(*, call_id: UUID, now: datetime) -> None:
    """Ends a call whose time is over: nobody tapped for 45 seconds, the caller left, one side stayed away, or it lasted 10 minutes."""
    call = Call.objects.select_for_update().filter(id=call_id).first()
    over = rules.run_out(queries.timeline(call), now) if call else None
    if call is not None and over is not None:
        _end(call, over, now)


def note_line(*, call_id: UUID, side: Side, lost: bool, now: datetime) -> None:
    """Notes that one side lost the network, or is back.

    In a call both screens say it, and it stays open for 20 seconds. While it rings only the caller can be lost: it rings on for 8 seconds,
    because a page that was closed sends no word.
    """
    states = (CallState.ANSWERED, CallState.RINGING) if side == "visitor" else (CallState.ANSWERED,)
    call = Call.objects.select_for_update().filter(id=call_id, state__in=states).first()
    name = "visitor_lost_at" if side == "visitor" else "resident_lost_at"
    if call is None or (getattr(call, name) is not None) == lost:
        return
    setattr(call, name, now if lost else None)
    call.save(update_fields=[name])
    talking = call.state == CallState.ANSWERED
    if talking:
        _tell(call, now)
    if lost:
        _look_later(call, now, rules.FORGIVEN_SILENCE if talking else rules.FORGIVEN_ABSENCE)


def make_code_for_call(*, call_id: UUID, person_id: UUID, now: datetime) -> CallCode:
    """Makes the `instant` code of a call (LINK-5); the right to share is not needed. One code a call: asked again, the same one is given.

    Refused `not_talking` outside a call, and what `make_temporary` refuses: `no_device` (LINK-6), `codes_off`, `your_hours`, `your_end`.
    """
    call = _mine(call_id, person_id)
    if call.state != CallState.ANSWERED:
        raise Refused("not_talking", "A code is made during a call. Call ended.")
    if call.code_id is None:
        made = credentials.make_temporary(door_id=call.door_id, kind="instant", by_person=person_id, label="", now=now, call_id=call.id)
        call.code_id, call.code_works_until, call.code_stops_at_latest = made.id, made.works_until, made.stops_at_latest
        call.code_first_use_before = made.first_use_before
        call.code_sealed = kms.seal(queries.code_key(call.id), made.digits, queries.code_context(call.id))
        call.save()
        outbox.put("call.forget_code", {"call": str(call.id)}, now, due=now + CODE_KEPT)
        _tell(call, now)
    code = queries.code_of_call(call.id, now)
    assert code is not None  # it was made above
    return code


def forget_code(*, call_id: UUID, now: datetime) -> None:
    """Destroys the sealed digits of a call and their key: nothing on the service can show them again."""
    Call.objects.filter(id=call_id).update(code_sealed=None)
    kms.destroy(queries.code_key(call_id), now=now)


# ---- inside


def _fresh_code() -> str:
    return b32encode(chance.random_bytes(LINK_CODE_BYTES)).decode()


def _view(link_id: UUID) -> LinkView:
    return queries.link_view(Link.objects.select_related("door").get(id=link_id))


def _held_sign(code: str) -> LinkView | None:
    """The sign if it takes calls, held until the call is written: whoever switches it off or replaces it meanwhile ends that call too."""
    link = queries.live_link(code)
    held = Link.objects.select_for_update().filter(id=link.id, ended_at=None, takes_calls=True).first() if link else None
    return link if held is not None else None


def _end_calls_from(link: Link, now: datetime) -> None:
    """What rings and what talks from a sign ends."""
    for call in Call.objects.select_for_update(of=("self",)).filter(link=link, state__in=[CallState.RINGING, CallState.ANSWERED]):
        call.link = link  # as it is now: both screens are told why
        _end(call, CallState.CANCELLED if call.state == CallState.RINGING else CallState.ENDED, now)


def _mine(call_id: UUID, person_id: UUID) -> Call:
    call = Call.objects.select_for_update().filter(id=call_id, person_id=person_id).first()
    if call is None:
        raise NotYours
    return call


def _must(call: Call, then: CallState) -> None:
    state = CallState(call.state)
    if rules.may_become(state, then):
        return
    sentence = {
        CallState.CANCELLED: "They hung up.",
        CallState.MISSED: "This call was missed.",
        CallState.ANSWERED: "Answered on another phone.",
    }
    raise Refused("call_over", sentence.get(state, "This call is over."))


def _end(call: Call, state: CallState, now: datetime) -> CallView:
    call.state, call.ended_at = state, now
    call.save(update_fields=["state", "ended_at"])
    _tell(call, now)
    return queries.call_view(call)


def _tell(call: Call, now: datetime) -> None:
    """Both sides look again after the commit; the truth is here, the message says nothing."""
    outbox.put("call.changed", {"call": str(call.id), "person": str(call.person_id)}, now)


def _look_later(call: Call, now: datetime, span: timedelta) -> None:
    """A job that ends the call if its time is over by then."""
    outbox.put("call.time_out", {"call": str(call.id)}, now, due=now + span)


def _reachable(link: LinkView, entry_id: str, person_id: UUID, mark: bytes, now: datetime) -> bool:
    """Every reason is looked at, whatever the first one says: a visitor must not tell them apart, not even by the time it takes (LINK-9)."""
    listed = queries.entry(link, entry_id, now) is not None
    chosen = queries.listing(person_id, link.property_id)
    quiet = rules.is_quiet(chosen.quiet_from, chosen.quiet_to, now, places.property_view(link.property_id).zone)
    blocked = Block.objects.filter(person_id=person_id, visitor_mark=mark, until__gt=now).exists()
    return listed and not quiet and not blocked


def _not_busy(person_id: UUID, now: datetime) -> None:
    talking = queries.ringing_for(person_id, now)
    if talking is not None and talking.state == CallState.ANSWERED:
        raise Refused("busy", "On another call. Try again in a minute.")


def _within_limits(link: LinkView, mark: bytes, person_id: UUID, now: datetime) -> None:
    """Limits per sign, per visitor and per home (LINK-9), counted from the calls themselves."""
    home = people.unit_of(person_id, link.property_id, now)
    living = [one.id for one in people.household(home.id, now)] if home else [person_id]
    limits = (
        (Q(link_id=link.id), rules.CALLS_FROM_LINK),
        (Q(visitor_mark=mark), rules.CALLS_FROM_ADDRESS),
        (Q(person_id__in=living), rules.CALLS_TO_UNIT),
        (Q(person_id__in=living, visitor_mark=mark), rules.CALLS_FROM_ADDRESS_TO_UNIT),
    )
    for which, most in limits:
        recent = list(
            Call.objects.filter(which, made_at__gt=now - rules.COUNTED_FOR).order_by("-made_at").values_list("made_at", flat=True)[:most]
        )
        if len(recent) >= most:
            raise TooMany("too_many_calls", "Many calls from here. Try again in a few minutes.", retry_at=recent[-1] + rules.COUNTED_FOR)
