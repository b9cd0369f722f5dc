"""Doors and people from a file: a preview that writes nothing, then the good lines, then the bad ones to download (W5, J1)."""

import base64
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from limen.console.asker import Asker, managed, page
from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.kernel.previews import Preview
from limen.kernel.problems import NotYours, Problem
from limen.people import queries as persons
from limen.people import services as people
from limen.places import services as places
from limen.storage import kms

FILE_MAX_BYTES: Final = 700 * 1024
KEPT: Final = "console-upload"
KEY: Final = "service:uploads"
KINDS: Final = ("doors", "people")
CONTEXT: Final = kms.context("console_upload", "file", "session")


@managed
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Chooses the file; nothing is written before the preview."""
    asker.must(asker.rights.edits_groups)
    if request.method == "GET":
        return page(request, "import.html", asker, {"here": "more"})
    file = request.FILES.get("file")
    kind = request.POST.get("kind", "")
    error = ""
    if kind not in KINDS:
        error = _("Choose whether the file lists doors or people.")
    elif file is None:
        error = _("Choose a file.")
    elif (file.size or 0) > FILE_MAX_BYTES:
        error = _("This file is larger than 700 kB. Split it into parts.")
    if error or file is None:
        return page(request, "import.html", asker, {"here": "more", "error": error, "kind": kind}, status=422)
    sealed = kms.seal(KEY, file.read(), CONTEXT)
    request.session[KEPT] = {
        "kind": kind,
        "name": (file.name or "file")[:120],
        "property": str(asker.place.id),
        "data": base64.b64encode(sealed).decode(),
    }
    return HttpResponseRedirect("/c/import/preview")


@managed
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What each line would do."""
    asker.must(asker.rights.edits_groups)
    kind, name, data = _kept(request, asker)
    chosen = {key.removeprefix("column-"): value for key, value in request.POST.items() if key.startswith("column-")}
    try:
        seen = _preview(asker, kind, data, chosen)
    except Problem as problem:
        return page(
            request, "import.html", asker, {"here": "more", "error": problem.title, "detail": problem.detail, "kind": kind}, status=422
        )
    context: dict[str, object] = {
        "here": "more",
        "seen": seen,
        "bad_rows": seen.of("bad"),
        "changed_rows": [row for row in seen.rows if row.status != "bad" and row.reasons],
        "kind": kind,
        "name": name,
        "lines": len(seen.rows),
    }
    return page(request, "import_preview.html", asker, context)


@managed
@require_POST
def run(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Writes the good lines; the same file again changes nothing."""
    asker.must(asker.rights.edits_groups)
    kind, name, data = _kept(request, asker)
    before = _preview(asker, kind, data, {})
    if kind == "doors":
        done = places.import_doors(property_id=asker.place.id, data=data, by=asker.actor, now=asker.now)
    else:
        done = people.import_people(property_id=asker.place.id, data=data, by=asker.actor, now=asker.now)
        invite_all(asker, done.made)
    return page(request, "imported.html", asker, {"here": "more", "done": done, "kind": kind, "name": name, "bad": before.count("bad")})


def invite_all(asker: Asker, made: Iterable[UUID]) -> None:
    """Mails everybody new who has an address (PEOPLE-4)."""
    for person in persons.persons_by_id(made).values():
        if person.email and identity.user_of(person.id) is None:
            accounts.invite(person_id=person.id, property_id=asker.place.id, by=asker.actor, now=asker.now)


@managed
@require_GET
def bad(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The lines that cannot be imported: the same columns plus Reason."""
    asker.must(asker.rights.edits_groups)
    kind, _name, data = _kept(request, asker)
    headers = {"Content-Disposition": 'attachment; filename="not-imported.csv"'}
    return HttpResponse(_preview(asker, kind, data, {}).bad_csv(), content_type="text/csv; charset=utf-8", headers=headers)


@managed
@require_GET
def template(request: HttpRequest, asker: Asker, kind: str) -> HttpResponse:
    """An example of each file, to fill in."""
    if kind not in KINDS:
        raise NotYours
    body = places.TEMPLATE if kind == "doors" else people.TEMPLATE
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{kind}.csv"'})


def _kept(request: HttpRequest, asker: Asker) -> tuple[str, str, bytes]:
    kept = request.session.get(KEPT)
    if not isinstance(kept, dict) or kept.get("property") != str(asker.place.id):
        raise Problem("no_file", str(_("Choose the file again.")), status=409)
    return kept["kind"], kept["name"], kms.unseal(KEY, base64.b64decode(kept["data"]), CONTEXT)


def _preview(asker: Asker, kind: str, data: bytes, chosen: dict[str, str]) -> Preview:
    if kind == "doors":
        return places.preview_doors(property_id=asker.place.id, data=data, chosen=chosen or None)
    return people.preview_people(property_id=asker.place.id, data=data, now=asker.now, chosen=chosen or None)
