"""My choices: what visitors see, when it rings, which phones are mine, where I am signed in (LINK-3, PEOPLE-5, PEOPLE-7)."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from limen.access import queries as access
from limen.fleet import queries as fleet
from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.intercom import queries as intercom
from limen.intercom import services as verbs
from limen.kernel.problems import NotYours, Problem
from limen.places import queries as places
from limen.resident import keypad
from limen.resident.asker import Asker, at_home, page
from limen.resident.speech import Asked, Json, by_app
from limen.storage import outbox
from limen.web import limits
from limen.web.when import say

RUNG_MOST: Final = (10, timedelta(minutes=10))


@at_home
@require_GET
def me(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What one may choose, each with what is true now."""
    listing = _listing(asker)
    context: dict[str, object] = {
        "here": "me",
        "listing": listing,
        "visitors": _visitors(asker, listing),
        "phones": len(identity.phones(asker.id)),
        "keypad": keypad.words(asker) if asker.own_doors() else "",
    }
    return page(request, "me.html", asker, context)


def _listing(asker: Asker) -> intercom.ListingView | None:
    """Only who lives in the building is listed there."""
    return intercom.listing(asker.id, asker.place.id) if asker.place and asker.homes() else None


def _visitors(asker: Asker, listing: intercom.ListingView | None) -> str:
    """What visitors see of this person, truly: shown, and reachable by a phone that is theirs."""
    if listing is None:
        return _("Visitors cannot find you: you do not live in this building.")
    if not listing.shown:
        return _("Visitors do not see you.")
    if not identity.has_app(asker.id):
        return _("Visitors cannot find you yet: calls reach none of your phones.")
    return _("Visitors see: %(name)s") % {"name": listing.display_name}


