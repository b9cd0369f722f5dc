"""Sharing: guests with the app, whom one can end, and codes for everybody else, which nobody can (ACCESS-7, ACCESS-8, CODE-6)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypedDict
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from limen.access import queries as access
from limen.access import services as verbs
from limen.credentials import queries as credentials
from limen.fleet import queries as fleet
from limen.identity import queries as identity
from limen.kernel.problems import NotYours, Problem
from limen.places import queries as places
from limen.resident.asker import Asker, at_home, page
from limen.resident.endcodes import own
from limen.resident.speech import Asked, Json, bad_request, by_app
from limen.resident.until import cannot_end, code_until, ending
from limen.storage import news
from limen.web import limits
from limen.web.fields import NameField
from limen.web.when import say

OUTSIDE: Final = "outside_your_own"
INVITED_MOST: Final = (20, timedelta(hours=1))
ENDED_SHOWN: Final = timedelta(days=14)
BESIDE: Final = {"bad_email": "email", "email_wrong": "email", "end_before_start": "ends", "date_unheld": "ends", "too_far_ahead": "starts"}
"""Beside which field of the form a problem stands."""


@at_home
@require_GET
def guests(request: HttpRequest, asker: Asker) -> HttpResponse:
    """My guests, and the codes I gave; what ended and still opens says until when."""
    done = request.session.pop("guests-said", "")
    return page(request, "guests.html", asker, {"here": "guests", "done": done} | _listed(asker))


def _listed(asker: Asker) -> dict[str, object]:
    grants = access.guests_of(asker.id, asker.now, ended_too=True)
    names = access.guest_names(asker.id)
    mine = {door.id for door in own(asker)}
    codes = [c for c in credentials.temporary_of(asker.id, asker.now) if asker.now < c.stops_at_latest + timedelta(days=1)]
    return {
        "living": [_guest(grant, names.get(grant.id, "")) for grant in grants if grant.is_live(asker.now)],
        "ended": [told for grant in grants if _just_ended(grant, asker.now) for told in _still(asker, grant, names.get(grant.id, ""))],
        "codes": [_code(asker, code, mine) for code in codes],
        "may_share": bool(_shareable(asker)),
    }


def _guest(grant: access.GrantView, name: str) -> dict[str, object]:
    doors = sorted(door.name for door in places.doors_by_id(grant.door_ids).values())
    return {"grant": grant, "name": name, "doors": doors, "in_app": identity.has_app(grant.person_id)}


def _just_ended(grant: access.GrantView, now: datetime) -> bool:
    return grant.ended_at is not None and now - grant.ended_at < ENDED_SHOWN


def _still(asker: Asker, grant: access.GrantView, name: str) -> list[dict[str, object]]:
    """Per door: until when the guest's app may still open it (ACCESS-13), or nothing where it no longer does."""
    told = []
    mine = asker.doors()
    for door in places.doors_by_id(grant.door_ids).values():
        bound = fleet.staleness(grant.person_id, door.id, asker.now)
        if bound.opens:
            told.append(
                {"sentence": still_opens(asker, name, door, bound), "door": door, "may_update": door.id in mine and not door.connected}
            )
    return told


def still_opens(asker: Asker, name: str, door: places.DoorView, bound: fleet.Staleness) -> str:
    """What a guest whose access ended may still open, and until when."""
    said = {"name": name, "door": door.name}
    if bound.until is None or bound.no_end:
        return _("%(name)s's app still opens %(door)s until that door is updated.") % said
    said["until"] = say(bound.until, asker.zone, asker.now)
    return _("%(name)s's app still opens %(door)s until that door is updated, at most until %(until)s.") % said


def _code(asker: Asker, code: credentials.TemporaryView, mine: set[UUID]) -> dict[str, object]:
    door = places.door_view(code.door_id)
    zone = places.property_view(door.property_id).zone
    return {
        "code": code,
        "label": code.label,
        "door": door.name,
        "until": code_until(code, zone, asker.now),
        "cannot": ending(door.name, code, zone, asker.now) if code.floored_at else cannot_end(code, zone, asker.now),
        "over": asker.now >= code.works_until,
        "all_end_at": code.door_id if code.door_id in mine and not code.floored_at else None,
    }


