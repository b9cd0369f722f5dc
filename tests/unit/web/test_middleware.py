"""Every request: strict headers, one instant, one transaction that a raised problem undoes."""

import re
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from limen.kernel.actors import SYSTEM
from limen.kernel.problems import Refused
from limen.places import queries as places
from limen.places import services as building
from limen.web import middleware

MANY_BYTES = 100 * 1024 * 1024


def make_portfolio(request: HttpRequest) -> UUID:
    return building.create_portfolio(name="Half done", by=SYSTEM, now=middleware.now_of(request))


@pytest.mark.django_db(transaction=True)
def test_a_raised_problem_leaves_nothing_behind() -> None:
    """What was written before the problem is undone with it."""

    def breaks(request: HttpRequest) -> HttpResponse:
        make_portfolio(request)
        edge.process_exception(request, Refused("no", "No."))
        return HttpResponse(status=409)

    edge = middleware.Transaction(breaks)
    edge(RequestFactory().post("/"))
    assert places.properties() == ()
    assert not _portfolios()


@pytest.mark.django_db(transaction=True)
def test_a_returned_refusal_is_kept() -> None:
    """A failed sign-in answers 4xx and must be counted all the same."""

    def counts(request: HttpRequest) -> HttpResponse:
        make_portfolio(request)
        return HttpResponse(status=403)

    middleware.Transaction(counts)(RequestFactory().post("/"))
    assert _portfolios() == 1


@pytest.mark.django_db
def test_every_page_forbids_what_it_does_not_need() -> None:
    """No inline script, no frame, no foreign host; personal pages are not cached."""
    page = Client().get("/signin")
    policy = page["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy
    assert "no-store" in page["Cache-Control"]
    assert not re.search(r"https?://(?!testserver|localhost|www\.w3\.org)", page.content.decode())


@pytest.mark.django_db
def test_a_visitor_gets_no_cookie_not_even_for_their_language() -> None:
    """Who only wants to ring a bell is not marked."""
    assert not Client().get("/v/AAAAAAAAAAAAAAAA?lang=es").cookies
    assert Client().get("/signin?lang=es").cookies[middleware.LANGUAGE_COOKIE].value == "es"


def test_an_address_that_is_only_posted_to_answers_with_a_page() -> None:
    """Whoever loads such an address again reads a sentence, not the browser's own error; the status and what is allowed stay."""
    answer = Client().get("/demo/sign-in/ana")
    assert answer.status_code == 405 and answer.headers["Allow"] == "POST"
    assert "This address is not a page. A button leads here." in answer.content.decode()


def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    """The announced length decides; nothing lands on the disk."""
    edge = middleware.BodyLimit(lambda request: HttpResponse("read"))
    assert edge(RequestFactory().post("/", CONTENT_LENGTH=str(MANY_BYTES))).status_code == 413


def _portfolios() -> int:
    from limen.places.models import Portfolio

    return Portfolio.objects.count()
