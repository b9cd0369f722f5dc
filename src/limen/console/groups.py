"""Access groups: which doors go together, and when. Hours belong to a door of a group; an edit of doors leaves them as they are."""

from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from limen.access import queries as access
from limen.access import services as verbs
from limen.console import hours, lists
from limen.console.asker import Asker, managed, page
from limen.console.doors import KIND_ORDER
from limen.console.effects import regrouping
from limen.console.fields import NameField
from limen.kernel.problems import NotYours, Problem
from limen.people import queries as people
from limen.places import queries as places


class GroupForm(forms.Form):
    """A named bundle of doors."""

    name = NameField(label=_("Name, for managers only"), max_length=80)
    codes = forms.BooleanField(label=_("Holders get a code at doors added here"), required=False)


@managed
@require_GET
def groups(request: HttpRequest, asker: Asker) -> HttpResponse:
    """All groups of the building; those that are no single home's first."""
    if not asker.sees_people:
        raise NotYours
    asked = lists.asked(request)
    doors = {door.id: door for door in places.doors(asker.place.id)}
    rows = []
    for group in access.groups(asker.place.id, asker.rights):
        named = [doors[door.door_id] for door in group.doors]
        is_home = any(door.kind == "unit" for door in named)
        rows.append((is_home, group, ", ".join(sorted(door.name for door in named))))
    found = [
        (group, names) for _home, group, names in sorted(rows, key=lambda row: row[0]) if people.plain(asked) in people.plain(group.name)
    ]
    return page(request, "groups.html", asker, {"here": "more", "part": lists.shown(request, found), "asked": asked})


@managed
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Makes a group; every door in it is open to its holders always, until hours are given."""
    asker.must(asker.rights.edits_groups, "groups")
    form = GroupForm(request.POST if request.method == "POST" else None, initial={"codes": True})
    if request.method == "POST" and form.is_valid():
        try:
            doors = _doors(request, asker, (), codes=form.cleaned_data["codes"])
            made = verbs.create_group(
                property_id=asker.place.id, name=form.cleaned_data["name"], doors=doors, by=asker.actor, now=asker.now
            )
            return HttpResponseRedirect(f"/c/groups/{made.id}")
        except Problem as problem:
            form.add_error(None, problem.in_words(_g)[0])
    chosen = set(request.POST.getlist("doors"))
    return page(request, "group_edit.html", asker, {"here": "more", "form": form, "choices": _choices(asker, chosen)})


@managed
@require_GET
def group(request: HttpRequest, asker: Asker, group_id: UUID) -> HttpResponse:
    """Shows a group: its doors, their hours as a table and as a week, and how many hold it."""
    view = group_of(asker, group_id)
    doors = places.doors_by_id([row.door_id for row in view.doors])
    rows = sorted(((doors[row.door_id], row, hours.words(row.schedule)) for row in view.doors), key=lambda row: row[0].name)
    pictures = hours.weeks([(door.name, row.schedule) for door, row, _words in rows])
    days = [hours.day_name(bit) for bit in range(7)]
    context: dict[str, object] = {
        "here": "more",
        "group": view,
        "rows": rows,
        "weeks": pictures,
        "days": days,
        "saved": "saved" in request.GET,
    }
    return page(request, "group.html", asker, context)


@managed
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, asker: Asker, group_id: UUID) -> HttpResponse:
    """Changes name and doors; says what changes before it is saved (ACCESS-3, ACCESS-11)."""
    view = group_of(asker, group_id)
    asker.must(asker.rights.edits_groups, "groups")
    form = GroupForm(
        request.POST if request.method == "POST" else None, initial={"name": view.name, "codes": any(door.codes_on for door in view.doors)}
    )
    chosen = set(request.POST.getlist("doors")) if request.method == "POST" else {str(door.door_id) for door in view.doors}
    context: dict[str, object] = {"here": "more", "group": view, "form": form, "choices": _choices(asker, chosen)}
    if request.method == "POST" and form.is_valid():
        try:
            doors = _doors(request, asker, view.doors, codes=form.cleaned_data["codes"])
            return check_or_save(request, asker, view, Edit(form.cleaned_data["name"], doors, f"/c/groups/{view.id}/edit"))
        except Problem as problem:
            form.add_error(None, problem.in_words(_g)[0])
    return page(request, "group_edit.html", asker, context)


class Edit:
    """A group as it would be, and the page that can change it again."""

    def __init__(self, name: str, doors: Sequence[access.GroupDoorView], back: str) -> None:
        self.name, self.doors, self.back = name, doors, back


def check_or_save(request: HttpRequest, asker: Asker, view: access.GroupView, wanted: Edit) -> HttpResponse:
    """The effect first; saved only from there."""
    if request.POST.get("step") == "save":
        verbs.edit_group(group_id=view.id, name=wanted.name, doors=wanted.doors, by=asker.actor, now=asker.now)
        return HttpResponseRedirect(f"/c/groups/{view.id}?saved=1")
    told = regrouping(asker, verbs.preview_edit_group(group_id=view.id, doors=wanted.doors, now=asker.now))
    again = [(name, value) for name, values in request.POST.lists() for value in values if name not in {"csrfmiddlewaretoken", "step"}]
    context: dict[str, object] = {"here": "more", "group": view, "told": told, "again": again, "back": wanted.back}
    return page(request, "group_check.html", asker, context | {"renamed": wanted.name if wanted.name != view.name else ""})


def group_of(asker: Asker, group_id: UUID) -> access.GroupView:
    """A group of the asker's building, for who manages access; M27 for everybody else."""
    view = access.group_view(group_id)
    if view is None or view.property_id != asker.place.id or not asker.sees_people:
        raise NotYours
    return view


def _doors(request: HttpRequest, asker: Asker, before: Sequence[access.GroupDoorView], *, codes: bool) -> list[access.GroupDoorView]:
    """The chosen doors; those that were in the group keep their hours and codes."""
    kept = {door.door_id: door for door in before}
    mine = {str(door.id): door for door in places.doors(asker.place.id)}
    wanted = [mine[door] for door in dict.fromkeys(request.POST.getlist("doors")) if door in mine]
    if not wanted:
        raise Problem("no_doors", _g("Choose at least one door."))
    return [kept.get(door.id) or access.GroupDoorView(door.id, None, codes and door.codes_allowed) for door in wanted]


def _choices(asker: Asker, chosen: set[str]) -> dict[str, list[tuple[places.DoorView, bool]]]:
    """Doors to tick: what is chosen and what many share first, unit doors apart."""
    doors = sorted(places.doors(asker.place.id), key=lambda door: KIND_ORDER[door.kind])
    rows = [(door, str(door.id) in chosen) for door in doors]
    return {
        "shared": [row for row in rows if row[1] or row[0].kind != "unit"],
        "units": [row for row in rows if not row[1] and row[0].kind == "unit"],
    }