class IntercomForm(forms.Form):
    """Whether and how visitors find somebody, and when it does not ring (LINK-3, LINK-9)."""

    shown = forms.BooleanField(label=gettext_lazy("Show me in the intercom"), required=False)
    display_name = forms.CharField(
        label=gettext_lazy("Name that visitors see"), max_length=40, help_text=gettext_lazy("For example an initial and the last name.")
    )
    quiet_from = forms.TimeField(label=gettext_lazy("Quiet hours from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_to = forms.TimeField(
        label=gettext_lazy("Quiet hours until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=gettext_lazy("Calls do not ring then. Both empty: it may always ring."),
    )

    def clean(self) -> dict[str, object]:
        """Quiet hours have two ends or none."""
        given = super().clean() or {}
        if (given.get("quiet_from") is None) != (given.get("quiet_to") is None) and not self.errors:
            self.add_error("quiet_to", _("Quiet hours need a beginning and an end."))
        return given

    def quiet(self) -> tuple[int, int] | None:
        """Minutes of the building's wall clock."""
        start, end = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_to"]
        return (start.hour * 60 + start.minute, end.hour * 60 + end.minute) if start is not None and end is not None else None


@at_home
@require_http_methods(["GET", "POST"])
def listed(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What visitors see, and a ring to try it."""
    chosen = _listing(asker)
    if chosen is None or asker.place is None:
        return page(request, "intercom.html", asker, {"here": "me", "listing": None, "visitors": _visitors(asker, None)})
    form = IntercomForm(request.POST if request.method == "POST" else None, initial=_initial(chosen))
    saved = False
    if request.method == "POST" and form.is_valid():
        chosen = _choose(asker, asker.place.id, form)
        saved = True
    context: dict[str, object] = {"here": "me", "listing": chosen, "form": form, "visitors": _visitors(asker, chosen), "saved": saved}
    return page(request, "intercom.html", asker, context)


def _choose(asker: Asker, property_id: UUID, form: IntercomForm) -> intercom.ListingView:
    given = form.cleaned_data
    return verbs.choose(
        person_id=asker.id,
        property_id=property_id,
        shown=given["shown"],
        display_name=given["display_name"],
        quiet=form.quiet(),
        now=asker.now,
    )


def _initial(chosen: intercom.ListingView) -> dict[str, object]:
    return {
        "shown": chosen.shown,
        "display_name": chosen.display_name,
        "quiet_from": _wall(chosen.quiet_from),
        "quiet_to": _wall(chosen.quiet_to),
    }


def _wall(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"


@by_app("GET", "POST")
def api_listed(asked: Asked) -> Json:
    """What visitors see; with POST `{shown, display_name, quiet_from, quiet_to}` it is changed."""
    asker = asked.asker
    chosen = _listing(asker)
    if chosen is None or asker.place is None:
        raise NotYours
    if asked.request.method == "POST":
        form = IntercomForm(
            {name: asked.text(name) for name in ("display_name", "quiet_from", "quiet_to")} | {"shown": asked.flag("shown")}
        )
        if not form.is_valid():
            raise Problem("not_understood", " ".join(str(error) for errors in form.errors.values() for error in errors))
        chosen = _choose(asker, asker.place.id, form)
    return {
        "shown": chosen.shown,
        "display_name": chosen.display_name,
        "quiet_from": _wall(chosen.quiet_from),
        "quiet_to": _wall(chosen.quiet_to),
        "visitors": _visitors(asker, chosen),
    }


@by_app("POST")
def api_ring(asked: Asked) -> Json:
    """Rings every open page of this person, without any visitor."""
    asked.spend("ring-test", *RUNG_MOST)
    outbox.put("ring.test", {"person": str(asked.asker.id), "door": asked.asker.place.name if asked.asker.place else ""}, asked.now)
    return {"sentence": _("Ringing now.")}


@at_home
@require_GET
def phones(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Phones and sessions, each with its way to end it."""
    rows = [
        (phone, say(phone.registered_at, asker.zone, asker.now), say(phone.left_at, asker.zone, asker.now) if phone.left_at else "")
        for phone in identity.removable_phones(asker.id, asker.now)
    ]
    sessions = identity.sessions(request.user, asker.session)
    return page(request, "phones.html", asker, {"here": "me", "rows": rows, "sessions": sessions, "said": _removed(request, asker)})


def _removed(request: HttpRequest, asker: Asker) -> str:
    """What is so after a removal: told once, by the page after it, because only then do the doors' lists say what still opens."""
    at = request.session.pop("phone-removed-at", "")
    return f"{_('Removed. It gets nothing new.')} {_still_opens(asker, datetime.fromisoformat(at))}".strip() if at else ""


@at_home
@require_POST
def remove_phone(request: HttpRequest, asker: Asker, phone_id: UUID) -> HttpResponse:
    """Removes a phone from any browser, also that one's own; the list then says what it may still open (PEOPLE-7)."""
    limits.spend("remove-phone", str(asker.id), most=10, span=timedelta(minutes=10), now=asker.now)
    known = identity.phone(phone_id)
    if known is None or known.person_id != asker.id:
        raise NotYours
    accounts.remove_phone(phone_id=phone_id, by=asker.actor, now=asker.now, keep_session=asker.session)
    request.session["phone-removed-at"] = asker.now.isoformat()
    return HttpResponseRedirect("/home/me/phones")


def _still_opens(asker: Asker, removed_at: datetime) -> str:
    """How many doors a phone that was removed then may still open, until when at most, and where nothing but an update ends it (ACCESS-13)."""
    taken = {d for r in access.revocations(person_id=asker.id, since=removed_at) if r.kind == "phone_removed" for d in r.door_ids}
    bounds = [bound for door_id in taken if "app" in (bound := fleet.staleness(asker.id, door_id, asker.now)).by]
    ends = [bound.app_until for bound in bounds if bound.app_until is not None]
    endless = sorted(door.name for door in places.doors_by_id({bound.door_id for bound in bounds if bound.app_until is None}).values())
    facts = {"n": len(bounds), "until": say(max(ends), asker.zone, asker.now) if ends else "", "doors": ", ".join(endless)}
    if not bounds:
        return ""
    if not endless:
        return ngettext(
            "It may still open %(n)d door until it is updated, at most until %(until)s.",
            "It may still open %(n)d doors until they are updated, at most until %(until)s.",
            len(bounds),
        ) % facts  # fmt: skip
    said = ngettext(
        "It may still open %(n)d door until it is updated.", "It may still open %(n)d doors until they are updated.", len(bounds)
    )
    nothing = _("Nothing else ends it at %(doors)s.")
    return (f"{said} {nothing} {_('Elsewhere at most until %(until)s.')}" if ends else f"{said} {nothing}") % facts


@at_home
@require_POST
def end_session(request: HttpRequest, asker: Asker, session_id: int) -> HttpResponse:
    """Ends one session of the asker's own (PEOPLE-5)."""
    accounts.end_session(user=request.user, session_id=session_id, now=asker.now)
    return HttpResponseRedirect("/home/me/phones")
