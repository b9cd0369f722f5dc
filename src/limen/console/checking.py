""" "Why was this person refused?": answered from the rights, never from a unit door's events (ACCESS-12)."""

from datetime import datetime
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from limen.access import queries as access
from limen.console import hours
from limen.console.asker import Asker, managed, page
from limen.console.fields import choice
from limen.console.giving import YEARS
from limen.console.naming import person_of
from limen.fleet import queries as fleet
from limen.people import queries as people
from limen.places import queries as places
from limen.web import truth, when


class CheckForm(forms.Form):
    """Which door, which way in, when."""

    door = forms.ChoiceField(label=_("Door"))
    way = choice(_("Way in"), [("app", _("App"), ""), ("code", _("Code"), ""), ("card", _("Card"), "")])
    at = forms.DateTimeField(
        label=_("When"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), help_text=_("Empty means now.")
    )

    def __init__(self, data: object, doors: list[places.DoorView]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        field = self.fields["door"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose a door")), *((str(door.id), door.name) for door in doors)]

    def clean_at(self) -> datetime | None:
        """A year that can be reckoned with."""
        at: datetime | None = self.cleaned_data["at"]
        if at and at.year not in YEARS:
            raise forms.ValidationError(_("Choose a date between 2000 and 2100."))
        return at


@managed
@require_GET
def check(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Would a door open for them? And has the lock heard of it?"""
    who = person_of(asker, person_id)
    doors = [door for door in places.doors(asker.place.id) if asker.knows_who_at(door.id)]
    form = CheckForm(request.GET if "door" in request.GET else None, doors)
    context: dict[str, object] = {"here": "people", "person": who, "form": form}
    if form.is_valid():
        door = next(door for door in doors if str(door.id) == form.cleaned_data["door"])
        typed = form.cleaned_data["at"]
        at = typed.replace(tzinfo=asker.place.zone) if typed else asker.now
        context |= {"door": door, "lines": answer(asker, who, door, form.cleaned_data["way"], at)}
    return page(request, "check.html", asker, context)


def answer(asker: Asker, who: people.PersonView, door: places.DoorView, way: str, at: datetime) -> list[truth.Line]:
    """Yes or no with its reason, and whether the lock knows our list."""
    found = access.would_open(who.id, door.id, way, at)
    ways = {"app": _g("with the app"), "code": _g("by code"), "card": _g("by card")}
    moment = _g("now") if at == asker.now else when.say(at, asker.place.zone, asker.now)
    if not found.opens:
        return [truth.Line("refused", _g("%(way)s: no. %(why)s") % {"way": _capital(ways[way]), "why": _why(asker, who, door, found)})]
    state = fleet.door_state(door.id, asker.now)
    if way == "card" and state.device is not None and not state.device.cards:
        return [truth.Line("refused", _g("By card: no. The lock of %(door)s reads no cards.") % {"door": door.name})]
    lines = [truth.Line("ended", _g("Yes, %(way)s, %(when)s.") % {"way": ways[way], "when": moment})]
    if state.device is None:
        lines.append(truth.Line("unknown", _g("No device yet. It works when a device is activated.")))
    elif state.stale and state.waiting_since and any(change.person_id == who.id for change in state.changes):
        words = _g("Our list says yes. The lock has not heard yet: waits since %(at)s.")
        lines.append(truth.Line("waiting", words % {"at": when.say(state.waiting_since, asker.place.zone, asker.now)}))
    return lines


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _why(asker: Asker, who: people.PersonView, door: places.DoorView, found: access.Answer) -> str:
    name = who.first or who.name
    window = found.window
    if found.reason == "no_code_here" and not door.codes_allowed:
        return _g("%(door)s gives no codes.") % {"door": door.name}
    if found.reason == "outside_schedule" and window:
        return _g("The hours are %(hours)s.") % {"hours": hours.words(window.schedule)}
    if found.reason == "not_started" and window:
        return _g("It starts %(at)s.") % {"at": when.say(window.starts, asker.place.zone, asker.now)}
    return {
        "no_code_here": _g("The group gives no code at this door."),
        "not_this_way": _g("This access does not open that way."),
        "paused": _g("All access of %(name)s is paused.") % {"name": name},
        "ended": _g("The access of %(name)s to this door ended.") % {"name": name},
    }.get(found.reason, _g("%(name)s was not given this door.") % {"name": name})
