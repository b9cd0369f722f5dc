"""My doors, one door, and its update. What a lock says reaches these pages from the lock, through the courier modules (W7, W8, W9)."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_http_methods

from limen.access import queries as access
from limen.credentials import queries as credentials
from limen.fleet import queries as fleet
from limen.kernel.problems import NotYours
from limen.places import queries as places
from limen.places import services as place_verbs
from limen.resident import words
from limen.resident.asker import Asker, at_home, page
from limen.resident.endcodes import own
from limen.resident.lost import lost
from limen.resident.words import Row
from limen.web import limits
from limen.web.when import say


def rows(asker: Asker) -> list[Row]:
    """The asker's doors: home first, then the others by name; paused ones too, so that nobody wonders where they went."""
    held = asker.doors()
    pauses = {g.property_id for g in access.grants_of(asker.id) if g.is_live(asker.now) and access.suspension(asker.id, g.property_id)}
    for grant in access.grants_of(asker.id) if pauses else ():
        if grant.property_id in pauses and grant.is_live(asker.now):
            held.update({door_id: held.get(door_id, ()) for door_id in grant.door_ids})
    doors = places.doors_by_id(held)
    states = {state.door_id: state for state in fleet.door_states(tuple(held), asker.now)}
    homes = asker.homes()
    found = [_row(asker, doors[door_id], held[door_id], states[door_id], homes, doors[door_id].property_id in pauses) for door_id in held]
    return sorted(found, key=lambda row: (not row.home, row.door.kind == "unit", row.door.name))


def _row(asker: Asker, door: places.DoorView, windows: tuple[access.AccessWindow, ...], state: fleet.DoorState, *rest: object) -> Row:
    homes, paused = rest
    building = places.property_view(door.property_id)
    return words.row(
        door=door, windows=windows, state=state, person_id=asker.id, homes=frozenset(homes) if isinstance(homes, frozenset) else frozenset(),
        paused=words.paused(building) if paused else None, building=building, now=asker.now,
        holidays=frozenset(places.holidays(building.id)),
    )  # fmt: skip


def row_of(asker: Asker, door_id: UUID) -> Row:
    """One of the asker's doors; NotYours for every other, absent ones alike (M27)."""
    found = next((row for row in rows(asker) if row.door.id == door_id), None)
    if found is None:
        raise NotYours
    return found


@at_home
@require_GET
def home(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The doors, each with one button named after it (W7)."""
    mine = rows(asker)
    first = next((row for row in mine if row.opens), None)  # its button gets the one clear colour
    return page(request, "home.html", asker, {"here": "doors", "rows": mine, "first": first, "lost": lost(asker)})


@at_home
@require_GET
def door(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """One big button and what comes of it (W8)."""
    row = row_of(asker, door_id)
    given_out = credentials.living_at(door_id, asker.now) if any(door.id == door_id for door in own(asker)) else None
    return page(request, "door.html", asker, {"here": "doors", "row": row, "given_out": given_out})


@at_home
@require_GET
def update(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """Changes go in, battery and record come up: five steps, and a check from a receipt alone (W9, SYNC-1)."""
    row = row_of(asker, door_id)
    if not row.app or not row.lock or row.state == "paused":
        raise NotYours
    state = fleet.door_state(door_id, asker.now)
    confirmed = say(state.confirmed_at, asker.zone, asker.now) if state.confirmed_at and not state.stale else ""
    return page(request, "update.html", asker, {"here": "doors", "row": row, "confirmed": confirmed})


@at_home
@require_http_methods(["GET", "POST"])
def carry(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What this phone carries for the building, counted on the phone; and whether others' phones may carry for one's own door (SYNC-13)."""
    if request.method == "POST":
        _let_others(request, asker)
        return HttpResponseRedirect("/home/carry")
    return page(request, "carry.html", asker, {"here": "me", "own_doors": asker.own_doors()})


def _let_others(request: HttpRequest, asker: Asker) -> None:
    """Only a household decides about its own door; any other is not there."""
    limits.spend("carry", str(asker.id), most=10, span=timedelta(minutes=10), now=asker.now)
    found = next((door for door in asker.own_doors() if str(door.id) == request.POST.get("door")), None)
    if found is None:
        raise NotYours
    place_verbs.edit_door(door_id=found.id, carried_by_others=request.POST.get("others") == "yes", by=asker.actor, now=asker.now)
