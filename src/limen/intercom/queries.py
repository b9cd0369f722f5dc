"""Reads for visitors, residents and managers. A visitor is shown only what LINK-3 allows at this very moment."""

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from limen.access import queries as access
from limen.identity import queries as identity
from limen.intercom import rules
from limen.intercom.models import Call, Link, Listing
from limen.intercom.views import CallCode, CallCount, CallState, CallView, Directory, Entry, LinkView, ListingView
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import kms

__all__ = ["CallCode", "CallCount", "CallState", "CallView", "Directory", "Entry", "LinkView", "ListingView"]

ENTRY_BYTES = 10
CODE_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
LONGEST_CODE = 26
RECENT_CALLS = 50


def live_link(code: str) -> LinkView | None:
    """Gives the sign with this code while it is in use and takes calls; None for unknown, replaced and switched off ones alike."""
    link = _link_by_code(code)
    return link_view(link) if link is not None and link.ended_at is None and link.takes_calls else None


def silent_link(code: str) -> LinkView | None:
    """Gives a sign that was replaced or switched off, so that its page can say "Look for a newer one", or that calls are switched off."""
    link = _link_by_code(code)
    return link_view(link) if link is not None and not (link.ended_at is None and link.takes_calls) else None


def link_of(door_id: UUID) -> LinkView | None:
    """Gives the sign in use at a door, for staff."""
    link = Link.objects.filter(door_id=door_id, ended_at=None).first()
    return link_view(link) if link else None


def links(property_id: UUID) -> tuple[LinkView, ...]:
    """Lists the signs in use of a property, by door name."""
    found = Link.objects.filter(door__property_id=property_id, ended_at=None).select_related("door").order_by("door__name")
    return tuple(link_view(link) for link in found)


def directory(code: str, asked: str, now: datetime, page: int = 0) -> Directory:
    """What a visitor sees at this sign (LINK-2, LINK-3, LINK-9). NotYours for unknown, replaced and switched off signs."""
    link = live_link(code)
    if link is None:
        raise NotYours
    return rules.directory(_entries(link, _listed(link, now)), asked, page)


def entry(link: LinkView, entry_id: str, now: datetime) -> tuple[Entry, UUID] | None:
    """Gives the entry and the person behind it while that person is listed; None otherwise."""
    found = {person_id: unit for person_id, unit in _listed(link, now).items() if _entry_id(link.id, person_id) == entry_id}
    return next(((entry, person_id) for entry, person_id in zip(_entries(link, found), found, strict=True)), None)


def resident_behind(link: LinkView, entry_id: str, now: datetime) -> UUID | None:
    """Gives who lives here under this entry's id, listed or not: a page that was loaded earlier may still call them, and must not learn why not."""
    return next((person_id for person_id in _homes(link.property_id, now) if _entry_id(link.id, person_id) == entry_id), None)


def listing(person_id: UUID, property_id: UUID) -> ListingView:
    """What a resident chose; without a choice they are shown under initial and last name."""
    shown_as = _shown_as(people.person_view(person_id), row := _choice(person_id, property_id), property_id)
    if row is None:
        return ListingView(person_id, property_id, True, shown_as, None, None)
    return ListingView(person_id, property_id, row.shown, shown_as, row.quiet_from, row.quiet_to)


def is_quiet(person_id: UUID, property_id: UUID, now: datetime) -> bool:
    """True inside the resident's own quiet hours: calls do not ring then (LINK-9)."""
    chosen = listing(person_id, property_id)
    return rules.is_quiet(chosen.quiet_from, chosen.quiet_to, now, places.property_view(property_id).zone)


def call_for_visitor(call_id: UUID, token: str) -> CallView | None:
    """Gives a call to the screen that made it, by its token; None for anybody else."""
    return _view_of(Call.objects.filter(id=call_id, token_hash=token_hash(token)))


def call_for_resident(call_id: UUID, person_id: UUID) -> CallView | None:
    """Gives a call to the resident it rings; None for anybody else."""
    return _view_of(Call.objects.filter(id=call_id, person_id=person_id))


def answered_on(call_id: UUID, session: str) -> bool:
    """True if this very session took the call: no other screen of the same person joins in (LINK-7)."""
    mark = hashlib.sha256(session.encode()).hexdigest()
    return Call.objects.filter(id=call_id, state=CallState.ANSWERED, answered_by_session=mark).exists()


def ringing_for(person_id: UUID, now: datetime) -> CallView | None:
    """Gives the call that rings or talks for a resident now, if there is one."""
    open_states = [CallState.RINGING, CallState.ANSWERED]
    recent = Call.objects.filter(person_id=person_id, state__in=open_states, made_at__gt=now - rules.RINGS_FOR - rules.LONGEST_CALL)
    found = [call for call in recent.select_related("door", "link").order_by("-made_at") if rules.run_out(timeline(call), now) is None]
    return call_view(found[0]) if found else None


def calls_of(person_id: UUID) -> tuple[CallView, ...]:
    """Lists a resident's latest calls, newest first (at most 50)."""
    found = Call.objects.filter(person_id=person_id).select_related("door", "link").order_by("-made_at")[:RECENT_CALLS]
    labels = {property_id: listing(person_id, property_id).display_name for property_id in {call.door.property_id for call in found}}
    return tuple(_call_view(call, labels[call.door.property_id]) for call in found)


def calls_at(door_id: UUID, since: datetime) -> CallCount:
    """Counts the calls from a door's signs since then, whichever sign hung there."""
    counted = Call.objects.filter(door_id=door_id, made_at__gte=since).aggregate(made=Count("id"), answered=Count("answered_at"))
    return CallCount(counted["made"], counted["answered"])


