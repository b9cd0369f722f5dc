"""End, pause, move out, remove a phone: the effect is said before anything is done, the truth after (J4, J10, J11)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from limen.access import queries as access
from limen.access import services as verbs
from limen.console.asker import Asker, managed, page
from limen.console.effects import floor_offer, given_out, lives_on, losing
from limen.console.moments import given_to, may_see, story
from limen.console.naming import has_phones_here_alone, person_of
from limen.credentials import services as credentials
from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.kernel.problems import NotYours
from limen.people import queries as people

REASON_MOST = 200


@managed
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, asker: Asker, grant_id: UUID) -> HttpResponse:
    """Ends one grant; codes that go on living are named before it is done (ACCESS-9)."""
    grant, who = _held(asker, grant_id)
    context: dict[str, object] = {"here": "people", "person": who, "grant": grant}
    effect = verbs.preview_revoke(grant_id=grant.id, now=asker.now)
    lost = _lost(effect, who)
    if request.method == "POST":
        reason = " ".join(request.POST.get("reason", "").split())[:REASON_MOST]
        _raise_floors(request, asker, who, lost)
        revocation = verbs.revoke(grant_id=grant.id, by=asker.actor, now=asker.now, reason=reason)
        return HttpResponseRedirect(f"/c/people/{who.id}/ended/{revocation.id}")
    return page(request, "end.html", asker, context | {"told": losing(asker, who, effect)} | _codes(asker, who, lost))


def _held(asker: Asker, grant_id: UUID) -> tuple[access.GrantView, people.PersonView]:
    """A grant of a group that the asker manages, and who holds it."""
    grant = access.grant_view(grant_id)
    if grant is None or grant.property_id != asker.place.id or grant.group_id is None or grant.host_id is not None:
        raise NotYours
    who = person_of(asker, grant.person_id)
    asker.must(asker.rights.manages(grant.group_id))
    return grant, who


def _lost(effect: access.Effect, who: people.PersonView) -> set[UUID]:
    return {change.door_id for change in effect.loses if change.person_id == who.id}


def _codes(asker: Asker, who: people.PersonView, lost: set[UUID]) -> dict[str, object]:
    live = given_out(asker, who, lost)
    return {"lives_on": lives_on(asker, who, live), "offer": floor_offer(asker, who, live)}


def _raise_floors(request: HttpRequest, asker: Asker, who: people.PersonView, lost: set[UUID]) -> None:
    """Ends the codes that would go on living, where the offer was taken."""
    offer = floor_offer(asker, who, given_out(asker, who, lost)) if "end_codes" in request.POST else None
    for door_id in offer.doors if offer else ():
        credentials.raise_floor(door_id=door_id, by=asker.actor, now=asker.now)


@managed
@require_POST
def sharing(request: HttpRequest, asker: Asker, grant_id: UUID) -> HttpResponse:
    """Takes the right to share from one grant, or gives it back: an honest undo, so nothing is asked twice (ACCESS-7)."""
    grant, who = _held(asker, grant_id)
    verbs.set_sharing(grant_id=grant.id, may_share=request.POST.get("share") == "yes", by=asker.actor, now=asker.now)
    return HttpResponseRedirect(f"/c/people/{who.id}?sharing={grant.id}")


@managed
@require_http_methods(["GET"])
def ended(request: HttpRequest, asker: Asker, person_id: UUID, revocation_id: UUID) -> HttpResponse:
    """What was taken, in its three moments; the page can be loaded again and tells the newest."""
    who = person_of(asker, person_id)
    revocation = access.revocation_view(revocation_id)
    if revocation is None or revocation.person_id != who.id or revocation.property_id != asker.place.id:
        raise NotYours
    given = given_to(asker, who.id)
    if not may_see(asker, revocation, given):
        raise NotYours
    return page(request, "ended.html", asker, {"here": "people", "person": who, "story": story(asker, revocation, given)})


@managed
@require_http_methods(["GET", "POST"])
def pause(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Pauses everything of a person; resumed, it comes back exactly as it was (PEOPLE-7)."""
    who = person_of(asker, person_id)
    asker.must(asker.changes_people)
    if request.method == "POST":
        verbs.suspend(person_id=who.id, property_id=asker.place.id, by=asker.actor, now=asker.now)
        return HttpResponseRedirect(f"/c/people/{who.id}")
    effect = verbs.preview_suspend(person_id=who.id, property_id=asker.place.id, now=asker.now)
    context: dict[str, object] = {"here": "people", "person": who, "told": losing(asker, who, effect)}
    return page(request, "pause.html", asker, context | {"lives_on": lives_on(asker, who, given_out(asker, who, _lost(effect, who)))})


@managed
@require_POST
def resume(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Ends the pause."""
    who = person_of(asker, person_id)
    asker.must(asker.changes_people)
    verbs.resume(person_id=who.id, property_id=asker.place.id, by=asker.actor, now=asker.now)
    return HttpResponseRedirect(f"/c/people/{who.id}?resumed=1")


@managed
@require_http_methods(["GET", "POST"])
def move_out(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Ends all grants of a person here, after the unit's name was typed (ACCESS-10)."""
    who = person_of(asker, person_id)
    asker.must(asker.changes_people)
    unit = people.unit_of(who.id, asker.place.id, asker.now)
    word = unit.name if unit else who.last or who.first
    effect = verbs.preview_move_out(person_id=who.id, property_id=asker.place.id, now=asker.now)
    doors = _lost(effect, who)
    if request.method == "POST" and request.POST.get("word", "").strip() == word:
        _raise_floors(request, asker, who, doors)
        taken = verbs.move_out(person_id=who.id, property_id=asker.place.id, by=asker.actor, now=asker.now)
        return HttpResponseRedirect(f"/c/people/{who.id}?moved=1" if taken else "/c/people")
    told = losing(asker, who, effect)
    context: dict[str, object] = {
        "here": "people",
        "person": who,
        "sentence": _moving_words(word, len(doors), len(effect.guests), told.waits),
        "told": told,
        "end_codes": "end_codes" in request.POST,
    } | _codes(asker, who, doors)
    if request.method == "POST":
        context["error"] = _("Type %(word)s exactly, or go back.") % {"word": word}
    return page(request, "move_out.html", asker, context, status=422 if "error" in context else 200)


def _moving_words(word: str, doors: int, guests: int, updates: int) -> str:
    """ "Type 4B. 6 doors end, 2 guests lose theirs, 3 doors need an update today."."""
    parts = [
        ngettext("%(n)d door ends", "%(n)d doors end", doors) % {"n": doors},
        ngettext("%(n)d guest loses theirs", "%(n)d guests lose theirs", guests) % {"n": guests} if guests else "",
        ngettext("%(n)d door needs an update today", "%(n)d doors need an update today", updates) % {"n": updates} if updates else "",
    ]
    return _("Type %(word)s. %(effects)s.") % {"word": word, "effects": ", ".join(part for part in parts if part)}


@managed
@require_POST
def remove_phone(request: HttpRequest, asker: Asker, person_id: UUID, phone_id: UUID) -> HttpResponse:
    """Removes a lost or stolen phone of a person (PEOPLE-7); codes and cards stay."""
    who = person_of(asker, person_id)
    asker.must(asker.changes_people)
    if not has_phones_here_alone(asker, who.id) or phone_id not in {phone.id for phone in identity.removable_phones(who.id, asker.now)}:
        raise NotYours
    mine = request.session.session_key or ""
    accounts.remove_phone(phone_id=phone_id, by=asker.actor, now=asker.now, keep_session=mine)
    return HttpResponseRedirect(f"/c/people/{who.id}")
