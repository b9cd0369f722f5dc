"""Who asks, in which building, with which rights: the one gate that every page of the console passes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from limen.identity import queries as identity
from limen.kernel.actors import Actor
from limen.kernel.problems import NotAllowed, NotYours
from limen.people import queries as people
from limen.places import queries as places
from limen.web.middleware import now_of
from limen.web.pages import render

CHOSEN = "console-property"


@dataclass(frozen=True, slots=True)
class Asker:
    """A manager or staff member in one building. Pages look up through this and through nothing else."""

    person_id: UUID
    place: places.PropertyView
    rights: people.Rights
    places: tuple[UUID, ...]
    now: datetime

    @property
    def actor(self) -> Actor:
        """As the journal names them."""
        return Actor(person_id=self.person_id, via="console")

    def must(self, allowed: bool, title: str = "You can see this, not change it.") -> None:
        """Goes on only if allowed; the page says who could."""
        if not allowed:
            raise NotAllowed(title)


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
            return HttpResponseRedirect("/account/2fa/")
        mine = people.managed_properties(person_id, now)
        if not mine:
            return render(request, "console/nothing.html", status=403)
        asker = _asker(request, person_id, property_id, mine, now)
        request.asker = asker  # type: ignore[attr-defined]
        return view(request, asker, **kwargs)

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
    return Asker(person_id, places.property_view(chosen), rights, mine, now)


def page(request: HttpRequest, template: str, asker: Asker, context: dict[str, object] | None = None, *, status: int = 200) -> HttpResponse:
    """A page of the console: everything is told in the building's zone."""
    values = {"place": asker.place, "rights": asker.rights, "asker": asker, "many_places": len(asker.places) > 1} | (context or {})
    return render(request, f"console/{template}", values, zone=asker.place.zone, status=status)