def code_of_call(call_id: UUID, now: datetime) -> CallCode | None:
    """Gives the code of a call; the caller must have proven to be one of its two sides (invariant 78)."""
    call = Call.objects.filter(id=call_id).first()
    if call is None or call.code_id is None or call.code_works_until is None or call.code_stops_at_latest is None:
        return None
    first_use = call.code_first_use_before
    over = call.code_sealed is None or now >= (first_use or call.code_works_until)
    digits = "" if over or call.code_sealed is None else kms.unseal_text(code_key(call.id), bytes(call.code_sealed), code_context(call.id))
    return CallCode(digits, call.door_id, call.code_works_until, call.code_stops_at_latest, first_use, over)


def token_hash(token: str) -> bytes:
    """What is kept of a visitor's token."""
    return hashlib.sha256(token.encode()).digest()


def code_key(call_id: UUID) -> str:
    """The key that seals the digits of one call; destroyed when they are no longer of use."""
    return f"call:{call_id}"


def code_context(call_id: UUID) -> str:
    """Binds the sealed digits to their row."""
    return kms.context("intercom_call", "code_sealed", call_id)


def listing_context(person_id: UUID, property_id: UUID) -> str:
    """Binds a sealed display name to its row."""
    return kms.context("intercom_listing", "display_name", f"{person_id}:{property_id}")


def _choice(person_id: UUID, property_id: UUID) -> Listing | None:
    return Listing.objects.filter(person_id=person_id, property_id=property_id).first()


def _link_by_code(code: str) -> Link | None:
    wanted = code.strip().upper()
    if not 8 <= len(wanted) <= LONGEST_CODE or not set(wanted) <= CODE_ALPHABET:
        return None
    return Link.objects.filter(code=wanted).select_related("door").first()


def link_view(link: Link) -> LinkView:
    """A sign as a value."""
    place = link.door.property_id
    return LinkView(link.id, link.door_id, place, link.code, link.made_at, link.ended_at, link.takes_calls, link.calls_off_at)


def call_view(call: Call) -> CallView:
    """A call as a value."""
    return _call_view(call, listing(call.person_id, call.door.property_id).display_name)


def timeline(call: Call) -> rules.Timeline:
    """When things happened to a call."""
    lost = [at for at in (call.visitor_lost_at, call.resident_lost_at) if at is not None]
    return rules.Timeline(CallState(call.state), call.made_at, call.answered_at, min(lost, default=None))


def _view_of(calls: QuerySet[Call]) -> CallView | None:
    call = calls.select_related("door", "link").first()
    return call_view(call) if call else None


def _call_view(call: Call, label: str) -> CallView:
    return CallView(
        id=call.id,
        door_id=call.door_id,
        property_id=call.door.property_id,
        link_id=call.link_id,
        person_id=call.person_id,
        label=label,
        state=CallState(call.state),
        made_at=call.made_at,
        rings_until=call.made_at + rules.RINGS_FOR,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        lost_line=CallState(call.state).is_open and timeline(call).lost_since is not None,
        has_code=call.code_id is not None,
        sign_replaced=call.ended_at is not None and call.ended_at == call.link.ended_at,
        sign_off=call.ended_at is not None and call.ended_at == call.link.calls_off_at,
    )


def _homes(property_id: UUID, now: datetime) -> dict[UUID, str]:
    """Who lives here now, with their unit's name; the one lived in longest where there are several."""
    lived_in = [home for homes in people.residents_by_unit(property_id, now).values() for home in homes if home.since <= now]
    longest_last = sorted(lived_in, key=lambda home: home.since, reverse=True)
    return {home.person_id: home.unit_name for home in longest_last}


def _listed(link: LinkView, now: datetime) -> dict[UUID, str]:
    """Everybody for whom all conditions of LINK-3 hold now, with their unit's name. Read afresh: a change shows at the next request."""
    zone, off = places.property_view(link.property_id).zone, frozenset(places.holidays(link.property_id))
    homes = _homes(link.property_id, now)
    may_open = {
        held.person_id for held in access.holders(link.door_id, now) if any(_in_force(window, now, zone, off) for window in held.windows)
    }
    with_app = identity.have_app(may_open & homes.keys())
    hidden = set(Listing.objects.filter(property_id=link.property_id, shown=False).values_list("person_id", flat=True))
    facts = {person_id: rules.Facts(True, person_id in may_open, person_id not in hidden, person_id in with_app) for person_id in homes}
    return {person_id: unit for person_id, unit in homes.items() if facts[person_id].listed}


def _entries(link: LinkView, units: Mapping[UUID, str]) -> list[Entry]:
    """The lines of these people under the names they chose, in a fixed number of reads."""
    known = people.persons_by_id(units)
    rows = {row.person_id: row for row in Listing.objects.filter(property_id=link.property_id, person_id__in=list(units))}
    return [Entry(_entry_id(link.id, one), _shown_as(known[one], rows.get(one), link.property_id), unit) for one, unit in units.items()]


def _shown_as(person: people.PersonView, row: Listing | None, property_id: UUID) -> str:
    if row is None or row.display_name is None:
        return rules.display_name(person.first, person.last)
    return kms.unseal_text(f"person:{person.id}", bytes(row.display_name), listing_context(person.id, property_id))


def _in_force(window: access.AccessWindow, now: datetime, zone: ZoneInfo, holidays: frozenset[date]) -> bool:
    begun = window.starts <= now and (window.ends is None or now < window.ends)
    return begun and (window.schedule is None or window.schedule.holds(now, zone, holidays))


def _entry_id(link_id: UUID, person_id: UUID) -> str:
    """A name for the entry that means nothing on another sign, so that lists cannot be joined (LINK-9)."""
    return b32encode(kms.derive("directory-entry", str(link_id), str(person_id))[:ENTRY_BYTES]).decode()
