"""Give access: three short pages, and a check before anything is given (W4, J3). Standing has no default: it decides privacy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from limen.access import queries as access
from limen.access import services as verbs
from limen.console.asker import Asker, managed, page, who_can
from limen.console.effects import gaining, until_words
from limen.console.fields import choice
from limen.console.moments import given_to, may_come_back
from limen.console.naming import person_of
from limen.console.people import NEW
from limen.console.sentences import both
from limen.kernel.problems import NotYours, Problem
from limen.people import queries as people
from limen.places import queries as places
from limen.storage.transactions import unit_of_work

APP = "app"
CODE_OR_CARD = "code-or-card"
YEARS = access.YEARS


class GiveForm(forms.Form):
    """What a grant says (ACCESS-2)."""

    standing = choice(
        _("Standing"),
        [
            ("resident", _("Resident"), _("What they do at their own door is theirs alone.")),
            ("non-resident", _("Non-resident"), _("Managers see their entries.")),
        ],
        missing=_("Choose resident or non-resident. It decides who may see their entries."),
    )
    role_kind = choice(
        _("A non-resident comes as"),
        [("vendor", _("Vendor"), _("A service provider or parcel carrier")), ("staff", _("Staff"), _("Works for the property"))],
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
    opens_by = choice(
        _("Opens by"),
        [
            (APP, _("App, code and card"), _("With the app no door needs an update for this.")),
            (CODE_OR_CARD, _("Code or card only"), _("For people without a smartphone.")),
        ],
        missing=_("Choose how they open."),
    )

    def clean(self) -> dict[str, object]:
        """The end lies after the start, both in years a lock can hold, and a non-resident comes as somebody."""
        given = super().clean() or {}
        starts, ends = given.get("starts"), given.get("ends")
        for name, at in (("starts", starts), ("ends", ends)):
            if at and at.year not in YEARS:
                self.add_error(name, _("Choose a date between 2000 and 2100."))
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end is before the start."))
        if given.get("standing") == "non-resident" and not given.get("role_kind"):
            self.add_error("role_kind", _("Choose vendor or staff."))
        return given


@dataclass(frozen=True, slots=True)
class Terms:
    """What the form says, in the building's time."""

    standing: str
    role_kind: str | None
    starts: datetime
    ends: datetime | None
    may_share: bool
    opens_app: bool
    now: datetime

    @classmethod
    def of(cls, asker: Asker, form: GiveForm) -> "Terms":
        """What was typed is the building's wall clock, whatever zone the browser is in."""
        given = form.cleaned_data
        kind = given["role_kind"] if given["standing"] == "non-resident" else None
        starts, ends = (given[name].replace(tzinfo=asker.place.zone) if given[name] else None for name in ("starts", "ends"))
        return cls(given["standing"], kind, starts or asker.now, ends, given["may_share"], given["opens_by"] == APP, asker.now)

    def preview(self, person_id: UUID, group_id: UUID) -> access.Effect:
        """What giving one group would do."""
        return verbs.preview_give(
            person_id=person_id, group_id=group_id, standing=self.standing, role_kind=self.role_kind, starts=self.starts, ends=self.ends,
            opens_app=self.opens_app, now=self.now,
        )  # fmt: skip

    def give(self, asker: Asker, person_id: UUID, group_id: UUID) -> None:
        """Gives one group."""
        verbs.give(
            person_id=person_id, group_id=group_id, standing=self.standing, role_kind=self.role_kind, starts=self.starts, ends=self.ends,
            may_share=self.may_share, opens_app=self.opens_app, by=asker.actor, now=self.now,
        )  # fmt: skip


