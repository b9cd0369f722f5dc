"""The addresses that belong to no surface: the root, which sends people on, the sign of life, and what is not here."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from limen.identity import queries as identity
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.storage import clock


def root(request: HttpRequest) -> HttpResponse:
    """Sends everybody on to where their rights lead; a stranger in a demonstration to its tour."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect("/demo/" if settings.LIMEN_DEMO else "/signin")
    person_id = identity.person_of(request.user)
    manages = person_id is not None and people.managed_properties(person_id, clock.now())
    return HttpResponseRedirect("/c/" if manages else "/home/")


def nowhere(request: HttpRequest) -> HttpResponse:
    """A page of the library that this house does not have."""
    raise NotYours


def health(request: HttpRequest) -> HttpResponse:
    """Says that pages and database answer; says nothing else to anybody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})
