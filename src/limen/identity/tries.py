"""When somebody who tried too often may try again: allauth counts, and says only that it was too much (screens 2, `/signin`).

Nothing here asks whether an address has an account: what is counted under a typed address is counted for every address, and the hour is told in the
zone of the buildings here, or of the person once the first step has proven them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.core import context as request_context
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from limen.identity import naming
from limen.identity.models import User
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import clock

MINUTE_S: Final = 60
TOO_MANY: Final = frozenset({"too_many_login_attempts", "rate_limited"})
"""What allauth's forms call it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One of allauth's limits: what is counted, and under which of a form's own marks beside the network address."""

    action: str
    app: str = "allauth.account"
    key: str | None = None
    user: User | None = None


PAGES: Final = {
    "account_login": Limit("login"),
    "account_signup": Limit("signup"),
    "account_reset_password": Limit("reset_password"),
    "account_reset_password_from_key": Limit("reset_password_from_key"),
    "account_change_password": Limit("change_password"),
    "account_set_password": Limit("change_password"),
    "account_reauthenticate": Limit("reauthenticate"),
    "mfa_reauthenticate": Limit("reauthenticate"),
    "mfa_reauthenticate_webauthn": Limit("reauthenticate"),
    "mfa_login_webauthn": Limit("webauthn_login", app="allauth.mfa"),
}
"""The limits that answer with a page of their own, by the name of the address that was asked for."""


def again_at(request: HttpRequest, limit: Limit | None = None) -> datetime:
    """The first whole minute at which this limit, or the one of the page that was asked for, lets one try through.

    Within a minute where nothing is full: allauth also refuses when too many ask at the same instant.
    """
    limit = limit or _limit_of_page(request)
    full = [
        end for rate in ratelimit.get_rates(app=limit.app, action=limit.action) if (end := _full_until(request, limit, rate)) is not None
    ]
    ahead = timedelta(milliseconds=clock.offset_ms())  # allauth counts by the machine's clock, whatever day a demonstration has
    end = max(full) + ahead if full else clock.now() + timedelta(minutes=1)
    return datetime.fromtimestamp(ceil(end.timestamp() / MINUTE_S) * MINUTE_S, UTC)


def say_again(at: datetime, person_id: UUID | None, now: datetime) -> str:
    """ "14:12" on the wall of the buildings of this person, or of all that are here; with the zone's name where they do not share one."""
    zones = _zones(person_id, now) or _zones(None, now)
    if len(zones) == 1:
        return f"{at.astimezone(zones.pop()):%H:%M}"
    return f"{at.astimezone(UTC):%H:%M} UTC"


@contextmanager
def saying_when(limit: Limit) -> Iterator[None]:
    """Around a check of allauth's: where it refuses because of this limit, its sentence names the time."""
    try:
        yield
    except ValidationError as no:
        if no.code not in TOO_MANY:
            raise
        request: HttpRequest = request_context.request
        at = say_again(again_at(request, limit), limit.user.person_id if limit.user else None, clock.now())
        raise ValidationError(_("Too many tries. Try again at %(at)s.") % {"at": at}, code=no.code) from None


def second_step(user: User) -> Limit:
    """The limit of authenticator, recovery codes and passkey of somebody whose first step was right (allauth's own mark of it)."""
    return Limit("login_failed", key=f"mfa-auth-user-{user.pk}", user=user)


def _limit_of_page(request: HttpRequest) -> Limit:
    """With this account's or this typed address's own count; the one of the sign-in for any other page."""
    name = request.resolver_match.url_name if request.resolver_match else None
    limit, typed = PAGES.get(name or "", Limit("login")), request.POST.get("email", "")
    user = request.user if isinstance(request.user, User) else None
    return Limit(limit.action, limit.app, naming.name_for(typed).lower() if typed else None, user)


def _full_until(request: HttpRequest, limit: Limit, rate: ratelimit.Rate) -> datetime | None:
    """When the oldest try counted here is forgotten, if there is no room before that."""
    if (rate.per == "key" and limit.key is None) or (rate.per == "user" and limit.user is None):
        return None
    mark = ratelimit.get_cache_key(request, app=limit.app, action=limit.action, rate=rate, key=limit.key, user=limit.user)
    tries: list[float] = cache.get(mark, [])
    return datetime.fromtimestamp(tries[rate.amount - 1] + rate.duration, UTC) if len(tries) >= rate.amount else None


def _zones(person_id: UUID | None, now: datetime) -> set[ZoneInfo]:
    if person_id is None:
        return {place.zone for place in places.properties()}
    theirs = {*people.properties_lived_in(person_id, now), *people.managed_properties(person_id, now)}
    return {place.zone for place in places.properties(ids=theirs)}
