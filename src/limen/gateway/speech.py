"""How couriers speak: who they are, CBOR in and out, bounded before it is parsed (contract of the gateway)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from limen.identity.queries import PhoneView
from limen.kernel.actors import Actor
from limen.kernel.problems import Problem
from limen.web import callers
from limen.web.middleware import now_of
from limen.wire import cbor, limits
from limen.wire.cbor import Encodable, Key, Value

CBOR = "application/cbor"
BODY_BYTES_MAX = 256 * 1024


@dataclass(frozen=True)
class Courier:
    """Who is asking: a person, and the phone a native app proved by its token (None: a signed-in browser)."""

    person_id: UUID
    phone: PhoneView | None

    @property
    def actor(self) -> Actor:
        return Actor(person_id=self.person_id, via="phone" if self.phone else "browser")


@dataclass(frozen=True)
class Asked:
    """One question: who, what, when."""

    courier: Courier
    said: dict[Key, Value]
    now: datetime

    def blob(self, name: str, size: int | None = None, most: int = BODY_BYTES_MAX) -> bytes:
        """A byte string of the question. Problem `bad_request` for anything else."""
        value = self.said.get(name)
        if not isinstance(value, bytes) or len(value) > most or (size is not None and len(value) != size):
            raise Malformed(name)
        return value

    def uuid(self, name: str) -> UUID:
        """An id of 16 bytes."""
        return UUID(bytes=self.blob(name, 16))

    def lock_id(self) -> bytes:
        """The lock a question is about."""
        return self.blob("lock", limits.LOCK_ID_BYTES)


class Malformed(Problem):
    """The body is not what this address takes."""

    def __init__(self, what: str) -> None:
        super().__init__("bad_request", "This is not a question the gateway knows.", f"Wrong or missing: {what}.")


Verb = Callable[[Asked], dict[str, Encodable]]


def question(verb: Verb) -> Callable[[HttpRequest], HttpResponse]:
    """Makes a view of a verb: one POST, signed in or with a phone's token, CBOR both ways."""

    @csrf_exempt  # `callers` checks it for sessions; a token in a header is no cookie
    @require_POST
    @wraps(verb)
    def view(request: HttpRequest) -> HttpResponse:
        asking = callers.caller(request, removed=phone_removed())
        answer = verb(Asked(Courier(asking.person_id, asking.phone), _body(request), now_of(request)))
        return HttpResponse(cbor.encode(answer), content_type=CBOR)

    return view


def _body(request: HttpRequest) -> dict[Key, Value]:
    if request.content_type != CBOR:
        raise Problem("not_cbor", "The gateway speaks CBOR.", status=415)
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
        raise Problem("too_large", "This is more than the gateway takes at once.", status=413)
    try:
        said = cbor.decode(request.body, BODY_BYTES_MAX)
    except cbor.WireError:
        raise Malformed("CBOR") from None
    if not isinstance(said, dict):
        raise Malformed("a map")
    return said


def phone_removed() -> Problem:
    """A phone that was removed, or a token nobody has: the app forgets everything it carries (PEOPLE-7)."""
    return Problem("phone-removed", "This phone was removed. Nothing on it opens doors any more.", status=401)
