"""Who lives where. Living somewhere opens no door by itself (PLACE-4)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from limen.console import lists
from limen.console.asker import Asker, managed, page
from limen.console.sentences import number, small_number
from limen.identity import queries as identity
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.places import queries as places


@managed
@require_GET
def units(request: HttpRequest, asker: Asker) -> HttpResponse:
    """All homes with who lives there, found by unit or by name."""
    if not asker.sees_people:
        raise NotYours
    asked = lists.asked(request)
    homes = people.residents_by_unit(asker.place.id, asker.now)
    known = people.persons_by_id({residency.person_id for rows in homes.values() for residency in rows})
    rows = [(unit, [known[residency.person_id].name for residency in homes.get(unit.id, ())]) for unit in places.units(asker.place.id)]
    wanted = people.plain(asked)
    found = [(unit, names) for unit, names in rows if wanted in people.plain(" ".join([unit.name, *names]))]
    part = lists.shown(request, found)
    return page(request, "units.html", asker, {"here": "more", "part": part, "asked": asked})


@managed
@require_GET
def unit(request: HttpRequest, asker: Asker, unit_id: UUID) -> HttpResponse:
    """One household and its door."""
    view = places.unit_view(unit_id)
    if view.property_id != asker.place.id or not asker.sees_people:
        raise NotYours
    home = people.household(unit_id, asker.now)
    coming = [r for r in people.residencies(unit_id=unit_id, now=asker.now) if r.since > asker.now]
    context: dict[str, object] = {
        "here": "more",
        "unit": view,
        "household": home,
        "words": household_words(len(home), sum(not identity.has_app(one.id) for one in home)),
        "coming": [(people.person_view(residency.person_id), residency.since) for residency in coming],
        "doors": places.doors_of_unit(unit_id),
    }
    return page(request, "unit.html", asker, context)


def household_words(count: int, without_app: int) -> str:
    """ "Two people, one is not in the app yet."."""
    if count == 0:
        return _("Nobody lives here.")
    living = ngettext("%(n)s person", "%(n)s people", count) % {"n": number(count)}
    if without_app == 0:
        return ngettext("%(people)s, in the app.", "%(people)s, all in the app.", count) % {"people": living}
    if count == 1:
        return _("%(people)s, not in the app yet.") % {"people": living}
    words = ngettext("%(people)s, %(m)s is not in the app yet.", "%(people)s, %(m)s are not in the app yet.", without_app)
    return words % {"people": living, "m": small_number(without_app)}
