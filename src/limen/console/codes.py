"""Codes and cards of people, without digits on the screen; and "would a door open for them?"."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from limen.access import queries as access
from limen.console.asker import Asker, managed, page
from limen.console.people import person_of
from limen.credentials import queries as credentials
from limen.credentials import services as verbs
from limen.fleet import queries as fleet
from limen.kernel.problems import Problem
from limen.places import queries as places


class CardForm(forms.Form):
    """A keycard by the number its reader shows (CARD-1)."""

    uid = forms.CharField(
        label=_("Number of the card"), max_length=20, help_text=_("As the reader at the office shows it: 14 letters and digits.")
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("aes", _("Card that cannot be copied (NTAG 424 DNA, DESFire)")), ("uid", _("Plain card, easy to copy"))],
        widget=forms.RadioSelect,
        initial="aes",
    )


@managed
@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Doors with a code, cards with their state; a card is turned on or off here (CARD-2)."""
    who = person_of(asker, person_id)
    form = CardForm(request.POST if request.POST.get("do") == "card" else None)
    if request.method == "POST":
        asker.must(asker.rights.access in {"full", "limited"})
        try:
            if request.POST.get("do") == "off":
                _turn_off(asker, who.id, request.POST.get("card", ""))
            elif form.is_valid():
                uid = bytes.fromhex("".join(c for c in form.cleaned_data["uid"] if c.isalnum()))
                kind = form.cleaned_data["kind"]
                verbs.activate_card(person_id=who.id, property_id=asker.place.id, uid=uid, kind=kind, by=asker.actor, now=asker.now)
            if not form.errors:
                return HttpResponseRedirect(request.path)
        except ValueError:
            form.add_error("uid", _("Type the number as letters A to F and digits."))
        except Problem as problem:
            form.add_error(None, problem.title)
    return page(request, "codes.html", asker, {"here": "people", "person": who, "form": form} | _held(asker, who.id))


def _held(asker: Asker, person_id: UUID) -> dict[str, object]:
    doors = sorted(access.doors_of(person_id, asker.now).items(), key=lambda item: places.door_view(item[0]).name)
    rows = []
    waiting = []
    for door_id, windows in doors:
        door, state = places.door_view(door_id), fleet.door_state(door_id, asker.now)
        rows.append((door, credentials.code_of(person_id, door_id) if any(w.code for w in windows) else None, state))
        if state.stale:
            waiting.append(door.name)
    return {"rows": rows, "waiting": waiting, "cards": credentials.cards_of(person_id, asker.place.id)}


def _turn_off(asker: Asker, person_id: UUID, card: str) -> None:
    for held in credentials.cards_of(person_id, asker.place.id):
        if str(held.id) == card:
            verbs.deactivate_card(card_id=held.id, by=asker.actor, now=asker.now)


@managed
@require_GET
def check(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Answers from the rights, never from a unit door's events (ACCESS-12)."""
    who = person_of(asker, person_id)
    doors = sorted((places.door_view(door_id) for door_id in access.doors_of(who.id, asker.now)), key=lambda door: door.name)
    answers = []
    for door in doors:
        ways = [(way, access.would_open(who.id, door.id, way, asker.now)) for way in ("app", "code", "card")]
        answers.append((door, ways, fleet.door_state(door.id, asker.now)))
    return page(request, "check.html", asker, {"here": "people", "person": who, "answers": answers})
