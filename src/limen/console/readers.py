"""How a wired reader behaves at its door (LOCK-4, LOCK-16, LOCK-17)."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from limen.console.asker import Asker, managed, page
from limen.console.doors import has_sensor
from limen.console.fields import choice
from limen.console.group_hours import ROWS_SHOWN, StretchForm, initial_of
from limen.console.naming import door_of
from limen.fleet import queries as fleet
from limen.kernel.periods import MAX_INTERVALS, Weekly
from limen.kernel.problems import NotYours, Problem
from limen.places import queries as places
from limen.places import services as building

NEVER, HOURS = "never", "hours"
LIMITS_S = (30, 60, 120, 300)


class ReaderForm(forms.Form):
    """A door with a sensor."""

    engaged = choice(_("After an opening the door stays unlocked for"), [("5", _("5 seconds"), ""), ("10", _("10 seconds"), "")])
    ajar = choice(
        _("Tell us that the door stands open after"),
        [(NEVER, _("Never"), ""), *((str(s), _("%(n)d seconds") % {"n": s}, "") for s in LIMITS_S)],
    )
    passage = choice(
        _("Open to everybody in certain hours?"),
        [
            (NEVER, _("Never"), _("Everybody opens for themselves.")),
            (HOURS, _("In these hours"), _("From the first who comes in. The button inside ends it early.")),
        ],
    )


@managed
@require_http_methods(["GET", "POST"])
def reader(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """How long it opens, its passage hours, and when an open door is told."""
    view = door_of(asker, door_id)
    if not has_sensor(view, fleet.device_at(view.id)):
        raise NotYours
    asker.must(asker.rights.edits_groups, "groups")
    data, now = request.POST if request.method == "POST" else None, view.doorway
    initial = {"engaged": str(now.engaged_s), "ajar": str(now.ajar_s or NEVER), "passage": HOURS if now.passage else NEVER}
    form = ReaderForm(data, initial=initial)
    rows = [StretchForm(data, prefix=f"row{n}", initial=initial_of(now.passage, n)) for n in range(MAX_INTERVALS)]
    if data is not None and form.is_valid() and sum(row.is_valid() for row in rows) == len(rows):
        try:
            building.set_doorway(door_id=view.id, doorway=_wanted(form, rows), by=asker.actor, now=asker.now)
            return HttpResponseRedirect(f"/c/doors/{view.id}")
        except Problem as problem:
            form.add_error(None, problem.in_words(_g)[0])
    first = max(ROWS_SHOWN, len(now.passage.intervals) if now.passage else 0)
    context = {"here": "doors", "door": view, "form": form, "rows": rows[:first], "more_rows": rows[first:]}
    return page(request, "reader.html", asker, context, status=422 if data is not None else 200)


def _wanted(form: ReaderForm, rows: list[StretchForm]) -> places.Doorway:
    given, stretches = form.cleaned_data, [stretch for row in rows if (stretch := row.interval())]
    if given["passage"] == HOURS and not stretches:
        raise Problem("no_hours", _g("Give at least one row of days and hours."))
    hours = Weekly(tuple(stretches)) if given["passage"] == HOURS else None
    return places.Doorway(hours, None if given["ajar"] == NEVER else int(given["ajar"]), int(given["engaged"]))
