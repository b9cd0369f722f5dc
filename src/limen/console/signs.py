"""QR signs for visitors: made, shown as they print, printed, rotated, their calls switched off and on (LINK-1, LINK-8, LINK-9)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
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
        asker.must(asker.rights.edits_groups, "groups")
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
    address = panel.address_of(link.code)
    qr = panel.picture(address)
    context: dict[str, object] = {
        "here": "more",
        "link": link,
        "door": places.door_view(link.door_id),
        "address": address,
        "qr": qr,
        "spoken": panel.spaced(link.code),
        "has_device": credentials.has_device(link.door_id),
        "rotated": request.GET.get("was", ""),
        "switched": request.GET.get("calls", ""),
        "calls": _calls(asker, link.door_id),
        "now": asker.now,
    }
    return page(request, "sign.html", asker, context)


def _calls(asker: Asker, door_id: UUID) -> str:
    """ "31 calls in November, 24 answered.": of this month, on the building's wall."""
    wall = asker.now.astimezone(asker.place.zone)
    month = formats.date_format(wall, "F")
    count = intercom.calls_at(door_id, wall.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    if not count.made:
        return _("No calls in %(month)s.") % {"month": month}
    words = ngettext("%(n)d call in %(month)s, %(answered)d answered.", "%(n)d calls in %(month)s, %(answered)d answered.", count.made)
    return words % {"n": count.made, "month": month, "answered": count.answered}


@managed
@require_GET
def print_sign(request: HttpRequest, asker: Asker, link_id: UUID, form: str = "pdf") -> HttpResponse:
    """The sign in its exact size, as PDF or SVG."""
    link = _link(asker, link_id)
    words = panel.Words(asker.place.name, places.door_view(link.door_id).name, panel.address_of(link.code), asker.place.office_phone)
    if form == "svg":
        body, kind = panel.svg(words), "image/svg+xml"
    else:
        body, kind = panel.pdf(words), "application/pdf"
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="sign.{form}"'})


@managed
@require_POST
def rotate(request: HttpRequest, asker: Asker, link_id: UUID) -> HttpResponse:
    """Ends the old sign at once; the new one can be printed right there."""
    asker.must(asker.rights.edits_groups, "groups")
    fresh = verbs.rotate(link_id=_link(asker, link_id).id, by=asker.actor, now=asker.now)
    return HttpResponseRedirect(f"/c/links/{fresh.id}?was=1")


@managed
@require_POST
def switch_calls(request: HttpRequest, asker: Asker, link_id: UUID) -> HttpResponse:
    """Lets a sign ring nobody until somebody switches its calls on again; both can be taken back, so nothing is asked twice."""
    asker.must(asker.rights.edits_groups, "groups")
    link = verbs.switch_calls(link_id=_link(asker, link_id).id, on=request.POST.get("calls") == "on", by=asker.actor, now=asker.now)
    return HttpResponseRedirect(f"/c/links/{link.id}?calls=1")


def _link(asker: Asker, link_id: UUID) -> intercom.LinkView:
    found = next((link for link in intercom.links(asker.place.id) if link.id == link_id), None)
    if found is None:
        raise NotYours
    return found
