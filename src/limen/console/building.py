"""The building itself: its name and address, how its office is reached, how long it may wait for an update, how long its codes are (PLACE-1, CODE-2)."""

from collections import Counter

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from limen.console.asker import Asker, managed, page, who_can
from limen.console.fields import NameField
from limen.console.sentences import both
from limen.credentials import queries as credentials
from limen.credentials import services as codes
from limen.intercom import queries as intercom
from limen.kernel.problems import Problem
from limen.places import queries as places
from limen.places import services as buildings

BY_ODDS = "odds"
BESIDE = {"name": "name", "address": "address", "office_phone": "office_phone", "staleness": "staleness_limit_days"}
"""Beside which field a problem stands, by how its type begins."""


class BuildingForm(forms.Form):
    """What people read of the building, and its limit."""

    name = NameField(label=_("Name of the building"), max_length=120, help_text=_("Visitors and residents read it: 88 Harbor Street."))
    address = NameField(label=_("Address"), max_length=200, help_text=_("Street and number. It stands in invitations."))
    city_line = NameField(label=_("City"), max_length=200, required=False)
    office_phone = NameField(
        label=_("Telephone of the office"),
        max_length=40,
        required=False,
        help_text=_("Visitors are told to call it when nobody answers. Empty: no number is shown."),
    )
    staleness_limit_days = forms.IntegerField(
        label=_("Days that a door may be behind"),
        min_value=1,
        max_value=90,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_("A door that waits longer for its update is named on the first page of the console."),
    )


@managed
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Shows the building to everybody who works here, and lets those change it who edit its groups."""
    place = asker.place
    before = {name: getattr(place, name) for name in BuildingForm.base_fields}
    form = BuildingForm(request.POST if request.method == "POST" else None, initial=before)
    if request.method == "POST":
        asker.must(asker.rights.edits_groups, "groups")
        if form.is_valid():
            try:
                buildings.edit_property(property_id=place.id, by=asker.actor, now=asker.now, **form.cleaned_data)
                renamed = any(form.cleaned_data[name].strip() != before[name] for name in ("name", "office_phone"))
                return HttpResponseRedirect(f"{request.path}?saved={'signs' if renamed else 'yes'}")
            except Problem as problem:
                field = next((name for begins, name in BESIDE.items() if problem.type.startswith(begins)), None)
                form.add_error(field, problem.in_words(_g)[0])
    context: dict[str, object] = {
        "here": "more",
        "form": form,
        "saved": _saved(request, asker),
        "who": both(who_can(asker, "groups")),
        "digits": _digits(asker),
    }
    return page(request, "building.html", asker, context, status=422 if request.method == "POST" else 200)


def _saved(request: HttpRequest, asker: Asker) -> str:
    """What is true now, and what paper still says otherwise."""
    if "saved" not in request.GET:
        return ""
    count = len(intercom.links(asker.place.id)) if request.GET["saved"] == "signs" else 0
    paper = ngettext(
        "%(n)d printed sign still shows what was there before. Print it again.",
        "%(n)d printed signs still show what was there before. Print them again.",
        count,
    )
    return " ".join([_g("Saved. Everybody reads it from now on."), *([paper % {"n": count}] if count else [])])


def _digits(asker: Asker) -> str:
    fixed = asker.place.code_digits
    if fixed is None:
        return _g("Codes are as short as the odds of each door allow.")
    return _g("Codes have %(n)d digits at every door.") % {"n": fixed}


class LengthForm(forms.Form):
    """One length for all doors, or as the odds of each allow."""

    digits = forms.ChoiceField(label=_("Digits of a code"), widget=forms.RadioSelect)

    def __init__(self, data: object, now: int | None) -> None:
        super().__init__(data, initial={"digits": BY_ODDS if now is None else str(now)})  # type: ignore[arg-type]
        digits = self.fields["digits"]
        assert isinstance(digits, forms.ChoiceField)
        choices = [(str(n), ngettext("%(n)d digit", "%(n)d digits", n) % {"n": n}) for n in range(4, 10)]
        digits.choices = [(BY_ODDS, _g("As short as the odds of each door allow")), *choices]


@managed
@require_http_methods(["GET", "POST"])
def lengths(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Says what a change would do to everybody's codes, and refuses a length that can be guessed (CODE-2)."""
    asker.must(asker.rights.edits_groups, "groups")
    form = LengthForm(request.POST if request.method == "POST" else None, asker.place.code_digits)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["digits"]
        digits = None if chosen == BY_ODDS else int(chosen)
        try:
            codes.choose_length(property_id=asker.place.id, digits=digits, by=asker.actor, now=asker.now)
            return HttpResponseRedirect("/c/settings?saved=yes")
        except Problem as problem:
            form.add_error("digits", problem.in_words(_g)[0])
    context: dict[str, object] = {"here": "more", "form": form} | _held(asker)
    return page(request, "code_lengths.html", asker, context, status=422 if request.method == "POST" else 200)


def _held(asker: Asker) -> dict[str, object]:
    """How long codes are now, how many there are, and the door that asks for the longest."""
    doors = {door.id: door for door in places.doors(asker.place.id) if door.codes_allowed}
    odds = [credentials.odds(door_id, asker.now) for door_id in doors]
    worst = max(odds, key=lambda one: (one.least_digits, -one.one_in), default=None)
    return {
        "lengths": sorted(Counter(one.digits for one in odds).items()),
        "personal": sum(one.permanent for one in odds),
        "worst": worst,
        "worst_door": doors[worst.door_id] if worst else None,
    }
