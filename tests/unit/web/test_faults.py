"""Our fault: a sentence, a way back and a reference for people; the same reference, and the place, in the log."""

import html
import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Protocol

import pytest
from django.conf import settings as configured
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django import Settings

from limen.web import faults
from tests.logs import our_log

SECRET = "dana@example.org 4711 2233"
M28 = "Something broke on our side. Nothing was changed. Try again; it cannot happen twice."
UNKNOWN = "We got no answer, so we do not know if it was done."
REFERENCE = re.compile(r'<b class="reference">([2-9A-Z]{4})</b>')


class Answer(Protocol):
    """What a browser was sent."""

    @property
    def status_code(self) -> int: ...
    @property
    def content(self) -> bytes: ...


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError(SECRET)


def breaks_when_done(request: HttpRequest) -> HttpResponse:
    def fails() -> None:
        raise RuntimeError(SECRET)

    transaction.on_commit(fails)
    return HttpResponse("done")


def breaks_at_the_end(request: HttpRequest) -> HttpResponse:
    connection = transaction.get_connection()

    def fails() -> None:
        del connection.commit
        raise OperationalError(SECRET)

    connection.commit = fails
    return HttpResponse("done")


def reads_form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST.get("name", ""))


def asks_who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user.is_authenticated))


def no_context(request: HttpRequest) -> dict[str, object]:
    """A context processor that fails, as every page's would without a database."""
    raise RuntimeError(SECRET)


urlpatterns = [
    path("c/breaks", breaks),
    path("home/breaks", breaks),
    path("v/SIGN/breaks", breaks),
    path("gateway/breaks", breaks),
    path("c/breaks-when-done", breaks_when_done),
    path("c/breaks-at-the-end", breaks_at_the_end),
    path("c/form", reads_form),
    path("c/who", asks_who),
]
handler400 = "limen.web.problems.not_understood"
handler500 = "limen.web.problems.broken"


@pytest.fixture
def broken(settings: Settings) -> Client:
    """A browser at a house in which these addresses break."""
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the service writes to standard error, through its own formatter and filters."""
    written = io.StringIO()
    handler = our_log(written)
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


def told(answer: Answer, log: io.StringIO) -> str:
    """The page, after what holds for every one of them: a reference, the same in the log's line, and nothing of what broke."""
    page = html.unescape(answer.content.decode())
    found = REFERENCE.search(page)
    assert answer.status_code == 500 and found is not None
    assert f"(reference {found[1]})" in log.getvalue()
    for text in (page, log.getvalue()):
        assert "dana" not in text and "2233" not in text
    assert "Traceback" not in page and "RuntimeError" not in page and __file__ not in page
    return page


@pytest.mark.rule("OPS-3")
@pytest.mark.parametrize("address", ["/c/breaks?q=roof", "/home/breaks"])
def test_a_page_that_breaks_says_so_and_the_log_says_where(broken: Client, log: io.StringIO, address: str) -> None:
    """M28 with the way back to the same page; the log has the place of the failure under the reference, and never its words."""
    page = told(broken.get(address), log)
    assert M28 in page and f'href="{address}"' in page and 'href="/"' in page
    first = log.getvalue().splitlines()[0]
    assert first.startswith("ERROR django.request: Internal Server Error: /") and first.endswith(")")
    assert "test_faults.py" in log.getvalue() and "builtins.RuntimeError" in log.getvalue()


def test_a_visitor_is_led_back_to_the_sign_and_nowhere_else(broken: Client, log: io.StringIO) -> None:
    """The first page of a house is for who signs in; the way to the sign stands in the log without its letters."""
    page = told(broken.get("/v/SIGN/breaks"), log)
    assert 'href="/v/SIGN/breaks"' in page and 'href="/"' not in page
    assert "SIGN" not in log.getvalue()


