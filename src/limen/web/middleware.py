"""What happens to every request at the edge: headers, language, the instant, problems as pages, one transaction."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from limen.identity import services as identity
from limen.kernel.problems import NotAllowed, NotYours, Problem
from limen.storage import clock
from limen.storage.transactions import unit_of_work
from limen.web import problems

Next = Callable[[HttpRequest], HttpResponse]
READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LANGUAGES: Final = frozenset({"en", "es"})
LANGUAGE_COOKIE: Final = "limen-language"
NO_COOKIES: Final = "/v/"
"""Visitors get no cookie, not even for their language (screens 1.4)."""
BODY_MAX_BYTES: Final = 5 * 1024 * 1024
NO_PAGE: Final = 405

POLICY: Final = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "media-src": "'self' blob: mediastream:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}


def now_of(request: HttpRequest) -> datetime:
    """The instant of this request, the same for everything that it does."""
    now: datetime | None = getattr(request, "now", None)
    return now if now is not None else clock.now()


class SecurityHeaders:
    """Strict content security policy, no referrer, and no cache for what is personal."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        policy = POLICY | {"script-src": f"'self' {settings.LIMEN_IMPORT_MAP_HASH}"}
        self.policy = "; ".join(f"{name} {value}" for name, value in policy.items())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", self.policy)
        response.setdefault("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(), payment=()")
        response.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):
            response.setdefault("Cache-Control", "no-store")
        return response


class BodyLimit:
    """Refuses a body larger than any page of ours sends, before anybody parses it (a form's check comes too late: its file is on the disk)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isdecimal() or int(announced) > BODY_MAX_BYTES:
            return problems.answer(request, problems.too_large())
        return self.get_response(request)


class Language:
    """The language asked for in the address, else the remembered one, else the browser's."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "")
        remembered = request.COOKIES.get(LANGUAGE_COOKIE, "")
        chosen = next((c for c in (asked, remembered) if c in LANGUAGES), None) or translation.get_language_from_request(request)
        request.LANGUAGE_CODE = chosen
        with translation.override(chosen):  # and the thread speaks as before to whoever comes next
            response = self.get_response(request)
        response.setdefault("Content-Language", chosen)
        patch_vary_headers(response, ("Accept-Language",))
        if asked in LANGUAGES and not request.path.startswith(NO_COOKIES):
            response.set_cookie(
                LANGUAGE_COOKIE, asked, max_age=31_536_000, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
            )
            if (user := getattr(request, "user", None)) is not None and user.is_authenticated:
                with unit_of_work():
                    identity.note_language(user=user, language=asked)
        return response


class Now:
    """Reads the clock once per request."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = clock.now()  # type: ignore[attr-defined]
        return self.get_response(request)


class Problems:
    """Turns a raised problem into a page for people and problem details for programs (RFC 9457)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != NO_PAGE or response.content:
            return response
        said = problems.answer(request, Problem("no_page", "This address is not a page. A button leads here.", status=NO_PAGE))
        said["Allow"] = response["Allow"]
        return said

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Problems answer with themselves; what is missing and what is forbidden by Django answer like ours."""
        if isinstance(exception, Problem):
            return problems.answer(request, exception)
        if isinstance(exception, Http404):
            return problems.answer(request, NotYours())
        if isinstance(exception, PermissionDenied):
            return problems.answer(request, NotAllowed("You can see this, not change it."))
        return None


def note_unsure(request: HttpRequest) -> None:
    """Should this request break now, nobody may say that nothing was changed."""
    request.unsure = True  # type: ignore[attr-defined]


class Transaction:
    """One transaction around each writing request; what breaks leaves nothing behind.

    Not `ATOMIC_REQUESTS`: with SQLite's IMMEDIATE every GET would take the write lock. An exception is already a response when it arrives here,
    so the views' exceptions are noted on their way (a returned 4xx commits: a failed sign-in must be counted).
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in READING:
            return self.get_response(request)
        ending = False
        try:
            with unit_of_work():
                # From the commit on, whatever breaks breaks around something that is true already.
                transaction.on_commit(partial(note_unsure, request))
                response = self.get_response(request)
                if response.status_code >= 500 or getattr(request, "broke", False):
                    transaction.set_rollback(True)
                ending = True
        except Problem as problem:  # news told at the end of the transaction may refuse it as a whole
            return problems.answer(request, problem)
        except DatabaseError:
            if ending:  # a connection that is lost over a commit does not say which side of it
                note_unsure(request)
            raise
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Notes that the view broke; somebody else answers."""
        request.broke = True  # type: ignore[attr-defined]
