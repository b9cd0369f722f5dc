"""Codes and cards of a person, without digits on the screen: on paper or by mail to themselves (CODE-8, CARD-1, CARD-2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from limen.access import queries as access
from limen.console import letter
from limen.console.asker import Asker, managed, page
from limen.console.fields import choice
from limen.console.naming import person_of
from limen.console.sentences import both
from limen.credentials import queries as credentials
from limen.credentials import services as verbs
from limen.fleet import queries as fleet
from limen.kernel.problems import NotYours, Problem
from limen.people import queries as people
from limen.places import queries as places
from limen.web import limits, truth

UID_MOST_BYTES = 10
IN_WRITING_MOST: Final = (40, timedelta(hours=1))
"""By one of the staff: a morning of moving in, and no harvest of a building."""
SENT: Final = "codes-sent-to"


@dataclass(frozen=True, slots=True)
class Row:
    """One door of the page."""

    door: places.DoorView
    line: truth.Line
    has_code: bool
    waits: bool


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
    """Doors with a code, to be printed or mailed; cards with their state, to be turned on or off (CARD-2)."""
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
            form.add_error("kind" if "kind" in problem.type or "weak" in problem.type else "uid", problem.in_words(_g)[0])
    doors = _doors(asker, who.id)
    rows = _rows(asker, who.id, doors)
    if request.POST.get("do") == "letter":
        return _letter(asker, who, rows)
    if request.POST.get("do") == "mail":
        _mail(asker, who, rows)
        request.session[SENT] = str(who.id)
        return HttpResponseRedirect(request.path)
    context: dict[str, object] = {"here": "people", "person": who, "form": form, "rows": rows}
    context["sent"] = request.session.pop(SENT, "") == str(who.id)
    context["in_writing"] = asker.changes_people and any(row.has_code for row in rows)
    return page(request, "codes.html", asker, context | _cards(asker, who.id, doors))


@dataclass(frozen=True, slots=True)
class Held:
    """A door that somebody holds here, by whatever way, and what its lock is known to hold."""

    door: places.DoorView
    windows: tuple[access.AccessWindow, ...]
    state: fleet.DoorState


def _doors(asker: Asker, person_id: UUID) -> list[Held]:
    """Those of this building at which the asker may know it, by name."""
    held = access.doors_of(person_id, asker.now)
    doors = [door for door in places.doors_by_id(held).values() if door.property_id == asker.place.id and asker.knows_who_at(door.id)]
    states = {state.door_id: state for state in fleet.door_states(tuple(door.id for door in doors), asker.now)}
    return [Held(door, held[door.id], states[door.id]) for door in sorted(doors, key=lambda door: door.name)]


# ---- codes


def _letter(asker: Asker, who: people.PersonView, rows: Iterable[Row]) -> HttpResponse:
    """The letter as a file: what a browser shows in a page would be digits on a screen."""
    waiting = _spend(asker, rows)
    written = verbs.write_letter(
        person_id=who.id, property_id=asker.place.id, doors=[row.door.id for row in rows if row.has_code], by=asker.actor, now=asker.now
    )
    names = {row.door.id: row.door.name for row in rows}
    codes = [letter.Code(names[one.door_id], one.digits, one.door_id in waiting) for one in written]
    body = letter.pdf(asker.place, who, codes, asker.now)
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": 'attachment; filename="letter.pdf"'})


def _mail(asker: Asker, who: people.PersonView, rows: Iterable[Row]) -> None:
    """To the address that the person signs in with, and to no other."""
    if not who.email:
        raise Problem("no_email", _g("There is no e-mail address."))
    waiting = _spend(asker, rows)
    doors = [row.door.id for row in rows if row.has_code]
    verbs.mail_codes(person_id=who.id, property_id=asker.place.id, doors=doors, waiting=waiting, by=asker.actor, now=asker.now)


def _spend(asker: Asker, rows: Iterable[Row]) -> frozenset[UUID]:
    """Counts one more; gives the doors at which a code works after an update only."""
    limits.spend("codes-in-writing", str(asker.person_id), most=IN_WRITING_MOST[0], span=IN_WRITING_MOST[1], now=asker.now)
    return frozenset(row.door.id for row in rows if row.waits)


def _rows(asker: Asker, person_id: UUID, doors: Iterable[Held]) -> list[Row]:
    dues = {task.door_id: truth.due(task.due, asker.place.zone, asker.now) for task in fleet.tasks(asker.place.id, asker.now)}
    rows = []
    for held in doors:
        door, with_code = held.door, any(window.code for window in held.windows)
        code = credentials.code_of(person_id, door.id) if with_code and door.codes_allowed else None
        if held.state.device is None or code is None:
            rows.append(Row(door, _no_code(door, with_code=with_code), has_code=False, waits=False))
            continue
        waits = _code_waits(held.state, person_id)
        line = _waiting(door, dues.get(door.id)) if waits else _at_lock(held.state, code)
        rows.append(Row(door, line, has_code=True, waits=waits))
    return rows


def _no_code(door: places.DoorView, *, with_code: bool) -> truth.Line:
    if not door.codes_allowed:
        return truth.Line("none", _g("%(door)s gives no codes.") % {"door": door.name})
    if not with_code:
        return truth.Line("none", _g("No code here: the group gives none at this door."))
    return truth.Line("none", _g("The code works when a device is activated."))


def _waiting(door: places.DoorView, due: str | None) -> truth.Line:
    if due is None:
        return truth.Line("waiting", _g("The code works at %(door)s after that door is updated.") % {"door": door.name})
    return truth.Line("waiting", _g("The code works at %(door)s after that door is updated, %(due)s.") % {"door": door.name, "due": due})


def _at_lock(state: fleet.DoorState, code: credentials.CodeRef) -> truth.Line:
    if state.confirmed_at is None:
        return truth.Line("unknown", _g("No word from this lock yet."))
    return truth.Line("proved", _g("%(digits)d digits, in force.") % {"digits": code.digits})


def _code_waits(state: fleet.DoorState, person_id: UUID) -> bool:
    started = {fleet.Why.CODE_STARTED, fleet.Why.CODE_RESET, fleet.Why.ACCESS_STARTED, fleet.Why.ACCESS_RESUMED}
    return any(change.person_id == person_id and change.why in started for change in state.changes)


# ---- cards


def _cards(asker: Asker, person_id: UUID, doors: Iterable[Held]) -> dict[str, object]:
    given = [held for held in doors if any(window.card for window in held.windows)]
    by_card = [held for held in given if held.state.device is None or held.state.device.cards]
    waiting = [held.door.name for held in by_card if _card_waits(held.state, person_id)]
    deaf = [held.door.name for held in given if held not in by_card]
    return {
        "cards": credentials.cards_of(person_id, asker.place.id),
        "cards_off": [card for card in credentials.cards_of(person_id, asker.place.id, off_too=True) if card.off_at],
        "card_words": _card_words(len(by_card), waiting),
        "no_cards": both(deaf) if deaf else "",
        "no_cards_at": len(deaf),
    }


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