@managed
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Groups, then terms, then the check, then it is given."""
    who = _person(request, asker, person_id)
    groups = access.groups(asker.place.id, asker.rights)
    mine = [group for group in groups if group.may_give]
    wanted = set(request.POST.getlist("groups") or request.GET.getlist("groups"))
    chosen = [group for group in mine if str(group.id) in wanted]
    step = request.POST.get("step", "")
    context: dict[str, object] = {"here": "people", "person": who, "chosen": chosen, "zone_city": _city(asker)}
    if not chosen or step not in {"groups", "terms", "check", "give"}:
        error = _g("Choose at least one group.") if step else ""
        return page(
            request, "give_groups.html", asker, context | _groups(asker, who, groups) | {"error": error}, status=422 if error else 200
        )
    form = GiveForm(request.POST) if step != "groups" else GiveForm(initial={"opens_by": APP})
    context["form"] = form
    if step in {"groups", "terms"} or not form.is_valid():
        return page(request, "give_terms.html", asker, context)
    return _check_or_give(request, asker, context, who, chosen)


@managed
@require_GET
def give_back(request: HttpRequest, asker: Asker, grant_id: UUID) -> HttpResponse:
    """Access that ended, on the terms it had, for the check before anything is given. It is no undo: codes are made anew."""
    grant = access.grant_view(grant_id)
    if grant is None or grant.property_id != asker.place.id or not may_come_back(asker, grant, given_to(asker, grant.person_id)):
        raise NotYours
    who = person_of(asker, grant.person_id)
    chosen = [group for group in access.groups(asker.place.id, asker.rights) if group.id == grant.group_id]
    form = GiveForm(_as_typed(asker, grant))
    context: dict[str, object] = {"here": "people", "person": who, "chosen": chosen, "zone_city": _city(asker), "form": form, "back": True}
    return _check_or_give(request, asker, context, who, chosen) if form.is_valid() else page(request, "give_terms.html", asker, context)


def _as_typed(asker: Asker, grant: access.GrantView) -> dict[str, str]:
    """A grant as somebody would type it into the form; one that had begun begins now."""

    def wall(at: datetime | None) -> str:
        return at.astimezone(asker.place.zone).replace(tzinfo=None).isoformat(timespec="seconds") if at else ""

    return {
        "standing": grant.standing,
        "role_kind": grant.role_kind or "",
        "starts": wall(grant.starts) if grant.starts > asker.now else "",
        "ends": wall(grant.ends),
        "opens_by": APP if grant.opens_app else CODE_OR_CARD,
    } | ({"may_share": "on"} if grant.may_share else {})


def _check_or_give(
    request: HttpRequest, asker: Asker, context: dict[str, object], who: people.PersonView, chosen: Sequence[access.GroupView]
) -> HttpResponse:
    form = context["form"]
    assert isinstance(form, GiveForm)
    terms = Terms.of(asker, form)
    try:
        told = gaining(asker, who, [terms.preview(who.id, group.id) for group in chosen])
        if request.POST.get("step") == "give":
            with unit_of_work():  # all groups or none
                for group in chosen:
                    terms.give(asker, who.id, group.id)
            return page(request, "given.html", asker, context | {"told": told, "terms": terms})
    except Problem as problem:
        form.add_error(None, problem.in_words(_g)[0])
        return page(request, "give_terms.html", asker, context)
    return page(request, "give_check.html", asker, context | {"told": told, "terms": terms, "was": _was(asker, who, chosen, terms)})


def _person(request: HttpRequest, asker: Asker, person_id: UUID) -> people.PersonView:
    """Somebody of this building, or somebody whom this very session has just added and who has nothing here yet.

    The latter go by the name that was typed: an address known elsewhere must not answer with the name behind it.
    """
    try:
        return person_of(asker, person_id)
    except NotYours:
        if not asker.sees_people or str(person_id) not in request.session.get(NEW, {}):
            raise
    first, last = request.session[NEW][str(person_id)]
    return replace(people.person_view(person_id), first=first, last=last)


def _groups(asker: Asker, who: people.PersonView, groups: Sequence[access.GroupView]) -> dict[str, object]:
    """The groups that may be given: those with the person's own door first, then those that many hold, homes of others last."""
    unit = people.unit_of(who.id, asker.place.id, asker.now)
    doors = {door.id: door for door in places.doors(asker.place.id)}
    own: list[tuple[access.GroupView, str]] = []
    shared: list[tuple[access.GroupView, str]] = []
    homes: list[tuple[access.GroupView, str]] = []
    for group in (group for group in groups if group.may_give):
        units = {doors[door.door_id].unit_id for door in group.doors} - {None}
        row = (group, ", ".join(sorted(doors[door.door_id].name for door in group.doors)))
        (own if unit and unit.id in units else homes if units else shared).append(row)
    count = len(own) + len(shared) + len(homes)
    return {
        "own": own, "shared": shared, "homes": homes, "count": count, "total": len(groups), "unit": unit,
        "givers": both(who_can(asker, "access")) if count < len(groups) else "",
    }  # fmt: skip


def _was(asker: Asker, who: people.PersonView, chosen: Sequence[access.GroupView], terms: Terms) -> list[str]:
    """ "Gus has this until Fri 27 Nov. Now it ends Mon 30 Nov." for groups the person holds already."""
    ids = {group.id for group in chosen}
    held = [g for g in access.grants_of(who.id, asker.place.id) if g.group_id in ids and g.host_id is None and g.is_live(asker.now)]
    name = who.first or who.name
    said = []
    for grant in held:
        what = _g("this") if len(chosen) == 1 else grant.group_name
        if grant.ends:
            was = _g("%(name)s has %(what)s until %(end)s.") % {"name": name, "what": what, "end": until_words(asker, grant.ends)}
        else:
            was = _g("%(name)s has %(what)s without an end.") % {"name": name, "what": what}
        will = _g("Now it ends %(end)s.") % {"end": until_words(asker, terms.ends)} if terms.ends else _g("Now it has no end.")
        said.append(f"{was} {will}")
    return said


def _city(asker: Asker) -> str:
    """ "New York" of America/New_York: whose clock the dates mean."""
    return asker.place.time_zone.rsplit("/", 1)[-1].replace("_", " ")
