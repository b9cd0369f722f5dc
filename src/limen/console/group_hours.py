"""The hours of one door in a group, and whether its holders get a code there. Several stretches a day, holidays apart (ACCESS-6)."""

from dataclasses import replace
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from limen.access import queries as access
from limen.console import hours
from limen.console.asker import Asker, managed, page
from limen.console.fields import choice
from limen.console.groups import Edit, check_or_save, group_of
from limen.kernel.periods import HOLIDAY_BIT, MAX_INTERVALS, Interval, Weekly
from limen.kernel.problems import NotYours, Problem
from limen.places import queries as places

ROWS_SHOWN = 2
"""Empty schedules show this many rows; the rest, up to what a lock holds, is one tap away."""
ALWAYS, HOURS = "always", "hours"


class DoorHoursForm(forms.Form):
    """When a door is open to the holders of a group."""

    when = choice(
        _("When does it open for them?"),
        [(ALWAYS, _("Always"), ""), (HOURS, _("In these hours"), _("Outside them the lock refuses, also without network."))],
    )
    codes = forms.BooleanField(label=_("Holders get a code here"), required=False)
    every_door = forms.BooleanField(label=_("The same for every door of this group"), required=False)


class StretchForm(forms.Form):
    """Some days, from and to; past midnight it ends on the next day."""

    days = forms.MultipleChoiceField(label=_("Days"), required=False, widget=forms.CheckboxSelectMultiple)
    start = forms.TimeField(label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    end = forms.TimeField(
        label=pgettext_lazy("the later of two hours", "To"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["days"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(bit), hours.day_name(bit)) for bit in range(HOLIDAY_BIT + 1)]

    def clean(self) -> dict[str, object]:
        """All three or nothing."""
        given = super().clean() or {}
        filled = [bool(given.get("days")), given.get("start") is not None, given.get("end") is not None]
        if any(filled) and not all(filled):
            self.add_error(None, _("Give the days and both hours, or leave the row empty."))
        return given

    def interval(self) -> Interval | None:
        """The stretch; None for an empty row."""
        given = self.cleaned_data
        if not given.get("days"):
            return None
        bits = sum(1 << int(day) for day in given["days"])
        start, end = given["start"], given["end"]
        return Interval(bits, start.hour * 60 + start.minute, end.hour * 60 + end.minute)


@managed
@require_http_methods(["GET", "POST"])
def door_hours(request: HttpRequest, asker: Asker, group_id: UUID, door_id: UUID) -> HttpResponse:
    """Changes the hours of a door in a group; says what changes before it is saved."""
    view = group_of(asker, group_id)
    held = next((door for door in view.doors if door.door_id == door_id), None)
    if held is None:
        raise NotYours
    asker.must(asker.rights.edits_groups, "groups")
    data = request.POST if request.method == "POST" else None
    form = DoorHoursForm(data, initial={"when": HOURS if held.schedule else ALWAYS, "codes": held.codes_on})
    rows = [StretchForm(data, prefix=f"row{n}", initial=initial_of(held.schedule, n)) for n in range(MAX_INTERVALS)]
    door = places.door_view(door_id)
    first = max(ROWS_SHOWN, len(held.schedule.intervals) if held.schedule else 0)
    context: dict[str, object] = {
        "here": "more",
        "group": view,
        "door": door,
        "form": form,
        "rows": rows[:first],
        "more_rows": rows[first:],
    }
    if data is not None and form.is_valid() and sum(row.is_valid() for row in rows) == len(rows):
        try:
            doors = _changed(view, door_id, form, _schedule(form, rows))
            return check_or_save(request, asker, view, Edit(view.name, doors, request.path))
        except Problem as problem:
            form.add_error(None, problem.in_words(_g)[0])
    return page(request, "group_hours.html", asker, context, status=422 if data is not None else 200)


def _schedule(form: DoorHoursForm, rows: list[StretchForm]) -> Weekly | None:
    if form.cleaned_data["when"] == ALWAYS:
        return None
    stretches = [stretch for row in rows if (stretch := row.interval())]
    if not stretches:
        raise Problem("no_hours", _g("Give at least one row of days and hours."))
    return Weekly(tuple(stretches))


def _changed(view: access.GroupView, door_id: UUID, form: DoorHoursForm, schedule: Weekly | None) -> list[access.GroupDoorView]:
    codes, everywhere = form.cleaned_data["codes"], form.cleaned_data["every_door"]
    doors = places.doors_by_id([door.door_id for door in view.doors])
    return [
        replace(door, schedule=schedule, codes_on=codes and doors[door.door_id].codes_allowed)
        if everywhere or door.door_id == door_id
        else door
        for door in view.doors
    ]


def initial_of(schedule: Weekly | None, number: int) -> dict[str, object]:
    """What a row of hours shows at first."""
    if schedule is None or number >= len(schedule.intervals):
        return {}
    interval = schedule.intervals[number]
    days = [str(bit) for bit in range(HOLIDAY_BIT + 1) if interval.days >> bit & 1]
    return {"days": days, "start": hours.clock(interval.from_minute), "end": hours.clock(interval.to_minute % (24 * 60))}
