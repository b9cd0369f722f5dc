"""The building's calendar of holidays: on these days doors follow their hours for holidays, and no others (ACCESS-6)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from limen.access import queries as access
from limen.console import hours
from limen.console.asker import Asker, managed, page
from limen.console.fields import NameField
from limen.fleet import queries as fleet
from limen.kernel.periods import HOLIDAY_BIT, Weekly, local_day
from limen.kernel.problems import NotYours, Problem
from limen.places import queries as places
from limen.places import services as building
from limen.web import truth


class HolidayForm(forms.Form):
    """One more holiday."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    name = NameField(label=_("Name of the holiday"), max_length=60)


@managed
@require_http_methods(["GET", "POST"])
def holidays(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The days to come, the doors that have hours, and what their locks know of it."""
    if not asker.sees_people:
        raise NotYours
    form = HolidayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        asker.must(asker.rights.edits_groups, "groups")
        if form.is_valid():
            given = form.cleaned_data
            try:
                building.add_holiday(property_id=asker.place.id, day=given["day"], name=given["name"], by=asker.actor, now=asker.now)
                return HttpResponseRedirect(request.path)
            except Problem as problem:
                form.add_error("name" if "name" in problem.type else "day", problem.in_words(_g)[0])
    today = local_day(asker.now, asker.place.zone)
    days = [(day, name) for day, name in places.holidays(asker.place.id).items() if day >= today]
    context: dict[str, object] = {"here": "more", "form": form, "days": days, "doors": _doors_with_hours(asker)}
    return page(request, "holidays.html", asker, context, status=422 if request.method == "POST" else 200)


@managed
@require_POST
def remove(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Makes a day an ordinary one again."""
    if not asker.sees_people:
        raise NotYours
    asker.must(asker.rights.edits_groups, "groups")
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise NotYours from None
    building.remove_holiday(property_id=asker.place.id, day=day, by=asker.actor, now=asker.now)
    return HttpResponseRedirect("/c/holidays")


def _doors_with_hours(asker: Asker) -> list[tuple[places.DoorView, str, truth.Line]]:
    """Doors where hours hold for somebody, what those say for holidays, and what their lock holds of our list."""
    said: dict[UUID, set[str]] = {}
    ours = places.doors(asker.place.id)
    for group in access.groups(asker.place.id, asker.rights):
        for held in group.doors:
            if held.schedule:
                said.setdefault(held.door_id, set()).add(_on_holidays(held.schedule))
    for door in ours:
        if door.doorway.passage:
            said.setdefault(door.id, set()).add(_on_holidays(door.doorway.passage))
    doors = [door for door in ours if door.id in said]
    states = {state.door_id: state for state in fleet.door_states(tuple(door.id for door in doors), asker.now)}
    return [(d, " · ".join(sorted(said[d.id])), truth.door_lines(states[d.id], asker.place.zone, asker.now)[0]) for d in doors]


def _on_holidays(schedule: Weekly) -> str:
    stretches = tuple(interval for interval in schedule.intervals if interval.days >> HOLIDAY_BIT & 1)
    if not stretches:
        return _g("closed on holidays")
    return hours.words(Weekly(tuple(replace(interval, days=1 << HOLIDAY_BIT) for interval in stretches)))
