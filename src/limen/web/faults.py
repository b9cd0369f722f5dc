"""Our fault: what somebody reads when a page breaks, and the reference that leads from their words to the line in the log (screens 1.3).

Nothing here asks the database, the session or a context processor: whatever broke may be one of them. The reference stands for one request,
says nothing about it, and is drawn once however often that request breaks on its way out.
"""

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from limen.kernel.problems import Problem
from limen.storage import chance

LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What cannot be misread on a screen or misheard on the telephone: no 0 and O, no 1 and I."""
LENGTH: Final = 4
VISITORS: Final = "/v/"
UNDONE: Final = "Something broke on our side. Nothing was changed. Try again; it cannot happen twice."
UNKNOWN: Final = "We got no answer, so we do not know if it was done."
LOOK_FIRST: Final = "Look whether it is there before you do it again."


def reference_of(request: HttpRequest) -> str:
    """The reference of this request's failure, such as "7F3K"; drawn at the first question."""
    known: str = getattr(request, "reference", "")
    if not known:
        known = "".join(LETTERS[byte % len(LETTERS)] for byte in chance.random_bytes(LENGTH))
        request.reference = known  # type: ignore[attr-defined]
    return known


def problem_of(request: HttpRequest) -> Problem:
    """M28 where the request left nothing behind; where that cannot be said, that it is not known."""
    reference = reference_of(request)
    if getattr(request, "unsure", False):
        return Problem("unknown", UNKNOWN, LOOK_FIRST, status=500, reference=reference)
    return Problem("broken", UNDONE, status=500, reference=reference)


def as_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The sentence, the reference, and the way back to where it was tried; in bare words where even the template fails."""
    words = {"title": _(problem.title), "detail": _(problem.detail) if problem.detail else "", "reference": str(problem.extra["reference"])}
    try:
        shown: str = render_to_string("web/fault.html", words | house(request))
    except Exception:  # noqa: BLE001 — whatever fails here failed before, and its reader must not be left with nothing
        shown = bare(words)
    return HttpResponse(shown, status=problem.status)


def house(request: HttpRequest) -> dict[str, object]:
    """What the frame of a page knows of the house, from the settings alone."""
    return {
        "import_map": mark_safe(settings.LIMEN_IMPORT_MAP),  # noqa: S308 (our own text; its hash is in the policy)
        "demonstration": settings.LIMEN_DEMO,
        "back": where_it_was_tried(request),
        "visitor": request.path.startswith(VISITORS),
    }


def where_it_was_tried(request: HttpRequest) -> str:
    """The address that was asked for, or for a form the page that it came from."""
    return request.get_full_path() if request.method in {"GET", "HEAD"} else page_before(request)


def page_before(request: HttpRequest) -> str:
    """The path of our own page from which a form came, or nothing: a referrer of somebody else's leads nowhere."""
    came = urlsplit(request.headers.get("Referer", ""))
    try:
        return came.path if came.netloc == request.get_host() else ""
    except DisallowedHost:  # asked for under a name that is not this house's
        return ""


def bare(words: dict[str, str]) -> str:
    """The same as the least that a browser shows."""
    return format_html(
        '<!doctype html><html lang="{}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{}</title>'
        "<h1>{}</h1><p>{}</p><p>{}</p></html>",
        get_language() or "en",
        *(words["title"], words["title"], words["detail"]),
        _("If it stays like this, quote this reference: %(reference)s") % words,
    )
