"""The service on one port: sockets by Channels, pages by Django's WSGI handler on four threads.

A room that speaks over sockets has a module `sockets.py` with two lists of `django.urls.path`:
`browsers` (signed-in pages and visitors; an Origin of ours is required) and `programmes` (couriers, locks; they send no Origin, a foreign one is refused).
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limen.config.settings")

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

pages = get_wsgi_application()

from channels.auth import AuthMiddleware  # noqa: E402
from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from channels.sessions import CookieMiddleware, SessionMiddleware  # noqa: E402
from django.apps import apps  # noqa: E402
from django.urls import re_path  # noqa: E402

from limen.storage import live  # noqa: E402
from limen.web.cookies import SocketCookies  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PAGE_THREADS = 4
RESTART = 1012
"""Of the registry of close codes (RFC 6455, section 11.7)."""


class NothingHere(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Refuses a socket on an address that nobody serves."""

    async def connect(self) -> None:
        await self.close()


def routes(kind: str) -> list[Any]:
    """The socket addresses of all rooms, of one kind."""
    found: list[Any] = []
    for config in apps.get_app_configs():
        module = f"{config.name}.sockets"
        if config.name.startswith("limen.") and find_spec(module):
            found += getattr(import_module(module), kind, [])
    return found


class ByOrigin:
    """Sends a socket with an Origin through the browsers' checks and one without to the programmes' addresses; nobody gets both."""

    def __init__(self) -> None:
        end = [re_path(r"", NothingHere.as_asgi())]
        signed_in = CookieMiddleware(SocketCookies(SessionMiddleware(AuthMiddleware(URLRouter([*routes("browsers"), *end])))))
        self.browsers = cast(App, AllowedHostsOriginValidator(signed_in))
        self.programmes = cast(App, URLRouter([*routes("programmes"), *end]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Chooses by the header that browsers always send and cannot leave out."""
        from_browser = any(name == b"origin" for name, _ in scope["headers"])
        await (self.browsers if from_browser else self.programmes)(scope, receive, send)


class RemembersLoop:
    """Hands the server's loop to `storage.live` before anything is served: threads tell sockets through it."""

    def __init__(self, inner: App) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on unchanged."""
        live.remember(asyncio.get_running_loop())
        await self.inner(scope, receive, send)


class HearsTheEnd:
    """What is said to somebody who has just gone is lost, and nothing worse: the socket's own end follows, and is heard.

    A server raises OSError there (ASGI, "Send"); let through, it would end the consumer before its `disconnect`, and nobody would note the loss.
    """

    def __init__(self, inner: App) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, but the failure to reach who has gone."""

        async def say(message: MutableMapping[str, Any]) -> None:
            with suppress(OSError):
                await send(message)

        await self.inner(scope, receive, say)


class EndsWhenTold:
    """Ends a socket when the service puts another day in place (`live.close_all`): close code 1012, "service restart", and whoever was there dials again."""

    def __init__(self, inner: App) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on until then."""
        with live.socket() as over:

            async def hear() -> MutableMapping[str, Any]:
                heard, told = asyncio.ensure_future(receive()), asyncio.ensure_future(over.wait())
                try:
                    await asyncio.wait({heard, told}, return_when=asyncio.FIRST_COMPLETED)
                    if heard.done():
                        return heard.result()
                    await send({"type": "websocket.close", "code": RESTART})
                    return {"type": "websocket.disconnect", "code": RESTART}
                finally:
                    heard.cancel()
                    told.cancel()

            await self.inner(scope, hear, send)


application = RemembersLoop(
    cast(
        App,
        ProtocolTypeRouter(
            {"websocket": HearsTheEnd(EndsWhenTold(ByOrigin())), "http": WSGIMiddleware(cast(Any, pages), workers=PAGE_THREADS)}
        ),
    )
)
