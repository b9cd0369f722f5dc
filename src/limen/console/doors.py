"""Doors: what we know about each, and the lines that make one."""

from difflib import get_close_matches
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from limen.access import queries as access
from limen.console.asker import Asker, managed, page
from limen.console.home import updaters
from limen.console.naming import changes, door_of, names
from limen.credentials import queries as credentials
from limen.fleet import queries as fleet
from limen.history import queries as history
from limen.intercom import queries as intercom
from limen.places import queries as places
from limen.places import services as building
from limen.web import truth

ATTENTION = {fleet.Truth.MISMATCH: 0, fleet.Truth.WAITING: 1, fleet.Truth.CARRIED: 1, fleet.Truth.UNKNOWN: 2}


@managed
@require_GET
def doors(request: HttpRequest, asker: Asker) -> HttpResponse:
    """All doors, what needs attention first."""
    asked = request.GET.get("q", "").strip()[:60]
    found = [door for door in places.doors(asker.place.id) if asked.casefold() in door.name.casefold()]
    states = {state.door_id: state for state in fleet.door_states([door.id for door in places.doors(asker.place.id)], asker.now)}
    rows = [(door, states[door.id], truth.door_lines(states[door.id], asker.place.zone, asker.now)[0]) for door in found]
    rows.sort(key=lambda row: ATTENTION.get(row[1].truth, 3))
    near = get_close_matches(asked, [door.name for door in places.doors(asker.place.id)], n=1, cutoff=0.5) if asked and not rows else []
    return page(request, "doors.html", asker, {"here": "doors", "rows": rows, "asked": asked, "near": near[0] if near else ""})


@managed
@require_GET
def door(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """What is known about one door: proved state, waiting changes, last word, who, codes (W2)."""
    view = door_of(asker, door_id)
    state = fleet.door_state(view.id, asker.now)
    zone, now = asker.place.zone, asker.now
    people_here = access.holders(view.id, now) if asker.rights.access != "none" else ()
    still = fleet_still(asker, view, state)
    context: dict[str, object] = {
        "here": "doors",
        "door": view,
        "state": state,
        "lines": truth.door_lines(state, zone, now),
        "changes": changes(asker, state.changes),
        "holders": sorted(names(asker, (holder.person_id for holder in people_here)).items(), key=lambda item: item[1]),
        "still": still,
        "odds": credentials.odds(view.id, now) if state.device and view.codes_allowed else None,
        "record": history.record_health(view.id, now) if state.device else None,
        "sign": intercom.link_of(view.id) if view.kind != "unit" else None,
        "updaters": updaters(asker),
        "may_see_history": view.kind != "unit" and view.id in access.doors_managed(asker.rights, asker.place.id),
    }
    return page(request, "door.html", asker, context)


def fleet_still(asker: Asker, view: places.DoorView, state: fleet.DoorState) -> list[truth.Line]:
    """ "Ended, but it still opens": a list of rights, never of comings."""
    known = names(asker, (one.person_id for one in state.still_opens))
    return [
        truth.still_opens(view.name, name, [one for one in state.still_opens if one.person_id == person], asker.place.zone, asker.now)
        for person, name in known.items()
    ]


class DoorForm(forms.Form):
    """A door before any device is on it (PLACE-2)."""

    name = forms.CharField(label=_("Name of the door"), max_length=120)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("entrance", _("Entrance")), ("common", _("Common door")), ("service", _("Service door"))],
        widget=forms.RadioSelect,
        help_text=_("The kind decides whose history is private. It cannot be changed after a device is activated."),
    )
    connected = forms.BooleanField(label=_("It has a network of its own"), required=False)
    share_allowed = forms.BooleanField(label=_("Residents may share it"), required=False, initial=True)
    codes_allowed = forms.BooleanField(label=_("It takes doorcodes"), required=False, initial=True)


@managed
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, asker: Asker) -> HttpResponse:
    """One door by hand; many come by file."""
    asker.must(asker.rights.edits_groups)
    form = DoorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
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
    return page(request, "door_add.html", asker, {"here": "doors", "form": form})
