"""A problem as its asker can read it: a page for people, `application/problem+json` for programs."""

import json
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from limen.kernel.problems import Problem, TooMany

FORM_TOO_OLD = "form_too_old"
PROGRAMS = ("/gateway/", "/api/", "/home/api/")


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem in the form that the asker understands; the status is the same in both."""
    wants_json = request.path.startswith(PROGRAMS) or "application/json" in request.headers.get("Accept", "")
    response = as_details(problem) if wants_json else as_page(request, problem)
    if isinstance(problem, TooMany) and problem.retry_at is not None and getattr(request, "now", None):
        response["Retry-After"] = str(max(1, int((problem.retry_at - request.now).total_seconds())))  # type: ignore[attr-defined]
    return response


def as_details(problem: Problem) -> HttpResponse:
    """RFC 9457 problem details."""
    return HttpResponse(json.dumps(problem.as_details()), status=problem.status, content_type="application/problem+json")


def as_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """One sentence, what to do, and a way back."""
    again = page_before(request) if problem.type == FORM_TOO_OLD else ""
    context = {"again": again, "title": _(problem.title), "detail": _(problem.detail) if problem.detail else "", "problem": problem}
    return HttpResponse(render_to_string("web/problem.html", context, request), status=problem.status)


def page_before(request: HttpRequest) -> str:
    """The path of our own page from which a form came, or nothing: a referrer of somebody else's leads nowhere."""
    came = urlsplit(request.headers.get("Referer", ""))
    return came.path if came.netloc == request.get_host() else ""


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Unknown addresses answer like things that are not the asker's (M27)."""
    from limen.kernel.problems import NotYours

    return answer(request, NotYours())


def broken(request: HttpRequest) -> HttpResponse:
    """Our fault, rolled back (M28)."""
    return answer(
        request, Problem("broken", "Something broke on our side. Nothing was changed. Try again; it cannot happen twice.", status=500)
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from a page of ours, or from one that is too old."""
    return answer(request, form_too_old())


def form_too_old() -> Problem:
    """Said where the mark of our own pages is missing."""
    return Problem(FORM_TOO_OLD, "This page is too old. Load it again; what you typed is not sent.", status=403)