def _shareable(asker: Asker) -> list[places.DoorView]:
    held = asker.doors()
    doors = places.doors_by_id(held)
    mine = [doors[d] for d, windows in held.items() if any(w.may_share and w.starts <= asker.now for w in windows)]
    return sorted(mine, key=lambda door: (door.kind != "unit", door.name))


class InviteForm(forms.Form):
    """Who comes, to which doors, from when until when (ACCESS-7)."""

    first = NameField(label=gettext_lazy("First name"), max_length=80)
    last = NameField(label=gettext_lazy("Last name"), max_length=80)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, help_text=gettext_lazy("The invitation goes there now."))
    doors = forms.MultipleChoiceField(
        label=gettext_lazy("Doors"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one door.")},
    )
    starts = forms.DateTimeField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=gettext_lazy("Empty means now."),
    )
    ends = forms.DateTimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=gettext_lazy("Empty means until you end it."),
    )


@at_home
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, asker: Asker) -> HttpResponse:
    """A guest with the app: single doors, and it can be ended (ACCESS-7)."""
    form = InviteForm(request.POST or None)
    offered = _shareable(asker)
    # A door whose sharing was taken away meanwhile is still answered door by door.
    chosen = [door for door in places.doors_by_id(asker.doors()).values() if str(door.id) in request.POST.getlist("doors")]
    every = offered + [door for door in chosen if door not in offered]
    form.fields["doors"].choices = [(str(door.id), door.name) for door in every]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            told = _invite(
                asker, given, [UUID(door) for door in given["doors"]], _wall(asker, given["starts"]), _wall(asker, given["ends"])
            )
        except Problem as problem:
            form.add_error(BESIDE.get(problem.type), " ".join(problem.in_words(_)).strip())
        else:
            if told["done"]:
                again = _again(form, [door for door in every if door.id in told["not_done"]])
                return page(request, "invited.html", asker, {"here": "guests", "first": given["first"]} | told | again)
            for result in told["results"]:
                form.add_error(_beside(asker, result), result.reason)
    return page(request, "invite.html", asker, {"here": "guests", "form": form, "offered": every})


def _again(form: InviteForm, doors: list[places.DoorView]) -> dict[str, object]:
    """All that was typed, for one more try at the doors where it was not done; nobody types anything twice (screens 1.3)."""
    typed = [(name, form[name].value() or "") for name in ("first", "last", "email", "starts", "ends")]
    return {"again": [door.name for door in doors], "typed": typed + [("doors", str(door.id)) for door in doors]}


def _beside(asker: Asker, result: access.DoorResult) -> str:
    """The field whose change would mend it."""
    if result.type != OUTSIDE:
        return "doors"
    return "ends" if _own_ends(asker, result.door_id) else "starts"


def _wall(asker: Asker, typed: datetime | None) -> datetime | None:
    """What was typed is the building's wall clock, whatever zone the browser is in."""
    return typed.replace(tzinfo=asker.zone) if typed is not None else None


class Told(TypedDict):
    """What became of an invitation: in a sentence, and door by door."""

    sentence: str
    failed: list[str]
    done: bool
    not_done: set[UUID]
    results: list[access.DoorResult]


def _invite(asker: Asker, given: dict[str, str], doors: list[UUID], starts: datetime | None, ends: datetime | None) -> Told:
    """Every door is tried, then all of it is said (screens 1.3, partial)."""
    limits.spend("invite", str(asker.id), most=INVITED_MOST[0], span=INVITED_MOST[1], now=asker.now)
    answer = verbs.invite_guest(
        host_id=asker.id, door_ids=doors, first=given["first"], last=given["last"], email=given["email"], starts=starts or asker.now, ends=ends,
        by=asker.actor, now=asker.now,
    )  # fmt: skip
    results = [_dated(asker, result) for result in answer.results]
    done = [result for result in results if result.ok]
    failed = [result.reason for result in results if not result.ok]
    return {
        "sentence": _partly(len(done), len(results), failed),
        "failed": failed,
        "done": bool(done),
        "not_done": {result.door_id for result in results if not result.ok},
        "results": results,
    }


