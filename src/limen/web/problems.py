"""A problem as its asker can read it: a page for people, `application/problem+json` for programs."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from limen.identity import queries as identity
from limen.kernel.problems import NotYours, Problem, TooMany
from limen.web import faults, limits
from limen.web.when import say, say_clock

FORM_TOO_OLD = "form_too_old"
TOO_LARGE = "too_large"
FROM_A_FORM = frozenset({FORM_TOO_OLD, TOO_LARGE, "not_understood"})
"""What is mended on the page before, so that its button leads there."""
PROGRAMS = ("/gateway/", "/api/", "/home/api/")


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem in the form that the asker understands; the status is the same in both."""
    if isinstance(problem, TooMany) and problem.type == limits.TOO_OFTEN:
        problem = with_its_end(request, problem)
    response = as_details(problem) if asked_by_a_program(request) else as_page(request, problem)
    if isinstance(problem, TooMany) and problem.retry_at is not None and getattr(request, "now", None):
        response["Retry-After"] = str(max(1, int((problem.retry_at - request.now).total_seconds())))  # type: ignore[attr-defined]
    return response


def asked_by_a_program(request: HttpRequest) -> bool:
    """By the address, or by what the asker accepts."""
    return request.path.startswith(PROGRAMS) or "application/json" in request.headers.get("Accept", "")


def as_details(problem: Problem) -> HttpResponse:
    """RFC 9457 problem details; the sentences are for people, so they are in the reader's language."""
    title, detail = problem.in_words(_)
    body = problem.as_details() | {"title": title} | ({"detail": detail} if detail else {})
    return HttpResponse(json.dumps(body), status=problem.status, content_type="application/problem+json")


def as_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """One sentence, what to do, and a way back."""
    again = faults.page_before(request) if problem.type in FROM_A_FORM else ""
    title, detail = problem.in_words(_)
    context = {"again": again, "title": title, "detail": detail, "problem": problem}
    return HttpResponse(render_to_string("web/problem.html", context, request), status=problem.status)


def with_its_end(request: HttpRequest, problem: TooMany) -> TooMany:
    """The same limit with the time from which it lets one try again, on the wall of the asker's building where that is known."""
    now: datetime | None = getattr(request, "now", None)
    if problem.retry_at is None or now is None:
        return problem
    asker = getattr(request, "asker", None)
    zone: ZoneInfo | None = getattr(asker, "zone", None)
    if zone is None:
        said = _("Try again at %(at)s.") % {"at": identity.say_again(problem.retry_at, None, now)}
    elif problem.retry_at.astimezone(zone).date() == now.astimezone(zone).date():
        said = _("Try again at %(at)s.") % {"at": say_clock(problem.retry_at, zone)}
    else:
        said = _("Try again from %(when)s.") % {"when": say(problem.retry_at, zone, now)}
    return TooMany(problem.type, problem.title, said, retry_at=problem.retry_at)


def too_many(request: HttpRequest) -> HttpResponse:
    """A limit of allauth's at the sign-in; it asks for this by name, with nothing but the request."""
    at = identity.again_at(request)
    said = _("Too many tries. Try again at %(at)s.") % {"at": identity.say_again(at, identity.person_of(request.user), request.now)}  # type: ignore[attr-defined]
    return answer(request, TooMany("too_many_tries", said, retry_at=at))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Unknown addresses answer like things that are not the asker's (M27)."""
    return answer(request, NotYours())


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What no page of ours sends: a form that cannot be read, or an address that is not this house's."""
    return answer(request, Problem("not_understood", "What was sent cannot be read.", "Load the page again and send it once more."))


def too_large() -> Problem:
    """Said before anybody reads it."""
    return Problem(TOO_LARGE, "That is more than can be sent at once.", "A file may have 700 kB at most. Split it into parts.", status=413)


def broken(request: HttpRequest) -> HttpResponse:
    """Our fault, with the reference that the log has too (M28)."""
    problem = faults.problem_of(request)
    return as_details(problem) if asked_by_a_program(request) else faults.as_page(request, problem)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from a page of ours, or from one that is too old."""
    return answer(request, form_too_old())


def form_too_old() -> Problem:
    """Said where the mark of our own pages is missing."""
    return Problem(FORM_TOO_OLD, "This page is too old. Load it again; what you typed is not sent.", status=403)
