"""Who lives where. Living somewhere opens no door by itself (PLACE-4)."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from limen.console import lists
from limen.console.asker import Asker, managed, page
from limen.console.fields import NameField
from limen.console.sentences import number, small_number
from limen.identity import queries as identity
from limen.kernel.problems import NotYours, Problem
from limen.people import queries as people
from limen.places import queries as places
from limen.places import services as building
from limen.storage.transactions import unit_of_work


@managed
@require_GET
def units(request: HttpRequest, asker: Asker) -> HttpResponse:
    """All homes with who lives there, found by unit or by name."""
    if not asker.sees_people:
        raise NotYours
    asked = lists.asked(request)
    homes = people.residents_by_unit(asker.place.id, asker.now)
    known = people.persons_by_id({residency.person_id for rows in homes.values() for residency in rows})
    rows = [(unit, [known[residency.person_id].name for residency in homes.get(unit.id, ())]) for unit in places.units(asker.place.id)]
    wanted = people.plain(asked)
    found = [(unit, names) for unit, names in rows if wanted in people.plain(" ".join([unit.name, *names]))]
    part = lists.shown(request, found)
    return page(request, "units.html", asker, {"here": "more", "part": part, "asked": asked})


@managed
@require_GET
def unit(request: HttpRequest, asker: Asker, unit_id: UUID) -> HttpResponse:
    """One household and its door."""
    view = _unit_of(asker, unit_id)
    home = people.household(unit_id, asker.now)
    coming = [r for r in people.residencies(unit_id=unit_id, now=asker.now) if r.since > asker.now]
    context: dict[str, object] = {
        "here": "more",
        "unit": view,
        "household": home,
        "words": household_words(len(home), sum(not identity.has_app(one.id) for one in home)),
        "coming": [(people.person_view(residency.person_id), residency.since) for residency in coming],
        "doors": places.doors_of_unit(unit_id),
    }
    return page(request, "unit.html", asker, context)


class UnitForm(forms.Form):
    """A home before anybody lives in it (PLACE-4)."""

    name = NameField(label=gettext_lazy("Name of the unit"), max_length=60, help_text=gettext_lazy("As it stands on the door: 4B."))
    door = forms.BooleanField(label=gettext_lazy("It has a door of its own: add that too"), required=False, initial=True)


@managed
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, asker: Asker) -> HttpResponse:
    """One unit by hand, with its door; many come with the doors of a file (PLACE-5)."""
    asker.must(asker.rights.edits_groups, "groups")
    form = UnitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            with unit_of_work():
                made = building.create_unit(property_id=asker.place.id, name=form.cleaned_data["name"], by=asker.actor, now=asker.now)
                if form.cleaned_data["door"]:
                    _add_door(asker, places.unit_view(made))
            return HttpResponseRedirect(f"/c/units/{made}")
        except Problem as problem:
            form.add_error("name", problem.in_words(_)[0])
    return page(request, "unit_add.html", asker, {"here": "more", "form": form})


@managed
@require_POST
def add_door(request: HttpRequest, asker: Asker, unit_id: UUID) -> HttpResponse:
    """The door of a unit that came without one; it has no device yet (PLACE-2)."""
    view = _unit_of(asker, unit_id)
    asker.must(asker.rights.edits_groups, "groups")
    if not places.doors_of_unit(view.id):
        _add_door(asker, view)
    return HttpResponseRedirect(f"/c/units/{view.id}")


def _add_door(asker: Asker, unit: places.UnitView) -> None:
    name = _("Unit %(unit)s") % {"unit": unit.name}
    building.create_door(property_id=asker.place.id, name=name, kind="unit", unit_id=unit.id, by=asker.actor, now=asker.now)


def _unit_of(asker: Asker, unit_id: UUID) -> places.UnitView:
    """A unit of the asker's building, for who manages access; M27 for everybody else."""
    view = places.unit_view(unit_id)
    if view.property_id != asker.place.id or not asker.sees_people:
        raise NotYours
    return view


def household_words(count: int, without_app: int) -> str:
    """ "Two people, one is not in the app yet."."""
    if count == 0:
        return _("Nobody lives here.")
    living = ngettext("%(n)s person", "%(n)s people", count) % {"n": number(count)}
    if without_app == 0:
        return ngettext("%(people)s, in the app.", "%(people)s, all in the app.", count) % {"people": living}
    if count == 1:
        return _("%(people)s, not in the app yet.") % {"people": living}
    words = ngettext("%(people)s, %(m)s is not in the app yet.", "%(people)s, %(m)s are not in the app yet.", without_app)
    return words % {"people": living, "m": small_number(without_app)}
