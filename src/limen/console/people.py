"""People and the units they live in."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from limen.access import queries as access
from limen.console.asker import Asker, managed, page
from limen.console.moments import story
from limen.credentials import queries as credentials
from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.people import services as persons
from limen.places import queries as places

SHOWN = 200


def person_of(asker: Asker, person_id: UUID) -> people.PersonView:
    """A person of the asker's building, for who manages access; M27 for everybody else."""
    if asker.rights.access == "none":
        raise NotYours
    living = {person.id for person in people.people_in(asker.place.id, asker.now)}
    if person_id not in living | access.people_given(asker.place.id):
        raise NotYours
    return people.person_view(person_id)


@managed
@require_GET
def people_list(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Everybody of this building; the search forgives accents and spelling."""
    if asker.rights.access == "none":
        raise NotYours
    asked = request.GET.get("q", "").strip()[:60]
    also = access.people_given(asker.place.id)
    found = people.find(asker.place.id, asked, asker.now, also) if asked else _everybody(asker, also)
    homes = people.residents_by_unit(asker.place.id, asker.now)
    unit_names = {residency.person_id: residency.unit_name for rows in homes.values() for residency in rows}
    rows = [(person, unit_names.get(person.id, "")) for person in found]
    return page(request, "people.html", asker, {"here": "people", "rows": rows[:SHOWN], "total": len(rows), "asked": asked})


def _everybody(asker: Asker, also: frozenset[UUID]) -> list[people.PersonView]:
    here = {person.id: person for person in people.people_in(asker.place.id, asker.now)} | people.persons_by_id(also)
    return sorted(here.values(), key=lambda person: (people.plain(person.last), people.plain(person.first)))


@managed
@require_GET
def person(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """All one may do for a person: access, and ended access with its three moments (W3)."""
    who = person_of(asker, person_id)
    grants = access.grants_of(who.id, asker.place.id)
    live = [grant for grant in grants if grant.is_live(asker.now)]
    taken = [view for view in access.revocations(person_id=who.id) if view.property_id == asker.place.id]
    ends_now = {grant.id for grant in grants if not grant.is_live(asker.now)}
    context: dict[str, object] = {
        "here": "people",
        "person": who,
        "unit": people.unit_of(who.id, asker.place.id, asker.now),
        "has_app": identity.has_app(who.id),
        "invitation": identity.last_invitation(who.id),
        "grants": [(grant, [places.door_view(door).name for door in grant.door_ids]) for grant in live if grant.host_id is None],
        "guests": [g for g in access.guests_of(who.id, asker.now) if g.is_live(asker.now)],
        "ended": [story(asker, view) for view in taken],
        "ran_out": [grant for grant in grants if grant.id in ends_now and grant.ended_at is None],
        "pause": access.suspension(who.id, asker.place.id),
        "phones": identity.phones(who.id),
        "cards": credentials.cards_of(who.id, asker.place.id),
    }
    return page(request, "person.html", asker, context)


class InviteForm(forms.Form):
    """Somebody new, with or without an address (PEOPLE-1)."""

    first = forms.CharField(label=_("First name"), max_length=80)
    last = forms.CharField(label=_("Last name"), max_length=80)
    email = forms.EmailField(
        label=_("E-mail"), required=False, max_length=254, help_text=_("Without one they get letters and cannot sign in.")
    )
    unit = forms.CharField(
        label=_("Unit"), required=False, max_length=60, help_text=_("Only for people who live here. It opens no door by itself.")
    )


@managed
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Adds one person and mails the invitation at once (PEOPLE-4)."""
    asker.must(asker.rights.access != "none")
    form = InviteForm(request.POST or None, initial={"unit": request.GET.get("unit", "")})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        unit = places.unit_named(asker.place.id, given["unit"]) if given["unit"] else None
        if given["unit"] and unit is None:
            form.add_error("unit", _("%(unit)s is not a unit of this building.") % {"unit": given["unit"]})
        else:
            return HttpResponseRedirect(f"/c/people/{_add(asker, given, unit)}/give")
    return page(request, "invite.html", asker, {"here": "people", "form": form})


def _add(asker: Asker, given: dict[str, str], unit: places.UnitView | None) -> UUID:
    person_id = persons.add_person(first=given["first"], last=given["last"], email=given["email"] or None, by=asker.actor, now=asker.now)
    if unit is not None:
        persons.assign_to_unit(person_id=person_id, unit_id=unit.id, since=asker.now, by=asker.actor, now=asker.now)
    if given["email"] and identity.user_of(person_id) is None:
        accounts.invite(person_id=person_id, property_id=asker.place.id, by=asker.actor, now=asker.now)
    return person_id


@managed
@require_GET
def units(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Who lives where."""
    if asker.rights.access == "none":
        raise NotYours
    homes = people.residents_by_unit(asker.place.id, asker.now)
    known = people.persons_by_id({row.person_id for rows in homes.values() for row in rows})
    rows = [(unit, [known[row.person_id] for row in homes.get(unit.id, ())]) for unit in places.units(asker.place.id)]
    return page(request, "units.html", asker, {"here": "more", "rows": rows})


@managed
@require_GET
def unit(request: HttpRequest, asker: Asker, unit_id: UUID) -> HttpResponse:
    """One household and its door."""
    view = places.unit_view(unit_id)
    if view.property_id != asker.place.id or asker.rights.access == "none":
        raise NotYours
    home = people.household(unit_id, asker.now)
    without = [one for one in home if not identity.has_app(one.id)]
    context: dict[str, object] = {
        "here": "more",
        "unit": view,
        "household": home,
        "without_app": len(without),
        "doors": places.doors_of_unit(unit_id),
    }
    return page(request, "unit.html", asker, context)
