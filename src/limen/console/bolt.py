"""Staff past a bolt that is thrown from inside: for one home, for hours, and the household is told before anybody stands there (LOCK-15)."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from limen.access import queries as access
from limen.access import services as verbs
from limen.console.asker import Asker, managed, page
from limen.console.fields import choice
from limen.console.naming import door_of
from limen.fleet import queries as fleet
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.places import queries as places


class BoltForm(forms.Form):
    """Who, for how long, and why."""

    who = choice(_("Who"), [])
    hours = choice(_("For how long"), [])
    why = forms.CharField(label=_("Reason"), max_length=access.WHY_MAX_CHARS, help_text=_("The household reads it."))

    def __init__(self, data: object, staff: list[tuple[str, str]]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        for name, options in (
            ("who", staff),
            ("hours", [(str(n), ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}) for n in access.OVERRIDE_HOURS]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options


@managed
@require_http_methods(["GET", "POST"])
def past_bolt(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """Gives the right; the door's page then says who has it and until when."""
    door = door_of(asker, door_id)
    asker.must(may_allow(asker, door))
    if not has_bolt(fleet.device_at(door.id)):
        raise NotYours
    form = BoltForm(request.POST if request.method == "POST" else None, _without_the_right(asker, door))
    if request.method == "POST" and form.is_valid():
        wish = form.cleaned_data
        verbs.allow_override(
            person_id=UUID(wish["who"]), door_id=door.id, hours=int(wish["hours"]), why=wish["why"], by=asker.actor, now=asker.now
        )
        return HttpResponseRedirect(f"/c/doors/{door.id}")
    context: dict[str, object] = {"here": "doors", "door": door, "form": form, "nobody": not form.fields["who"].choices}  # type: ignore[attr-defined]
    return page(request, "past_bolt.html", asker, context, status=422 if request.method == "POST" else 200)


def may_allow(asker: Asker, door: places.DoorView) -> bool:
    """Managers of a group with this unit's door: who lets staff in there at all."""
    return door.kind == "unit" and asker.knows_who_at(door.id)


def has_bolt(device: fleet.DeviceView | None) -> bool:
    """Whether the device on the door feels a deadbolt for privacy (devices.yaml)."""
    return device is not None and fleet.model(device.model).privacy_deadbolt


def allowed(asker: Asker, door: places.DoorView) -> list[dict[str, object]]:
    """Who may open past the bolt, and until when; only for an asker who may give that right."""
    given = access.overrides_at(door.id, asker.now)
    names = people.persons_by_id(one.person_id for one in given)
    return [{"who": names[one.person_id].name, "until": one.ends} for one in given if one.person_id in names]


def _without_the_right(asker: Asker, door: places.DoorView) -> list[tuple[str, str]]:
    held = {one.person_id for one in access.overrides_at(door.id, asker.now)}
    staff = people.persons_by_id(one for one in access.staff_at(door.id, asker.now) if one not in held)
    return sorted(((str(one.id), one.name) for one in staff.values()), key=lambda row: people.plain(row[1]))
