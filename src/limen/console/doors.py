"""Doors: what we know about each, and the lines that make one."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from limen.access import queries as access
from limen.console import hours, lists
from limen.console.asker import Asker, managed, page, who_can
from limen.console.bolt import allowed, has_bolt, may_allow
from limen.console.doorcodes import may_end_codes
from limen.console.fields import NameField, choice
from limen.console.forecasts import door_forecast
from limen.console.naming import changes, door_of, names, still
from limen.console.removing import left
from limen.console.sentences import either
from limen.credentials import queries as credentials
from limen.fleet import queries as fleet
from limen.history import queries as history
from limen.intercom import queries as intercom
from limen.kernel.problems import Problem
from limen.people import queries as people
from limen.places import queries as places
from limen.places import services as building
from limen.web import truth

ATTENTION = {fleet.Truth.MISMATCH: 0, fleet.Truth.WAITING: 1, fleet.Truth.CARRIED: 1, fleet.Truth.UNKNOWN: 2, fleet.Truth.NO_DEVICE: 3}
KIND_ORDER = {"entrance": 0, "common": 1, "service": 2, "unit": 3}
SHOWN = ("attention", "entrance", "common", "service", "unit")


@managed
@require_GET
def doors(request: HttpRequest, asker: Asker) -> HttpResponse:
    """All doors, what needs attention first; the filter stays in the address."""
    everything = places.doors(asker.place.id)
    asked, show = lists.asked(request), request.GET.get("show", "")
    states = {state.door_id: state for state in fleet.door_states(tuple(door.id for door in everything), asker.now)}
    found = [door for door in everything if people.plain(asked) in people.plain(door.name)]
    if show in SHOWN:
        found = [door for door in found if (states[door.id].truth in ATTENTION if show == "attention" else door.kind == show)]
    found.sort(key=lambda door: (ATTENTION.get(states[door.id].truth, 4), KIND_ORDER[door.kind]))
    part = lists.shown(request, found)
    context: dict[str, object] = {
        "here": "doors",
        "rows": [(door, states[door.id], truth.door_lines(states[door.id], asker.place.zone, asker.now)[0]) for door in part.rows],
        "part": part,
        "asked": asked,
        "show": show,
        "attention": sum(state.truth in ATTENTION for state in states.values()),
        "near": lists.nearest(asked, (door.name for door in everything)) if asked and not found else "",
        "none_at_all": not everything,
    }
    return page(request, "doors.html", asker, context)


@managed
@require_GET
def door(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """What is known about one door: proved state, waiting changes, last word, who, codes (W2)."""
    view = door_of(asker, door_id)
    state = fleet.door_state(view.id, asker.now)
    holders = access.holders(view.id, asker.now)
    known = names(asker, view.id, (holder.person_id for holder in holders))
    context: dict[str, object] = {
        "here": "doors",
        "door": view,
        "state": state,
        "lines": truth.door_lines(state, asker.place.zone, asker.now),
        "changes": changes(asker, view.id, state.changes),
        "forecast": door_forecast(asker, state, view.kind),
        "can_open": len({holder.person_id for holder in holders}),
        "holders": sorted(known.items(), key=lambda item: people.plain(item[1])),
        "still": still(asker, view.id, view.name, state.still_opens, connected=view.connected),
        "odds": credentials.odds(view.id, asker.now) if state.device and view.codes_allowed else None,
        "ends_codes": state.device is not None and view.codes_allowed and may_end_codes(asker, view),
        "record": history.record_health(view.id, asker.now) if state.device else None,
        "firmware": fleet.firmware_at(view.id),
        "sign": intercom.link_of(view.id) if view.kind != "unit" else None,
        "updaters": "" if asker.rights.device_management else either(who_can(asker, "devices", first_names=True)),
        "may_look": may_look(asker, view),
        "past_bolt": allowed(asker, view) if may_allow(asker, view) and has_bolt(state.device) else None,
        "passage": hours.words(view.doorway.passage) if view.doorway.passage else "",
        "wired": has_sensor(view, state.device),
        "released": left(asker, view.id)[:1],
    }
    return page(request, "door.html", asker, context)


def may_look(asker: Asker, view: places.DoorView) -> bool:
    """Whose history the asker may open: doors of groups they manage, and for security staff all but unit doors (PEOPLE-3, V7 to V9)."""
    return view.id in asker.managed_doors or (asker.rights.security_staff and view.kind != "unit")


def has_sensor(door: places.DoorView, device: fleet.DeviceView | None) -> bool:
    """Whether the device on the door, or the one planned for it, feels the door."""
    model = device.model if device is not None else door.planned_model
    rows = fleet.device_table()["models"]
    return isinstance(rows, list) and any(row["id"] == model and "door" in row.get("sensors", ()) for row in rows)


class DoorForm(forms.Form):
    """A door before any device is on it (PLACE-2)."""

    name = NameField(label=_("Name of the door"), max_length=120, help_text=_("As people call it: Package Room."))
    kind = choice(
        _("Kind"),
        [
            ("entrance", _("Entrance"), _("Where one comes into the building")),
            ("common", _("Common door"), _("Package room, gym, garage, roof")),
            ("service", _("Service door"), _("Back of house: boiler room, storage")),
        ],
        help_text=_("The kind decides whose history it is. It stays once a device was activated. A unit door is added with its unit."),
    )
    connected = forms.BooleanField(label=_("A reader with network will be here"), required=False)
    share_allowed = forms.BooleanField(label=_("People may share this door with guests"), required=False, initial=True)
    codes_allowed = forms.BooleanField(label=_("This door takes codes"), required=False, initial=True)


@managed
@require_POST
def floor(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """On which floor a door is: the round goes by it (SYNC-14)."""
    asker.must(asker.rights.edits_groups, "groups")
    door = door_of(asker, door_id)
    typed = request.POST.get("floor", "").strip()[:4]
    if not typed.removeprefix("-").isdecimal():
        raise Problem("floor", _g("Write the floor as a number: 0 is the ground floor, -1 the basement."))
    building.edit_door(door_id=door.id, floor=int(typed), by=asker.actor, now=asker.now)
    return HttpResponseRedirect(f"/c/doors/{door.id}")


@managed
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, asker: Asker) -> HttpResponse:
    """One door by hand; many come by file."""
    asker.must(asker.rights.edits_groups, "groups")
    form = DoorForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = building.create_door(
                property_id=asker.place.id,
                name=given["name"],
                kind=given["kind"],
                connected=given["connected"],
                share_allowed=given["share_allowed"],
                codes_allowed=given["codes_allowed"],
                by=asker.actor,
                now=asker.now,
            )
            return HttpResponseRedirect(f"/c/doors/{made}")
        except Problem as problem:
            form.add_error("name", problem.in_words(_g)[0])
    return page(request, "door_add.html", asker, {"here": "doors", "form": form})
