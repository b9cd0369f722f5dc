"""Who asks: the one gate that every page and every answer of the resident app passes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from limen.access import queries as access
from limen.identity import queries as identity
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.places import queries as places
from limen.resident import policy
from limen.web.middleware import now_of
from limen.web.pages import render

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Asker:
    """A person, and the phone they proved to be (None: a browser). Everything is looked up through this and through nothing else."""

    person: people.PersonView
    phone: identity.PhoneView | None
    place: places.PropertyView | None
    session: str
    now: datetime

    @property
    def id(self) -> UUID:
        """The person."""
        return self.person.id

    @property
    def actor(self) -> Actor:
        """As the journal names them."""
        return Actor(person_id=self.person.id, via="phone" if self.phone else "app")

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the building that the person lives in, or comes to."""
        return self.place.zone if self.place else ZoneInfo("UTC")

    @property
    def agreed(self) -> bool:
        """True once they agreed to the policy in force (PEOPLE-6)."""
        return not self.person.declined_app and people.has_consented(self.person.id, policy.VERSION)

    def doors(self) -> dict[UUID, tuple[access.AccessWindow, ...]]:
        """The doors they hold now or later."""
        return access.doors_of(self.person.id, self.now)

    def door(self, door_id: UUID) -> places.DoorView:
        """One door they hold; NotYours for every other, absent ones alike (M27)."""
        if door_id not in self.doors():
            raise NotYours
        return places.door_view(door_id)

    def homes(self) -> frozenset[UUID]:
        """The units they live in."""
        return frozenset(r.unit_id for r in people.residencies(person_id=self.person.id, now=self.now) if r.since <= self.now)

    def own_doors(self) -> tuple[places.DoorView, ...]:
        """The doors of the units they live in, held or not."""
        return tuple(door for unit in sorted(self.homes()) for door in places.doors_of_unit(unit))


def asker_of(request: HttpRequest, person_id: UUID, phone: identity.PhoneView | None = None) -> Asker:
    """The person with their building."""
    now = now_of(request)
    session = request.session.session_key or "" if hasattr(request, "session") else ""
    return Asker(people.person_view(person_id), phone, place_of(person_id, now), session, now)


def place_of(person_id: UUID, now: datetime) -> places.PropertyView | None:
    """Where they live, else where they have doors, else where they were invited to."""
    lived_in = people.properties_lived_in(person_id, now)
    if lived_in:
        return places.property_view(lived_in[0])
    grants = access.grants_of(person_id)
    if grants:
        return places.property_view(grants[0].property_id)
    invited = identity.last_invitation(person_id)
    return places.property_view(invited.property_id) if invited else None


def signed_in(view: View) -> View:
    """Somebody with an account; strangers go to the sign-in and come back."""

    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: object) -> HttpResponse:
        person_id = identity.person_of(request.user)
        if person_id is None:
            return HttpResponseRedirect(f"/signin?next={quote(request.get_full_path())}")
        asker = asker_of(request, person_id)
        request.asker = asker  # type: ignore[attr-defined]
        return view(request, asker, **kwargs)

    return wrapped


def at_home(view: View) -> View:
    """Signed in, and agreed: before that nothing else works (PEOPLE-6)."""

    @wraps(view)
    def agreed(request: HttpRequest, asker: Asker, **kwargs: object) -> HttpResponse:
        if not asker.agreed:
            return HttpResponseRedirect("/home/consent")
        return view(request, asker, **kwargs)

    return signed_in(agreed)


def page(request: HttpRequest, template: str, asker: Asker, context: dict[str, object] | None = None, *, status: int = 200) -> HttpResponse:
    """A page of the app, told in the building's zone."""
    values = {"place": asker.place, "asker": asker, "person": asker.person} | (context or {})
    return render(request, f"resident/{template}", values, zone=asker.zone, status=status)