def _dated(asker: Asker, result: access.DoorResult) -> access.DoorResult:
    """Whose own access has an end reads which, and not only that there is one."""
    shared = _own_ends(asker, result.door_id)
    if result.type != OUTSIDE or not shared:
        return result
    door = places.door_view(result.door_id)
    said = {"door": door.name, "at": say(max(shared), places.property_view(door.property_id).zone, asker.now)}
    return replace(result, reason=_("Your own access to %(door)s ends %(at)s. Choose an end before that.") % said)


def _own_ends(asker: Asker, door_id: UUID) -> list[datetime]:
    return [w.ends for w in access.windows(asker.id, door_id, asker.now) if w.may_share and w.ends is not None]


def _partly(done: int, total: int, failed: list[str]) -> str:
    if not failed:
        return _("Invited. A mail is on its way.")
    said = _("Done at %(done)d of %(total)d doors.") % {"done": done, "total": total}
    return f"{said} {_('Not done: %(reasons)s') % {'reasons': ' '.join(failed)}}"


@at_home
@require_POST
def end(request: HttpRequest, asker: Asker, grant_id: UUID) -> HttpResponse:
    """Ends one guest; what still opens is said on the list (ACCESS-8)."""
    verbs.revoke_guest(grant_id=grant_id, host_id=asker.id, by=asker.actor, now=asker.now)
    name = access.guest_names(asker.id).get(grant_id, "")
    request.session["guests-said"] = _("Access ended for %(name)s.") % {"name": name} if name else _("Access ended.")
    return HttpResponseRedirect("/home/guests")


@at_home
@require_POST
def end_all(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Ends every guest: all are tried before a failure is told (ACCESS-8)."""
    results = verbs.revoke_all_guests(host_id=asker.id, by=asker.actor, now=asker.now)
    failed = [result.reason for result in results if not result.ok]
    request.session["guests-said"] = (
        _("Ended for all %(n)d guests.") % {"n": len(results)}
        if not failed
        else _("Ended for %(done)d of %(n)d guests.") % {"done": len(results) - len(failed), "n": len(results)}
    )
    return HttpResponseRedirect("/home/guests")


@by_app("GET", "POST")
def api(asked: Asked) -> Json:
    """Lists guests, or invites one: `{first, last, email, doors, starts?, ends?}` with instants in ISO 8601."""
    asker = asked.asker
    if asked.request.method == "GET":
        names = access.guest_names(asker.id)
        return {"guests": [_said(grant, names.get(grant.id, "")) for grant in access.guests_of(asker.id, asked.now)]}
    given = {name: asked.text(name, 254) for name in ("first", "last", "email")}
    told = _invite(asker, given, asked.uuids("doors"), _instant(asked, "starts"), _instant(asked, "ends"))
    results = [{"door": str(r.door_id), "ok": r.ok, "type": r.type, "reason": r.reason} for r in told["results"]]
    return {"sentence": told["sentence"], "results": results, "status_code": 201 if told["done"] else 200}


@by_app("POST")
def api_end(asked: Asked, grant_id: UUID) -> Json:
    """Ends one guest, and says per door what still opens."""
    asker = asked.asker
    grant = access.grant_view(grant_id)
    if grant is None or grant.host_id != asker.id:
        raise NotYours
    verbs.revoke_guest(grant_id=grant_id, host_id=asker.id, by=asker.actor, now=asked.now)
    news.tell()  # the doors' lists change by it, and what still opens stands in them
    name = access.guest_names(asker.id).get(grant_id, "")
    return {"ended": str(grant_id), "still_opens": [told["sentence"] for told in _still(asker, grant, name)]}


def _said(grant: access.GrantView, name: str) -> Json:
    return {
        "id": str(grant.id),
        "name": name,
        "doors": [str(door) for door in grant.door_ids],
        "starts": grant.starts.isoformat(),
        "ends": grant.ends.isoformat() if grant.ends else None,
    }


def _instant(asked: Asked, name: str) -> datetime | None:
    text = asked.text(name, 40)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(name) from None
    at = at if at.tzinfo else at.replace(tzinfo=asked.asker.zone)
    try:
        return at.astimezone(UTC)  # no database holds every distance from it
    except OverflowError:
        return at  # refused for its year
