"""A person's name, telephone and address, changed by staff. An address that somebody signs in with moves only when they confirm it there."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from limen.access import queries as access
from limen.console.asker import Asker, managed, page
from limen.console.fields import NameField
from limen.console.naming import has_phones_here_alone, person_of
from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.kernel.problems import NotAllowed, Problem
from limen.people import queries as people
from limen.people import services as persons
from limen.places import queries as places


class ContactForm(forms.Form):
    """How somebody is called and reached."""

    first = NameField(label=_("First name"), max_length=80, required=False)
    last = NameField(label=_("Last name"), max_length=80, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    phone = NameField(label=_("Telephone"), required=False, max_length=40)

    def __init__(self, data: object, who: people.PersonView, *, signs_in: bool) -> None:
        super().__init__(
            data,  # type: ignore[arg-type]
            initial={"first": who.first, "last": who.last, "email": who.email or "", "phone": who.phone},
        )
        email = self.fields["email"]
        email.required = signs_in
        email.help_text = (
            _g("Access moves to a new address after %(name)s confirms it there. Until then this one stays.")
            % {"name": who.first or who.name}
            if signs_in
            else _g("With a new address a new invitation goes out. Without one they get letters and cannot sign in.")
        )


@managed
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Changes what was typed; nobody's doors change by it (ACCESS-11)."""
    who = person_of(asker, person_id)
    must_look_after(asker, who)
    signs_in = identity.user_of(who.id) is not None
    form = ContactForm(request.POST if request.method == "POST" else None, who, signs_in=signs_in)
    if request.method == "POST" and form.is_valid():
        try:
            _save(asker, who, form.cleaned_data, signs_in=signs_in)
            return HttpResponseRedirect(f"/c/people/{who.id}")
        except Problem as problem:
            field = next(
                (name for name in ("email", "phone") if problem.type.startswith(name)), "first" if "name" in problem.type else None
            )
            form.add_error(field, problem.in_words(_g)[0])
    context: dict[str, object] = {"here": "people", "person": who, "form": form, "keypads": _keypads(asker, who)}
    return page(request, "contact.html", asker, context, status=422 if request.method == "POST" else 200)


@managed
@require_POST
def keep(request: HttpRequest, asker: Asker, person_id: UUID) -> HttpResponse:
    """Takes a new address back before it was confirmed: its link is dead, the old one stays."""
    who = person_of(asker, person_id)
    must_look_after(asker, who)
    accounts.take_back_move(person_id=who.id, by=asker.actor, now=asker.now)
    return HttpResponseRedirect(f"/c/people/{who.id}")


def looks_after(asker: Asker, who: people.PersonView) -> bool:
    """Whose name and address are this office's to change: who is nobody else's, as with phones. Nobody changes their own here."""
    return asker.changes_people and who.id != asker.person_id and has_phones_here_alone(asker, who.id)


def must_look_after(asker: Asker, who: people.PersonView) -> None:
    """Goes on only for who looks after them."""
    asker.must(asker.changes_people)
    if not looks_after(asker, who):
        raise NotAllowed(_g("You can see this, not change it."))


def _save(asker: Asker, who: people.PersonView, given: dict[str, str], *, signs_in: bool) -> None:
    address = given["email"].strip().casefold()
    moves = address != (who.email or "")
    persons.edit_person(
        person_id=who.id, first=given["first"], last=given["last"], phone=given["phone"], email=None if signs_in else address,
        by=asker.actor, now=asker.now,
    )  # fmt: skip
    if moves and signs_in:
        accounts.begin_move(person_id=who.id, property_id=asker.place.id, email=address, by=asker.actor, now=asker.now)
    elif moves and address and not who.declined_app:
        accounts.invite(person_id=who.id, property_id=asker.place.id, by=asker.actor, now=asker.now)


def _keypads(asker: Asker, who: people.PersonView) -> list[places.DoorView]:
    """The doors they open by code, each with its time between digits: longer where who types there asked for it (CODE-9)."""
    held = access.doors_of(who.id, asker.now)
    coded = {door_id for door_id, windows in held.items() if any(window.code for window in windows)}
    return sorted((d for d in places.doors_by_id(coded).values() if d.property_id == asker.place.id), key=lambda door: door.name)
