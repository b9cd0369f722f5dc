"""How the app speaks: JSON in and out, bounded before it is parsed; a browser by its session, a native phone by its token."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from limen.kernel.problems import NotAllowed, Problem
from limen.resident.asker import Asker, asker_of
from limen.web import callers, limits
from limen.web.spoken import spoken

BODY_BYTES_MAX: Final = 16 * 1024
ASKED_MOST: Final = (600, timedelta(minutes=10))

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: who, and what they sent."""

    asker: Asker
    said: Json
    request: HttpRequest

    @property
    def now(self) -> datetime:
        """The instant of the request."""
        return self.asker.now

    def text(self, name: str, most: int = 200) -> str:
        """A text of one line, trimmed; empty where nothing was sent. Problem `bad_request` for anything else or longer, `unseen` for
        characters that cannot be seen or that turn a line around: these texts stand on other people's screens."""
        value = self.said.get(name, "")
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > most:
            raise bad_request(name)
        if not value.strip().isprintable():
            raise Problem("unseen", _("This holds characters that cannot be seen. Type it again."))
        return value.strip()

    def flag(self, name: str) -> bool:
        """A yes or no; no where nothing was sent."""
        value = self.said.get(name, False)
        if not isinstance(value, bool):
            raise bad_request(name)
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of a few words."""
        value = self.said.get(name)
        if not isinstance(value, str) or value not in allowed:
            raise bad_request(name)
        return value

    def uuid(self, name: str) -> UUID:
        """An id."""
        try:
            return UUID(self.text(name, 40))
        except ValueError:
            raise bad_request(name) from None

    def uuids(self, name: str, most: int = 50) -> list[UUID]:
        """Some ids."""
        value = self.said.get(name)
        if not isinstance(value, list) or len(value) > most or not all(isinstance(one, str) for one in value):
            raise bad_request(name)
        try:
            return [UUID(one) for one in value]
        except ValueError:
            raise bad_request(name) from None

    def spend(self, purpose: str, most: int, span: timedelta) -> None:
        """Counts one use of something that must not go on for ever; TooMany beyond."""
        limits.spend(purpose, str(self.asker.id), most=most, span=span, now=self.now)


def bad_request(what: str) -> Problem:
    """The body is not what this address takes."""
    return Problem("bad_request", "This is not what the app sends.", "Wrong or missing: %(what)s.", gaps={"what": what})


Verb = Callable[..., Json]


def by_app(*methods: str, before_consent: bool = False) -> Callable[[Verb], Callable[..., HttpResponse]]:
    """Makes a view of a verb: signed in or with a phone's token, agreed, JSON both ways. Strangers get 401, not a sign-in page."""

    def decorate(verb: Verb) -> Callable[..., HttpResponse]:
        @csrf_exempt  # `callers` checks it for sessions; a token in a header is no cookie
        @wraps(verb)
        def view(request: HttpRequest, **kwargs: object) -> HttpResponse:
            if request.method not in methods:
                response: HttpResponse = JsonResponse({"type": "about:limen/bad_request", "title": "Not here.", "status": 405}, status=405)
                response["Allow"] = ", ".join(methods)
                return response
            asker = _asker(request)
            limits.spend("home-api", str(asker.id), most=ASKED_MOST[0], span=ASKED_MOST[1], now=asker.now)
            if not before_consent and not asker.agreed:
                raise NotAllowed("Read the policy and agree first.", "Open /home/consent in a browser.")
            request.asker = asker  # type: ignore[attr-defined]
            answer = verb(Asked(asker, _body(request), request), **kwargs)
            return JsonResponse(answer, status=int(str(answer.pop("status_code", 200))))

        return view

    return decorate


def _asker(request: HttpRequest) -> Asker:
    removed = Problem("phone-removed", "This phone was removed. Sign in again.", status=410)
    asking = callers.caller(request, removed=removed)
    return asker_of(request, asking.person_id, asking.phone)


def _body(request: HttpRequest) -> Json:
    if request.method in {"GET", "DELETE"}:
        return {}
    length = request.headers.get("Content-Length", "") or "0"
    if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
        raise Problem("too_large", "That is more than the app sends.", status=413)
    if not request.body:
        return {}
    if request.content_type != "application/json":
        raise Problem("not_json", "The app speaks JSON.", status=415)
    said = spoken(request.body)
    if said is None:
        raise bad_request("JSON")
    return said
