"""Access groups: which doors go together, and when."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from limen.access import queries as access
from limen.access import services as verbs
from limen.console.asker import Asker, managed, page
from limen.console.giving import effect_words
from limen.kernel.periods import Weekly
from limen.kernel.problems import NotYours, Problem
from limen.places import queries as places

EVERY_DAY = 0b1111111


class GroupForm(forms.Form):
    """A named bundle of doors. Hours hold every day; finer hours stay as they are when only doors change."""

    name = forms.CharField(label=_("Name, for managers only"), max_length=80)
    from_hour = forms.TimeField(
        label=_("Hours from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}), help_text=_("Empty means always.")
    )
    to_hour = forms.TimeField(label=_("Hours to"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    codes = forms.BooleanField(label=_("Holders get a doorcode where the door takes codes"), required=False)

    def clean(self) -> dict[str, object]:
        """Both ends of the hours, or none."""
        given = super().clean() or {}
        if bool(given.get("from_hour")) != bool(given.get("to_hour")):
            self.add_error("to_hour", _("Give both hours, or neither."))
        return given

    def schedule(self) -> Weekly | None:
        """The hours as intervals of every day."""
        start, end = self.cleaned_data["from_hour"], self.cleaned_data["to_hour"]
        if start is None or end is None:
            return None
        return Weekly.of([[EVERY_DAY | 1 << 7, start.hour * 60 + start.minute, end.hour * 60 + end.minute]])


@managed
@require_GET
def groups(request: HttpRequest, asker: Asker) -> HttpResponse:
    """All groups of the building."""
    if asker.rights.access == "none":
        raise NotYours
    return page(request, "groups.html", asker, {"here": "more", "groups": access.groups(asker.place.id, asker.rights)})


@managed
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Makes a group."""
    asker.must(asker.rights.edits_groups)
    form = GroupForm(request.POST or None, initial={"codes": True})
    if request.method == "POST" and form.is_valid():
        try:
            made = verbs.create_group(
                property_id=asker.place.id,
                name=form.cleaned_data["name"],
                doors=_doors(request, asker, form),
                by=asker.actor,
                now=asker.now,
            )
            return HttpResponseRedirect(f"/c/groups/{made.id}")
        except Problem as problem:
            form.add_error(None, problem.title)
    chosen = set(request.POST.getlist("doors"))
    return page(request, "group.html", asker, {"here": "more", "form": form, "doors": _choices(asker, chosen)})


@managed
@require_http_methods(["GET", "POST"])
def group(request: HttpRequest, asker: Asker, group_id: UUID) -> HttpResponse:
    """Shows a group; an edit says what changes before and after it (ACCESS-3, ACCESS-11)."""
    view = access.group_view(group_id)
    if view is None or view.property_id != asker.place.id or asker.rights.access == "none":
        raise NotYours
    form = GroupForm(request.POST or None, initial=_initial(view))
    chosen = set(request.POST.getlist("doors")) if request.method == "POST" else {str(door.door_id) for door in view.doors}
    context: dict[str, object] = {"here": "more", "group": view, "form": form, "doors": _choices(asker, chosen)}
    if request.method == "POST":
        asker.must(asker.rights.edits_groups)
        if form.is_valid():
            try:
                return _change(request, asker, view, form, context)
            except Problem as problem:
                form.add_error(None, problem.title)
    return page(request, "group.html", asker, context)


def _change(request: HttpRequest, asker: Asker, view: access.GroupView, form: GroupForm, context: dict[str, object]) -> HttpResponse:
    doors = _doors(request, asker, form)
    if request.POST.get("step") != "save":
        effect = verbs.preview_edit_group(group_id=view.id, doors=doors, now=asker.now)
        counted = {
            "people_gain": len({change.person_id for change in effect.gains}),
            "people_lose": len({change.person_id for change in effect.loses}),
        }
        return page(request, "group_check.html", asker, context | effect_words(asker, [effect]) | counted | {"nothing": effect.is_nothing})
    verbs.edit_group(group_id=view.id, name=form.cleaned_data["name"], doors=doors, by=asker.actor, now=asker.now)
    return HttpResponseRedirect(f"/c/groups/{view.id}")


def _doors(request: HttpRequest, asker: Asker, form: GroupForm) -> list[access.GroupDoorView]:
    mine = {str(door.id): door for door in places.doors(asker.place.id)}
    wanted = [mine[door] for door in dict.fromkeys(request.POST.getlist("doors")) if door in mine]
    if not wanted:
        raise Problem("no_doors", str(_("Choose at least one door.")))
    return [access.GroupDoorView(door.id, form.schedule(), bool(form.cleaned_data["codes"] and door.codes_allowed)) for door in wanted]


def _choices(asker: Asker, chosen: set[str]) -> list[tuple[places.DoorView, bool]]:
    return [(door, str(door.id) in chosen) for door in places.doors(asker.place.id)]


def _initial(view: access.GroupView) -> dict[str, object]:
    hours = next((door.schedule.intervals[0] for door in view.doors if door.schedule), None)
    initial: dict[str, object] = {"name": view.name, "codes": any(door.codes_on for door in view.doors)}
    if hours:
        initial |= {
            "from_hour": f"{hours.from_minute // 60:02}:{hours.from_minute % 60:02}",
            "to_hour": f"{hours.to_minute // 60 % 24:02}:{hours.to_minute % 60:02}",
        }
    return initial
