"""Give access: three short pages, and a check before anything is given (W4, J3). Standing has no default: it decides privacy."""

from datetime import datetime
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from limen.access import queries as access
from limen.access import services as verbs
from limen.console.asker import Asker, managed, page
from limen.console.naming import names
from limen.console.people import person_of
from limen.kernel.problems import NotYours, Problem
from limen.people import queries as people
from limen.places import queries as places
from limen.web import truth

APP = "app"
CODE_OR_CARD = "code-or-card"


class GiveForm(forms.Form):
    """What a grant says (ACCESS-2)."""

    standing = forms.ChoiceField(
        label=_("Standing"),
        choices=[
            ("resident", _("Resident: what they do at their own unit is theirs alone")),
            ("non-resident", _("Non-resident: managers see their entries")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose resident or non-resident. It decides who may see their entries.")},
    )
    role_kind = forms.ChoiceField(
        label=_("A non-resident comes as"),
        choices=[("vendor", _("Vendor: a service provider or parcel carrier")), ("staff", _("Staff of the property"))],
        widget=forms.RadioSelect,
        required=False,
    )
    starts = forms.DateTimeField(
        label=_("From"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), help_text=_("Empty means now.")
    )
    ends = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Empty means until somebody ends it."),
    )
    may_share = forms.BooleanField(label=_("May invite guests and make codes for them"), required=False)
    opens_by = forms.ChoiceField(
        label=_("Opens by"),
        choices=[(APP, _("App, code and card")), (CODE_OR_CARD, _("Code or card only"))],
        widget=forms.RadioSelect,
        initial=APP,
    )

    def clean(self) -> dict[str, object]:
        """The end lies after the start, and a non-resident comes as somebody."""
        given = super().clean() or {}
        starts, ends = given.get("starts"), given.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end is before the start."))
        if given.get("standing") == "non-resident" and not given.get("role_kind"):
            self.add_error("role_kind", _("Choose vendor or staff."))
        return given


@managed
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Groups, then terms, then the check, then it is given."""
    who = person_of_or_new(asker, person_id)
    groups = access.groups(asker.place.id, asker.rights)
    mine = [group for group in groups if group.may_give]
    chosen = [group for group in mine if str(group.id) in request.POST.getlist("groups")]
    step = request.POST.get("step", "")
    context: dict[str, object] = {
        "here": "people",
        "person": who,
        "groups": mine,
        "others": len(groups) - len(mine),
        "total": len(groups),
        "chosen": chosen,
    }
    if not chosen:
        context["error"] = _("Choose at least one group.") if step else ""
        return page(request, "give_groups.html", asker, context, status=422 if step else 200)
    form = GiveForm(request.POST if step in {"check", "give"} else None)
    context["form"] = form
    if step not in {"check", "give"} or not form.is_valid():
        return page(request, "give_terms.html", asker, context)
    if step == "check" or "back" in request.POST:
        try:
            effects = [_preview(asker, person_id, group, form) for group in chosen]
        except Problem as problem:
            form.add_error(None, problem.title)
            return page(request, "give_terms.html", asker, context)
        return page(request, "give_check.html", asker, context | effect_words(asker, effects) | {"terms": form.cleaned_data})
    effects = [_preview(asker, person_id, group, form) for group in chosen]
    for group in chosen:
        verbs.give(person_id=person_id, group_id=group.id, by=asker.actor, now=asker.now, **_terms(asker, form), **_more(form))
    return page(request, "given.html", asker, context | effect_words(asker, effects))


def person_of_or_new(asker: Asker, person_id: UUID) -> people.PersonView:
    """Somebody of this building, or somebody just added who has nothing here yet."""
    try:
        return person_of(asker, person_id)
    except NotYours:
        if asker.rights.access == "none" or access.grants_of(person_id):
            raise
        return people.person_view(person_id)


def _terms(asker: Asker, form: GiveForm) -> dict[str, object]:
    given = form.cleaned_data
    only = given["opens_by"] == CODE_OR_CARD
    return {
        "standing": given["standing"],
        "starts": in_zone(asker, given["starts"]) or asker.now,
        "ends": in_zone(asker, given["ends"]),
        "opens_app": not only,
    }


def _more(form: GiveForm) -> dict[str, object]:
    given = form.cleaned_data
    return {"may_share": given["may_share"], "role_kind": given["role_kind"] or None if given["standing"] == "non-resident" else None}


def _preview(asker: Asker, person_id: UUID, group: access.GroupView, form: GiveForm) -> access.Effect:
    return verbs.preview_give(person_id=person_id, group_id=group.id, now=asker.now, **_terms(asker, form))


def in_zone(asker: Asker, wall: datetime | None) -> datetime | None:
    """What was typed is the building's wall clock, whatever zone the browser is in."""
    return wall.replace(tzinfo=asker.place.zone) if wall is not None else None


def effect_words(asker: Asker, effects: list[access.Effect]) -> dict[str, object]:
    """Who gains, who loses, which doors need an update, which follow by themselves."""
    gains = {(change.person_id, change.door_id) for effect in effects for change in effect.gains}
    loses = {(change.person_id, change.door_id) for effect in effects for change in effect.loses}
    needs = {need.door_id: need for effect in effects for need in effect.needs_update}
    doors = places.doors_by_id(
        {door for _, door in gains | loses} | needs.keys() | {d for e in effects for d in (*e.already, *e.connected)}
    )
    return {
        "gains": len({door for _, door in gains}),
        "loses": sorted(f"{names(asker, [p]).get(p, '')}: {doors[d].name}" for p, d in loses),
        "already": sorted(doors[door].name for effect in effects for door in effect.already),
        "connected": sorted({doors[door].name for effect in effects for door in effect.connected}),
        "needs": [(doors[need.door_id], truth.due(need.due, asker.place.zone, asker.now)) for need in needs.values()],
    }
