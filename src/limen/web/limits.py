"""Rates per address, counted for all processes together (`storage.remembered`): guessing and harvesting get dull. Never the only defence."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from limen.kernel.problems import TooMany

TOO_OFTEN: Final = "too_often"


def address_of(request: HttpRequest) -> str:
    """The asker's network address; proxies are believed only as far as they were configured, counted from the right."""
    return _first_hop(request.headers.get("X-Forwarded-For", ""), str(request.META.get("REMOTE_ADDR", "")))


def network_of(request: HttpRequest) -> str:
    """What counts as one visitor: the address, of IPv6 its first 64 bits, for a single phone has the rest to choose from."""
    return _network(address_of(request))


def network_in(scope: Mapping[str, Any]) -> str:
    """The same for a socket: behind a proxy every socket comes from one address, and one visitor must not use up what is all others' too."""
    forwarded = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"x-forwarded-for"]
    client = scope.get("client") or ("",)
    return _network(_first_hop(",".join(forwarded), str(client[0])))


def _first_hop(forwarded: str, direct: str) -> str:
    trusted = int(settings.ALLAUTH_TRUSTED_PROXY_COUNT)
    hops = [part.strip() for part in forwarded.split(",") if part.strip()]
    return hops[-trusted] if trusted and len(hops) >= trusted else direct


def _network(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((known, 64), strict=False)) if known.version == 6 else address


def spend(purpose: str, who: str, *, most: int, span: timedelta, now: datetime) -> None:
    """Counts one use of `purpose` by `who`; TooMany `too_often` beyond `most` in a span, with when it works again."""
    length = int(span.total_seconds())
    started = int(now.timestamp()) // length * length
    mark = hashlib.sha256(who.encode()).hexdigest()[:32]
    key = f"limit:{purpose}:{mark}:{started}"
    cache.add(key, 0, timeout=length)
    try:
        used = cache.incr(key)
    except ValueError:  # it ran out between the two lines
        used = 1
    if used > most:
        retry_at = datetime.fromtimestamp(started + length, tz=now.tzinfo)
        raise TooMany(TOO_OFTEN, "Too many tries.", "Try again in a few minutes.", retry_at=retry_at)
