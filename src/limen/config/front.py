"""The two addresses that belong to no surface: the root, which sends people on, and the sign of life."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect


def root(request: HttpRequest) -> HttpResponse:
    """Sends everybody on to where they have something to do; the demonstration opens on its tour."""
    if settings.LIMEN_DEMO and not request.user.is_authenticated:
        return HttpResponseRedirect("/demo/")
    return HttpResponseRedirect("/home/" if request.user.is_authenticated else "/signin")


def health(request: HttpRequest) -> HttpResponse:
    """Says that pages and database answer; says nothing else to anybody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})
