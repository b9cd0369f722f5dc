"""Longer time at the keypad of one's own door; at other doors the property team decides (CODE-9)."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from limen.places import queries as places
from limen.places import services as building
from limen.resident.asker import Asker, at_home, page
from limen.web.fields import key_pauses


class KeypadForm(forms.Form):
    """One choice for each door of the homes somebody lives in."""

    def __init__(self, data: object, doors: tuple[places.DoorView, ...]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        for door in doors:
            self.fields[str(door.id)] = forms.TypedChoiceField(
                label=door.name,
                coerce=int,
                initial=door.key_pause_s,
                choices=key_pauses(door.key_pause_s),
            )


@at_home
@require_http_methods(["GET", "POST"])
def keypad(request: HttpRequest, asker: Asker) -> HttpResponse:
    """How long one may wait between two digits; the lock hears of it with its next update."""
    doors = asker.own_doors()
    form = KeypadForm(request.POST if request.method == "POST" else None, doors)
    saved = request.method == "POST" and form.is_valid()
    if saved:
        for door in doors:
            building.edit_door(door_id=door.id, key_pause_s=form.cleaned_data[str(door.id)], by=asker.actor, now=asker.now)
    waits = [door.name for door in doors if not door.connected]
    return page(request, "keypad.html", asker, {"here": "me", "form": form, "doors": doors, "saved": saved, "waits": waits})


def words(asker: Asker) -> str:
    """ "Longer time at the keypad of Unit 4B: 10 seconds. For other doors the property team decides."."""
    said = [_("Longer time at the keypad of %(door)s: %(n)d seconds.") % {"door": d.name, "n": d.key_pause_s} for d in asker.own_doors()]
    return " ".join([*said, _("For other doors the property team decides.")])
