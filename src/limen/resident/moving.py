"""A new address is confirmed at that address, by who signs in as its person (PEOPLE-1, decision 0194)."""

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.kernel.problems import Refused
from limen.resident.asker import Asker, page, signed_in
from limen.web import limits

TRIES: Final = (30, timedelta(minutes=10))


@signed_in
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, asker: Asker, token: str) -> HttpResponse:
    """Says which address, and moves to it when asked to."""
    limits.spend("address", str(asker.id), most=TRIES[0], span=TRIES[1], now=asker.now)
    waiting = identity.move_by_token(token, asker.id)
    context: dict[str, object] = {"address": waiting.address, "over": not waiting.is_open(asker.now), "moved": False}
    if request.method == "POST" and not context["over"]:
        try:
            context |= {"address": accounts.confirm_move(token=token, person_id=asker.id, now=asker.now), "moved": True}
        except Refused as refused:
            context["refused"] = refused.title
    return page(request, "address.html", asker, context)
