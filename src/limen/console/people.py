"""People: who is here, one person with all one may do for them, and inviting somebody new."""

from datetime import datetime
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from limen.access import queries as access
from limen.console import lists
from limen.console.asker import Asker, managed, page
from limen.console.contact import looks_after
from limen.console.fields import NameField
from limen.console.moments import stories
from limen.console.naming import everybody, has_phones_here_alone, person_of
from limen.credentials import queries as credentials
from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.kernel.problems import NotYours, Problem, Refused
from limen.people import queries as people
from limen.people import services as persons
from limen.places import queries as places
from limen.web import when


@managed
@require_GET
def people_list(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Everybody of this building; the search forgives accents and capitals."""
    if not asker.sees_people:
        raise NotYours
    asked = lists.asked(request)
    also = access.people_given(asker.place.id)
    found = people.find(asker.place.id, asked, asker.now, also) if asked else everybody(asker, also)
    homes = people.residents_by_unit(asker.place.id, asker.now)
    unit_names = {residency.person_id: residency.unit_name for rows in homes.values() for residency in rows}
    part = lists.shown(request, found)
    rows = [(person, unit_names.get(person.id, ""), _state(asker, person)) for person in part.rows]
    near = lists.nearest(asked, (person.name for person in everybody(asker, also))) if asked and not found else ""
    return page(request, "people.html", asker, {"here": "people", "rows": rows, "part": part, "asked": asked, "near": near})


def _state(asker: Asker, person: people.PersonView) -> str:
    if access.suspension(person.id, asker.place.id) is not None:
        return _g("Paused")
    if person.status == "archived":
        return _g("Archived")
    if person.declined_app or not person.email:
        return _g("Code and card only")
    if person.status == "pending":
        invitation = identity.last_invitation(person.id)
        return _g("Invited %(at)s, not signed in") % {"at": _day(asker, invitation.sent_at)} if invitation else _g("Not signed in yet")
    return _g("Active")


def _day(asker: Asker, at: datetime) -> str:
    zone = asker.place.zone
    return when.say_day(at.astimezone(zone).date(), asker.now.astimezone(zone).date())


@managed
@require_GET
def person(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """All one may do for a person: access, and ended access with its three moments (W3)."""
    who = person_of(asker, person_id)
    grants = [grant for grant in access.grants_of(who.id, asker.place.id) if grant.host_id is None and grant.group_id]
    mine = [grant for grant in grants if grant.group_id and asker.rights.manages(grant.group_id)]
    live = [grant for grant in mine if grant.is_live(asker.now)]
    context: dict[str, object] = {
        "here": "people",
        "person": who,
        "moved": "moved" in request.GET,
        "changes": looks_after(asker, who),
        "new_address": identity.move_of(who.id, asker.now),
        "said": _sharing_said(request, who, live) or _sent_said(request, asker, who) or _resumed_said(request, asker, who),
        "state": _state(asker, who),
        "unit": people.unit_of(who.id, asker.place.id, asker.now),
        "has_app": identity.has_app(who.id),
        "invited": who.status == "pending" and bool(who.email) and not who.declined_app,
        "grants": [(grant, _doors_of(grant)) for grant in live],
        "others": sum(grant.is_live(asker.now) for grant in grants) - len(live),
        "guests": _guests(asker, who.id),
        "ended": stories(asker, who.id),
        "ran_out": [grant for grant in mine if grant.ended_at is None and not grant.is_live(asker.now)],
        "pause": access.suspension(who.id, asker.place.id),
        "phones": identity.removable_phones(who.id, asker.now) if has_phones_here_alone(asker, who.id) else (),
        "cards": credentials.cards_of(who.id, asker.place.id),
    }
    return page(request, "person.html", asker, context)


def _sharing_said(request: HttpRequest, who: people.PersonView, grants: list[access.GrantView]) -> str:
    """What is true after sharing was taken away or given back; guests invited before stay until they are ended (ACCESS-7)."""
    grant = next((grant for grant in grants if str(grant.id) == request.GET.get("sharing")), None)
    if grant is None:
        return ""
    facts = {"name": who.first or who.name, "group": grant.group_name}
    if grant.may_share:
        return _g("%(name)s may share %(group)s.") % facts
    return _g("%(name)s may not share %(group)s any more. Guests invited before keep their access.") % facts


def _sent_said(request: HttpRequest, asker: Asker, who: people.PersonView) -> str:
    """What is true after "Send again"; the link that was sent before no longer works (PEOPLE-4)."""
    invitation = identity.last_invitation(who.id) if "sent" in request.GET and who.status == "pending" else None
    if invitation is None:
        return ""
    at = when.say(invitation.sent_at, asker.place.zone, asker.now)
    return _g("A new invitation was sent %(at)s to %(email)s. The one before no longer works.") % {"at": at, "email": who.email}


def _resumed_said(request: HttpRequest, asker: Asker, who: people.PersonView) -> str:
    """Nothing was ended by the pause, so all of it is back (PEOPLE-7); what its locks know of that is said on the page of each door."""
    if "resumed" not in request.GET or not asker.changes_people or access.suspension(who.id, asker.place.id) is not None:
        return ""
    return _g("Resumed. Everything is back as it was. A lock that has heard of the pause hears of this with its next update.")


def _doors_of(grant: access.GrantView) -> str:
    return ", ".join(sorted(door.name for door in places.doors_by_id(grant.door_ids).values()))


def _guests(asker: Asker, person_id: UUID) -> str:
    """ "2 guests, until 29 Nov": that they exist and until when, never who (V13 o)."""
    guests = [g for g in access.guests_of(person_id, asker.now) if g.property_id == asker.place.id and g.is_live(asker.now)]
    if not guests:
        return ""
    count = len({g.person_id for g in guests})
    ends = [g.ends for g in guests if g.ends]
    if len(ends) < len(guests):
        return ngettext("%(n)d guest", "%(n)d guests", count) % {"n": count}
    words = ngettext("%(n)d guest, until %(day)s", "%(n)d guests, until %(day)s", count)
    return words % {"n": count, "day": _day(asker, max(ends))}


@managed
@require_POST
def send_again(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Mails a new invitation to who has not signed in yet; the old one ends (PEOPLE-4)."""
    who = person_of(asker, person_id)
    if who.status != "pending" or not who.email:
        raise Refused("not_pending", _g("This person has signed in already."))
    accounts.invite(person_id=who.id, property_id=asker.place.id, by=asker.actor, now=asker.now)
    return HttpResponseRedirect(f"/c/people/{who.id}?sent")


NEW = "console-new-names"
"""People whom this session added, with the names it typed: until they are given something, nothing else ties them to this building."""
NEW_MOST = 20


class InviteForm(forms.Form):
    """Somebody new, with or without an address (PEOPLE-1)."""

    first = NameField(label=_("First name"), max_length=80)
    last = NameField(label=_("Last name"), max_length=80)
    email = forms.EmailField(
        label=_("E-mail"), required=False, max_length=254, help_text=_("Without one they get letters and cannot sign in.")
    )
    unit = NameField(
        label=_("Unit"), required=False, max_length=60, help_text=_("Only for people who live here. It opens no door by itself.")
    )


@managed
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Adds one person and mails the invitation at once (PEOPLE-4); access is given on the next page."""
    if not asker.sees_people:
        raise NotYours
    form = InviteForm(request.POST if request.method == "POST" else None, initial={"unit": request.GET.get("unit", "")[:60]})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        unit = places.unit_named(asker.place.id, given["unit"]) if given["unit"] else None
        if given["unit"] and unit is None:
            form.add_error("unit", _g("%(unit)s is not a unit of this building.") % {"unit": given["unit"]})
        else:
            asker.must(unit is None or asker.changes_people)  # who lives in a unit sees that home's visitors: more than single groups
            try:
                person_id = _add(asker, given, unit)
                known = list(request.session.get(NEW, {}).items())[1 - NEW_MOST :]
                request.session[NEW] = dict(known) | {str(person_id): [given["first"], given["last"]]}
                return HttpResponseRedirect(f"/c/people/{person_id}/give?new=1")
            except Problem as problem:
                form.add_error("email" if "email" in problem.type else None, problem.in_words(_g)[0])
    return page(request, "invite.html", asker, {"here": "people", "form": form})


def _add(asker: Asker, given: dict[str, str], unit: places.UnitView | None) -> UUID:
    person_id = persons.add_person(first=given["first"], last=given["last"], email=given["email"] or None, by=asker.actor, now=asker.now)
    if unit is not None:
        asker.must(person_id != asker.person_id)  # nobody lets themselves into a home's history
        persons.assign_to_unit(person_id=person_id, unit_id=unit.id, since=asker.now, by=asker.actor, now=asker.now)
    if given["email"] and identity.user_of(person_id) is None:
        accounts.invite(person_id=person_id, property_id=asker.place.id, by=asker.actor, now=asker.now)
    return person_id
