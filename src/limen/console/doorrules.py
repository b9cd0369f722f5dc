"""What a door allows: its name, codes, sharing, the time between digits, and who opens while its lock is behind (PLACE-6, CODE-9, C.3)."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from limen.console.asker import Asker, managed, page
from limen.console.fields import NameField
from limen.console.naming import door_of
from limen.credentials import queries as credentials
from limen.fleet import queries as fleet
from limen.identity import queries as identity
from limen.kernel.problems import Problem
from limen.people import queries as people
from limen.places import queries as places
from limen.places import services as building
from limen.web.fields import key_pauses


class RulesForm(forms.Form):
    """The rules of one door. No group and no grant overrides them."""

    name = NameField(label=_("Name of the door"), max_length=120, help_text=_("As people call it: Package Room."))
    codes_allowed = forms.BooleanField(label=_("This door takes codes"), required=False)
    share_allowed = forms.BooleanField(
        label=_("People may share this door with guests"),
        required=False,
        help_text=_("Off: nobody invites a guest here or gives a code away. Guests invited before keep their access."),
    )
    strict = forms.BooleanField(
        label=_("Only residents open while the lock is behind"),
        required=False,
        help_text=_("When the lock has known for more than a day that it misses changes, staff, services and guests wait for the update."),
    )
    key_pause_s = forms.TypedChoiceField(
        label=_("Time between two digits at the keypad"),
        coerce=int,
        help_text=_("Longer for who types slowly. After it the entry starts again."),
    )

    def __init__(self, data: object, door: places.DoorView, asker: Asker) -> None:
        super().__init__(
            data,  # type: ignore[arg-type]
            initial={
                "name": door.name,
                "codes_allowed": door.codes_allowed,
                "share_allowed": door.share_allowed,
                "strict": door.strict,
                "key_pause_s": door.key_pause_s,
            },
        )
        self.fields["codes_allowed"].help_text = _codes_words(door, asker)
        pause = self.fields["key_pause_s"]
        assert isinstance(pause, forms.ChoiceField)
        pause.choices = key_pauses(door.key_pause_s)
        if _is_the_households(door, asker):
            del self.fields["key_pause_s"]


def _is_the_households(door: places.DoorView, asker: Asker) -> bool:
    """The time between digits at a unit door is its household's (CODE-9), as long as one of them can sign in to choose it (PEOPLE-8)."""
    if door.unit_id is None:
        return False
    home = people.household(door.unit_id, asker.now)
    return not home or any(identity.user_of(one.id) is not None for one in home)


def _codes_words(door: places.DoorView, asker: Asker) -> str:
    """What switching codes off or on would do here, before it is done."""
    if not door.codes_allowed:
        return _g("On: everybody whose group gives codes here gets a new one.")
    count = credentials.odds(door.id, asker.now).permanent
    words = ngettext(
        "Off: %(n)d personal code ends with the next update of this door, and no code is given away. On again makes new codes.",
        "Off: %(n)d personal codes end with the next update of this door, and no code is given away. On again makes new codes.",
        count,
    )
    return words % {"n": count}


@managed
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """Changes the rules of a door; the door's page then says what is in force and what waits."""
    door = door_of(asker, door_id)
    asker.must(asker.rights.edits_groups, "groups")
    form = RulesForm(request.POST if request.method == "POST" else None, door, asker)
    if request.method == "POST" and form.is_valid():
        try:
            building.edit_door(door_id=door.id, by=asker.actor, now=asker.now, **form.cleaned_data)
            return HttpResponseRedirect(f"/c/doors/{door.id}")
        except Problem as problem:
            form.add_error("name" if "name" in problem.type else None, problem.in_words(_g)[0])
    context: dict[str, object] = {"here": "doors", "door": door, "form": form, "device": fleet.device_at(door.id)}
    return page(request, "door_rules.html", asker, context, status=422 if request.method == "POST" else 200)
