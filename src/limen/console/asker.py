"""Who asks, in which building, with which rights: the one gate that every page of the console passes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Literal
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from limen.access import queries as access
from limen.console.sentences import both
from limen.identity import queries as identity
from limen.kernel.actors import Actor
from limen.kernel.problems import NotAllowed, NotYours
from limen.people import queries as people
from limen.places import queries as places
from limen.web.middleware import now_of
from limen.web.pages import render

CHOSEN = "console-property"
Right = Literal["access", "groups", "devices", "activation"]


@dataclass(frozen=True, slots=True)
class Asker:
    """A manager or staff member in one building. Pages look up through this and through nothing else."""

    person_id: UUID
    place: places.PropertyView
    rights: people.Rights
    places: tuple[UUID, ...]
    now: datetime
    managed_doors: frozenset[UUID]

    @property
    def actor(self) -> Actor:
        """As the journal names them."""
        return Actor(person_id=self.person_id, via="console")

    @property
    def sees_people(self) -> bool:
        """Whoever manages access to anything finds people here; technicians and security staff do not."""
        return self.rights.access != "none"

    @property
    def changes_people(self) -> bool:
        """May pause people, move them out, and turn their cards on and off: what reaches over single groups."""
        return self.rights.access in {"full", "limited"}

    def knows_who_at(self, door_id: UUID) -> bool:
        """May know who holds access to this door: managers of a group with it (privacy V13); others read "1 person"."""
        return self.changes_people or door_id in self.managed_doors

    def must(self, allowed: bool, right: Right = "access") -> None:
        """Goes on only if allowed; the page names who could instead."""
        if not allowed:
            who = who_can(self, right)
            title = _("You can see this, not change it. %(who)s can.") % {"who": both(who)} if who else ""
            raise NotAllowed(title or _("You can see this, not change it."))


def who_can(asker: Asker, right: Right, *, first_names: bool = False) -> list[str]:
    """Names of those who hold a right here, by last name."""
    roles = [role for role in people.roles_in(asker.place.id, asker.now) if _holds(role, right)]
    found = people.persons_by_id({role.person_id for role in roles}).values()
    ordered = sorted(found, key=lambda person: (people.plain(person.last), people.plain(person.first)))
    return [person.first if first_names else person.name for person in ordered]


def _holds(role: people.RoleView, right: Right) -> bool:
    if role.kind == "portfolio_manager":
        return True
    return {
        "access": role.access in {"full", "limited"},
        "groups": role.access == "full",
        "devices": role.device_management,
        "activation": role.activate_devices,
    }[right]


View = Callable[..., HttpResponse]


def managed(view: Callable[..., HttpResponse]) -> View:
    """Signed in, second factor there, a role in this building: else the sign-in, the set-up, or M27."""

    @wraps(view)
    def wrapped(request: HttpRequest, property_id: UUID | None = None, **kwargs: object) -> HttpResponse:
        person_id = identity.person_of(request.user)
        if person_id is None:
            return HttpResponseRedirect(f"/signin?next={quote(request.get_full_path())}")
        now = now_of(request)
        if identity.second_factor_missing(request.user, now):
            words = _("The console needs a second proof that it is you. Add a passkey, or turn the authenticator on.")
            messages.info(request, words)
            return HttpResponseRedirect("/account/2fa/")
        mine = people.managed_properties(person_id, now)
        if not mine:
            return render(request, "console/nothing.html", status=403)
        return view(request, _asker(request, person_id, property_id, mine, now), **kwargs)

    return wrapped


def _asker(request: HttpRequest, person_id: UUID, wanted: UUID | None, mine: tuple[UUID, ...], now: datetime) -> Asker:
    """The building named in the address, else the one chosen last, else the first."""
    if wanted is not None and wanted not in mine:
        raise NotYours
    remembered = request.session.get(CHOSEN, "")
    chosen = wanted or next((place for place in mine if str(place) == remembered), mine[0])
    if str(chosen) != remembered and request.method == "GET":
        request.session[CHOSEN] = str(chosen)
    rights = people.rights(person_id, chosen, now)
    if not rights.anything:
        raise NotYours
    return Asker(person_id, places.property_view(chosen), rights, mine, now, access.doors_managed(rights, chosen))


def page(request: HttpRequest, template: str, asker: Asker, context: dict[str, object] | None = None, *, status: int = 200) -> HttpResponse:
    """A page of the console: everything is told in the building's zone."""
    values = {"place": asker.place, "rights": asker.rights, "asker": asker, "many_places": len(asker.places) > 1} | (context or {})
    return render(request, f"console/{template}", values, zone=asker.place.zone, status=status)
