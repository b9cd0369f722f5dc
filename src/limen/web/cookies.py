"""The cookie of a session: its key as the database knows it, and a mark that only this service can make.

Whoever reads the database, or a copy of it, reads the keys of everybody who is signed in. Without the mark, which hangs on the secret in a
file, none of them is a session (decision 0161).
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

SALT = "limen.session"
Scope = MutableMapping[str, Any]
App = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


def marked(key: str) -> str:
    """What the browser is given for a session's key."""
    return Signer(salt=SALT).sign(key)


def key_in(cookie: str) -> str:
    """The key in a cookie of ours; empty for anything else."""
    try:
        return Signer(salt=SALT).unsign(cookie)
    except BadSignature:
        return ""


def without_mark(cookies: MutableMapping[str, str]) -> None:
    """Leaves Django the key alone, or nothing where the mark is not ours."""
    key = key_in(cookies.pop(settings.SESSION_COOKIE_NAME, ""))
    if key:
        cookies[settings.SESSION_COOKIE_NAME] = key


class SessionCookies:
    """Stands right before Django's own middleware of sessions, which knows keys only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        without_mark(request.COOKIES)
        response = self.get_response(request)
        given = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if given is not None and given.value:
            response.cookies[settings.SESSION_COOKIE_NAME] = marked(given.value)
        return response


class SocketCookies:
    """The same for sockets, between the parsing of cookies and the sessions of Channels; a socket gives no cookie."""

    def __init__(self, inner: App) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        """Passes everything else on unchanged."""
        cookies = dict(scope.get("cookies", {}))
        without_mark(cookies)
        await self.inner({**scope, "cookies": cookies}, receive, send)
