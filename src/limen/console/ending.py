"""End, pause, move out, remove a phone: the effect is said before anything is done, the truth after (J4, J10, J11)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from limen.access import queries as access
from limen.access import services as verbs
from limen.console.asker import Asker, managed, page
from limen.console.giving import effect_words
from limen.console.moments import story
from limen.console.people import person_of
from limen.credentials import queries as credentials
from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import news


@managed
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, asker: Asker, grant_id: UUID) -> HttpResponse:
    """Ends one grant; codes that go on living are named before it is done (ACCESS-9)."""
    grant = access.grant_view(grant_id)
    if grant is None or grant.property_id != asker.place.id or grant.group_id is None:
        raise NotYours
    who = person_of(asker, grant.person_id)
    asker.must(asker.rights.manages(grant.group_id))
    context: dict[str, object] = {"here": "people", "person": who, "grant": grant}
    if request.method == "POST":
        revocation = verbs.revoke(grant_id=grant.id, by=asker.actor, now=asker.now, reason=request.POST.get("reason", "")[:200])
        news.tell()  # the lists settle in this transaction; only then are the three moments true
        return page(request, "ended.html", asker, context | {"story": story(asker, revocation)})
    effect = verbs.preview_revoke(grant_id=grant.id, now=asker.now)
    lives_on = _codes_that_live_on(asker, who.id, {change.door_id for change in effect.loses})
    return page(request, "end.html", asker, context | effect_words(asker, [effect]) | {"lives_on": lives_on, "guests": len(effect.guests)})


def _codes_that_live_on(asker: Asker, person_id: UUID, doors: set[UUID]) -> list[tuple[str, credentials.TemporaryView]]:
    live = credentials.live_temporary_of(person_id, asker.now)
    return [(places.door_view(code.door_id).name, code) for code in live if code.door_id in doors]


@managed
@require_http_methods(["GET", "POST"])
def pause(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Pauses everything of a person; resumed, it comes back exactly as it was (PEOPLE-7)."""
    who = person_of(asker, person_id)
    asker.must(asker.rights.access in {"full", "limited"})
    if request.method == "POST":
        verbs.suspend(person_id=who.id, property_id=asker.place.id, by=asker.actor, now=asker.now)
        return HttpResponseRedirect(f"/c/people/{who.id}")
    effect = verbs.preview_suspend(person_id=who.id, property_id=asker.place.id, now=asker.now)
    return page(request, "pause.html", asker, {"here": "people", "person": who} | effect_words(asker, [effect]))


@managed
@require_POST
def resume(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Ends the pause."""
    who = person_of(asker, person_id)
    asker.must(asker.rights.access in {"full", "limited"})
    verbs.resume(person_id=who.id, property_id=asker.place.id, by=asker.actor, now=asker.now)
    return HttpResponseRedirect(f"/c/people/{who.id}")


@managed
@require_http_methods(["GET", "POST"])
def move_out(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Ends all grants of a person here, after the unit's name was typed (ACCESS-10)."""
    who = person_of(asker, person_id)
    asker.must(asker.rights.access in {"full", "limited"})
    unit = people.unit_of(who.id, asker.place.id, asker.now)
    word = unit.name if unit else who.last
    effect = verbs.preview_move_out(person_id=who.id, property_id=asker.place.id, now=asker.now)
    doors = {change.door_id for change in effect.loses if change.person_id == who.id}
    context: dict[str, object] = {
        "here": "people",
        "person": who,
        "word": word,
        "ending": len(doors),
        "guests": len(effect.guests),
        "lives_on": _codes_that_live_on(asker, who.id, doors),
    } | effect_words(asker, [effect])
    if request.method == "POST" and request.POST.get("word", "").strip() == word:
        taken = verbs.move_out(person_id=who.id, property_id=asker.place.id, by=asker.actor, now=asker.now)
        news.tell()
        return page(request, "moved_out.html", asker, context | {"stories": [story(asker, view) for view in taken]})
    if request.method == "POST":
        context["error"] = _("Type %(word)s exactly, or go back.") % {"word": word}
    return page(request, "move_out.html", asker, context, status=422 if "error" in context else 200)


@managed
@require_POST
def remove_phone(request: HttpRequest, asker: Asker, person_id: UUID, phone_id: UUID) -> HttpResponse:
    """Removes a lost or stolen phone of a person (PEOPLE-7); codes and cards stay."""
    who = person_of(asker, person_id)
    asker.must(asker.rights.access in {"full", "limited"})
    if phone_id not in {phone.id for phone in identity.phones(who.id)}:
        raise NotYours
    accounts.remove_phone(phone_id=phone_id, by=asker.actor, now=asker.now)
    return HttpResponseRedirect(f"/c/people/{who.id}")
