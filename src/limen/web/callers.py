"""Whose request it is where programmes ask: a phone that proves itself by its token, or a browser by its session, from a page of ours."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from limen.identity import queries as identity
from limen.identity.queries import PhoneView
from limen.kernel.problems import Problem
from limen.web.problems import form_too_old

TOKEN_CHARS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """A person, and the phone that a native app proved (None: a signed-in browser)."""

    person_id: UUID
    phone: PhoneView | None


def caller(request: HttpRequest, *, removed: Problem) -> Caller:
    """Who asks. Problem `signed-out`, `form_too_old` for a session from a foreign page, `removed` for a token that nobody has any more.

    The view is exempt from Django's check, for a token in a header is no cookie; for a session it is made here.
    """
    header = request.headers.get("Authorization", "")
    if header:
        return _by_token(header, removed)
    person_id = identity.person_of(request.user)
    if person_id is None:
        raise signed_out()
    _check_origin(request)
    return Caller(person_id, None)


def signed_out() -> Problem:
    """Nobody we know."""
    return Problem("signed-out", "Sign in first.", status=401)


def _by_token(header: str, removed: Problem) -> Caller:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > TOKEN_CHARS_MAX:
        raise signed_out()
    phone = identity.phone_by_token(token)
    if phone is None:
        raise removed
    return Caller(phone.person_id, phone)


class _OriginCheck(CsrfViewMiddleware):
    """Django's own check, asked for its reason."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def _check_origin(request: HttpRequest) -> None:
    check = _OriginCheck(lambda _: HttpResponse())
    check.process_request(request)
    if check.process_view(request, lambda _: HttpResponse(), (), {}) is not None:
        raise form_too_old()
