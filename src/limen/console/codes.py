"""Codes and cards of a person, without digits on the screen (CODE-9, CARD-1, CARD-2)."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from limen.access import queries as access
from limen.console.asker import Asker, managed, page
from limen.console.fields import choice
from limen.console.naming import person_of
from limen.console.sentences import both
from limen.credentials import queries as credentials
from limen.credentials import services as verbs
from limen.fleet import queries as fleet
from limen.kernel.problems import NotYours, Problem
from limen.places import queries as places
from limen.web import truth

UID_MOST_BYTES = 10


class CardForm(forms.Form):
    """A keycard by the number its reader shows (CARD-1)."""

    uid = forms.CharField(
        label=_("Number of the card"), max_length=40, help_text=_("As the reader at the office shows it: 14 letters and digits.")
    )
    kind = choice(
        _("Kind"),
        [
            ("aes", _("Card that cannot be copied"), "NTAG 424 DNA, DESFire"),
            ("sun", _("Counting card"), _("Writes another text at every tap. Only where this property allows it.")),
            ("uid", _("Plain card"), _("Easy to copy. Only where this property allows it.")),
        ],
    )

    def clean_uid(self) -> bytes:
        """The number as bytes, however it was spaced."""
        try:
            uid = bytes.fromhex("".join(c for c in self.cleaned_data["uid"] if c not in " :-"))
        except ValueError:
            raise forms.ValidationError(_("Type the number as letters A to F and digits.")) from None
        if not 0 < len(uid) <= UID_MOST_BYTES:
            raise forms.ValidationError(_("This is not the number of a card."))
        return uid


@managed
@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Doors with a code, cards with their state; a card is turned on or off here (CARD-2)."""
    who = person_of(asker, person_id)
    wants_card = request.method == "POST" and request.POST.get("do") == "card"
    form = CardForm(request.POST if wants_card else None)
    if request.method == "POST":
        asker.must(asker.changes_people)
    if request.POST.get("do") == "off":
        _turn_off(asker, who.id, request.POST.get("card", ""))
        return HttpResponseRedirect(request.path)
    if wants_card and form.is_valid():
        given = form.cleaned_data
        try:
            verbs.activate_card(
                person_id=who.id, property_id=asker.place.id, uid=given["uid"], kind=given["kind"], by=asker.actor, now=asker.now
            )
            return HttpResponseRedirect(request.path)
        except Problem as problem:
            form.add_error("kind" if "kind" in problem.type or "weak" in problem.type else "uid", _g(problem.title))
    return page(request, "codes.html", asker, {"here": "people", "person": who, "form": form} | _held(asker, who.id))


def _held(asker: Asker, person_id: UUID) -> dict[str, object]:
    held = access.doors_of(person_id, asker.now)
    doors = [door for door in places.doors_by_id(held).values() if door.property_id == asker.place.id and asker.knows_who_at(door.id)]
    states = {state.door_id: state for state in fleet.door_states(tuple(door.id for door in doors), asker.now)}
    rows, off, waiting = [], 0, []
    for door in sorted(doors, key=lambda door: door.name):
        with_code = any(window.code for window in held[door.id])
        rows.append((door, _code_line(person_id, door, states[door.id], with_code)))
        if any(window.card for window in held[door.id]):
            off += 1
            if _card_waits(states[door.id], person_id):
                waiting.append(door.name)
    return {
        "rows": rows,
        "cards": credentials.cards_of(person_id, asker.place.id),
        "cards_off": [card for card in credentials.cards_of(person_id, asker.place.id, off_too=True) if card.off_at],
        "card_words": _card_words(off, waiting),
    }


def _code_line(person_id: UUID, door: places.DoorView, state: fleet.DoorState, with_code: bool) -> truth.Line:
    code = credentials.code_of(person_id, door.id) if with_code else None
    if not door.codes_allowed:
        return truth.Line("none", _g("%(door)s gives no codes.") % {"door": door.name})
    if not with_code:
        return truth.Line("none", _g("No code here: the group gives none at this door."))
    if state.device is None or code is None:
        return truth.Line("none", _g("The code works when a device is activated."))
    if _code_waits(state, person_id):
        return truth.Line("waiting", _g("The code works at %(door)s after that door is updated.") % {"door": door.name})
    if state.confirmed_at is None:
        return truth.Line("unknown", _g("No word from this lock yet."))
    return truth.Line("proved", _g("%(digits)d digits, in force.") % {"digits": code.digits})


def _code_waits(state: fleet.DoorState, person_id: UUID) -> bool:
    started = {fleet.Why.CODE_STARTED, fleet.Why.CODE_RESET, fleet.Why.ACCESS_STARTED, fleet.Why.ACCESS_RESUMED}
    return any(change.person_id == person_id and change.why in started for change in state.changes)


def _card_waits(state: fleet.DoorState, person_id: UUID) -> bool:
    started = {fleet.Why.CARD_STARTED, fleet.Why.ACCESS_STARTED, fleet.Why.ACCESS_RESUMED}
    return state.device is None or any(change.person_id == person_id and change.why in started for change in state.changes)


def _card_words(doors: int, waiting: list[str]) -> str:
    """ "Works at 3 of 4 doors. Gym waits for an update."."""
    if not doors:
        return _g("On. It opens what this person may open: no door now.")
    counts = {"n": doors - len(waiting), "m": doors}
    works = ngettext("Works at %(n)d of %(m)d door.", "Works at %(n)d of %(m)d doors.", doors) % counts
    if not waiting:
        return works
    waits = ngettext("%(doors)s waits for an update.", "%(doors)s wait for an update.", len(waiting)) % {"doors": both(waiting)}
    return f"{works} {waits}"


def _turn_off(asker: Asker, person_id: UUID, card: str) -> None:
    held = next((held for held in credentials.cards_of(person_id, asker.place.id) if str(held.id) == card), None)
    if held is None:
        raise NotYours
    verbs.deactivate_card(card_id=held.id, by=asker.actor, now=asker.now)
