"""QR signs for visitors: made, shown as they print, printed, rotated (LINK-1, LINK-8)."""

from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from limen.console import panel
from limen.console.asker import Asker, managed, page
from limen.console.naming import door_of
from limen.credentials import queries as credentials
from limen.intercom import queries as intercom
from limen.intercom import services as verbs
from limen.kernel.problems import NotYours
from limen.places import queries as places

KINDS = frozenset({"entrance", "common", "service"})


@managed
@require_http_methods(["GET", "POST"])
def signs(request: HttpRequest, asker: Asker) -> HttpResponse:
    """All signs; a door without one can get it here."""
    if request.method == "POST":
        asker.must(asker.rights.edits_groups)
        try:
            door = door_of(asker, UUID(request.POST.get("door", "")))
        except ValueError:
            raise NotYours from None
        link = verbs.make_link(door_id=door.id, by=asker.actor, now=asker.now)
        return HttpResponseRedirect(f"/c/links/{link.id}")
    links = {link.door_id: link for link in intercom.links(asker.place.id)}
    doors = [(door, links.get(door.id)) for door in places.doors(asker.place.id) if door.kind in KINDS]
    return page(request, "signs.html", asker, {"here": "more", "doors": doors})


@managed
@require_GET
def sign(request: HttpRequest, asker: Asker, link_id: UUID) -> HttpResponse:
    """The sign as it prints."""
    link = _link(asker, link_id)
    address = f"{settings.LIMEN_ORIGIN}/v/{link.code}"
    qr = segno.make_qr(address, error="m").svg_inline(scale=4, border=2, omitsize=True)
    context: dict[str, object] = {
        "here": "more",
        "link": link,
        "door": places.door_view(link.door_id),
        "address": address,
        "qr": qr,
        "has_device": credentials.has_device(link.door_id),
        "rotated": request.GET.get("was", ""),
        "now": asker.now,
    }
    return page(request, "sign.html", asker, context)


@managed
@require_GET
def print_sign(request: HttpRequest, asker: Asker, link_id: UUID) -> HttpResponse:
    """The sign in its exact size, as PDF."""
    link = _link(asker, link_id)
    body = panel.pdf(
        asker.place.name, places.door_view(link.door_id).name, f"{settings.LIMEN_ORIGIN}/v/{link.code}", asker.place.office_phone
    )
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": 'attachment; filename="sign.pdf"'})


@managed
@require_POST
def rotate(request: HttpRequest, asker: Asker, link_id: UUID) -> HttpResponse:
    """Ends the old sign at once; the new one can be printed right there."""
    asker.must(asker.rights.edits_groups)
    fresh = verbs.rotate(link_id=_link(asker, link_id).id, by=asker.actor, now=asker.now)
    return HttpResponseRedirect(f"/c/links/{fresh.id}?was=1")


def _link(asker: Asker, link_id: UUID) -> intercom.LinkView:
    found = next((link for link in intercom.links(asker.place.id) if link.id == link_id), None)
    if found is None:
        raise NotYours
    return found