def test_it_is_said_in_the_readers_language(broken: Client, log: io.StringIO) -> None:
    """M28 in Spanish, and the way to quote the reference."""
    page = told(broken.get("/c/breaks", headers={"accept-language": "es-MX"}), log)
    assert "Algo falló de nuestro lado. No cambió nada. Inténtelo de nuevo: no se hará dos veces." in page
    assert "Si sigue así, indique esta referencia:" in page and '<html lang="es"' in page


@pytest.mark.django_db(transaction=True)
def test_a_form_that_broke_was_undone_and_leads_to_its_page(broken: Client, log: io.StringIO) -> None:
    """Its own address is no page; the page that it came from is."""
    page = told(broken.post("/c/breaks", headers={"referer": "http://testserver/c/people?q=da"}), log)
    assert M28 in page and 'href="/c/people"' in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["/c/breaks-when-done", "/c/breaks-at-the-end"])
def test_nobody_is_told_that_nothing_was_changed_where_that_is_not_known(broken: Client, log: io.StringIO, address: str) -> None:
    """What breaks behind the commit breaks around something that is true; a connection lost over it does not say which."""
    page = told(broken.post(address, headers={"referer": "http://testserver/c/people"}), log)
    assert UNKNOWN in page and "Look whether it is there before you do it again." in page
    assert "Nothing was changed" not in page and "it cannot happen twice" not in page


def test_programs_get_the_reference_as_a_member(broken: Client, log: io.StringIO) -> None:
    """RFC 9457, with M28 as its title."""
    for answer in (broken.get("/gateway/breaks"), broken.get("/c/breaks", headers={"accept": "application/json"})):
        body = json.loads(answer.content)
        assert answer["Content-Type"] == "application/problem+json" and body["title"] == M28
        assert f"(reference {body['reference']})" in log.getvalue() and "2233" not in answer.content.decode()


def test_the_page_stands_without_a_database(broken: Client, log: io.StringIO) -> None:
    """Here every question to the database fails, also the one for who asks; the page and its headers are the same."""
    broken.cookies["sessionid"] = a_cookie()
    answer = broken.get("/c/who")
    assert M28 in told(answer, log)
    assert "default-src 'self'" in answer["Content-Security-Policy"] and answer["Cache-Control"] == "no-store"


def a_cookie() -> str:
    """The cookie of somebody who is signed in, as far as one can see without the database."""
    from limen.web.cookies import marked

    return marked("abcdefghijklmnopqrstuvwxyz012345")


def test_the_page_stands_when_what_every_page_needs_fails(broken: Client, log: io.StringIO, settings: Settings) -> None:
    """No context processor is asked, and without any template there is still the sentence and the reference."""
    settings.TEMPLATES = [{**configured.TEMPLATES[0], "OPTIONS": {"context_processors": [f"{__name__}.no_context"]}}]
    assert M28 in told(broken.get("/c/breaks"), log)
    settings.TEMPLATES = []
    page = html.unescape(broken.get("/c/breaks").content.decode())
    assert M28 in page and (shown := re.search("quote this reference: ([2-9A-Z]{4})<", page)) is not None
    assert f"(reference {shown[1]})" in log.getvalue()


def test_a_request_that_breaks_twice_on_its_way_out_has_one_reference() -> None:
    """Both lines of the log and the page tell the same one; another request has another."""
    request, other = RequestFactory().get("/c/"), RequestFactory().get("/c/")
    assert faults.problem_of(request).extra == faults.problem_of(request).extra
    assert {faults.reference_of(RequestFactory().get("/c/")) for _ in range(50)} != {faults.reference_of(other)}


@pytest.mark.django_db
@pytest.mark.parametrize("spoilt", [{"host": "elsewhere.example"}, {"content-type": "multipart/form-data"}])
def test_what_cannot_be_read_is_answered_with_a_page(broken: Client, spoilt: dict[str, str]) -> None:
    """A form without its boundary, or a name that is not this house's: 400, a sentence, and what to do."""
    content = spoilt.pop("content-type", "application/x-www-form-urlencoded")
    answer = broken.generic("POST", "/c/form", b"name=Dana", content, headers=spoilt)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 400 and "What was sent cannot be read." in page and "Load the page again and send it once more." in page
