"""Doors and people from a file: a preview that writes nothing, then the good lines, then the bad ones to download (W5, J1)."""

from collections.abc import Iterable
from typing import Final, Literal, cast, get_args
from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from limen.console import uploads
from limen.console.asker import Asker, managed, page
from limen.console.retelling import in_the_readers_words, retold
from limen.console.uploads import Upload
from limen.fleet import queries as fleet
from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.kernel.previews import Imported, Preview, Progress
from limen.kernel.problems import NotYours
from limen.kernel.tables import NotReadable
from limen.people import queries as persons
from limen.people import services as people
from limen.places import services as places

FILE_MAX_BYTES: Final = 700 * 1024
KINDS: Final = ("doors", "people")
DateOrder = Literal["mdy", "dmy", "ymd"]
PROGRESS_S: Final = 300
BAD_SHOWN: Final = 3


@managed
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Chooses the file; nothing is written before the preview."""
    asker.must(asker.rights.edits_groups, "groups")
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if request.method == "GET":
        return page(request, "import.html", asker, {"here": "more", "kind": kind})
    file = request.FILES.get("file")
    error, status = "", 422
    if kind not in KINDS:
        error = _("Choose whether the file lists doors or people.")
    elif file is None:
        error = _("Choose a file.")
    elif (file.size or 0) > FILE_MAX_BYTES:
        error, status = _("This file is larger than 700 kB. Split it into parts."), 413
    if error or file is None:
        return page(request, "import.html", asker, {"here": "more", "error": error, "kind": kind}, status=status)
    uploads.keep(request, asker, kind, file.name or "", file.read())
    return HttpResponseRedirect("/c/import/preview")


@managed
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What each line would do; asks where two columns could be meant."""
    asker.must(asker.rights.edits_groups, "groups")
    if request.method == "POST":
        columns = {key.removeprefix("column-"): str(value)[:200] for key, value in request.POST.items() if key.startswith("column-")}
        order = request.POST.get("order", "")
        uploads.settle(request, columns, order if order in get_args(DateOrder) else "")
        return HttpResponseRedirect("/c/import/preview")
    upload = uploads.kept(request, asker)
    context: dict[str, object] = {"here": "more", "kind": upload.kind, "name": upload.name}
    try:
        seen = _preview(asker, upload)
    except NotReadable as problem:
        context |= {"error": retold(problem.title), "detail": retold(problem.detail) if problem.detail and not problem.options else ""}
        if problem.options:
            return page(request, "import_columns.html", asker, context | {"column": problem.detail, "options": problem.options}, status=422)
        return page(request, "import.html", asker, context, status=422)
    bad = seen.of("bad")
    context |= {
        "seen": seen,
        "bad_first": bad[:BAD_SHOWN],
        "bad_more": bad[BAD_SHOWN:],
        "bad": len(bad),
        "changed_rows": [row for row in seen.rows if row.status != "bad" and row.reasons],
        "lines": len(seen.rows),
        "new": seen.count("new"),
        "changed": seen.count("changed"),
        "same": seen.count("same"),
        "summary": summary(seen.count("new"), seen.count("changed"), seen.count("same"), len(bad)),
        "orders": [("mdy", _("month/day/year")), ("dmy", _("day/month/year")), ("ymd", _("year/month/day"))],
    }
    return page(request, "import_preview.html", asker, context)


@managed
@require_POST
def run(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Writes the good lines and says how far it is meanwhile; the same file again changes nothing."""
    asker.must(asker.rights.edits_groups, "groups")
    upload = uploads.kept(request, asker)
    mark = _mark(request)

    def progress(line: int, lines: int) -> None:
        cache.set(mark, [line, lines], PROGRESS_S)

    done = _import(asker, upload, progress)
    if upload.kind == "people":
        _invite_all(asker, done.made)
    cache.delete(mark)
    context: dict[str, object] = {"here": "more", "done": done, "kind": upload.kind, "name": upload.name, "bad": done.bad}
    return page(request, "imported.html", asker, context | {"summary": summary(done.new, done.changed, done.same, done.bad)})


@managed
@require_GET
def progress_of(request: HttpRequest, asker: Asker) -> HttpResponse:
    """ "Reading line 61 of 197.", for the page that waits."""
    line, lines = cache.get(_mark(request)) or (0, 0)
    words = _("Reading line %(line)d of %(lines)d.") % {"line": line, "lines": lines} if lines else ""
    return JsonResponse({"words": words, "line": line, "lines": lines})


@managed
@require_GET
def bad(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The lines that cannot be imported: the same columns plus Reason."""
    asker.must(asker.rights.edits_groups, "groups")
    upload = uploads.kept(request, asker)
    headers = {"Content-Disposition": 'attachment; filename="not-imported.csv"'}
    return HttpResponse(_preview(asker, upload).bad_csv(), content_type="text/csv; charset=utf-8", headers=headers)


@managed
@require_GET
def template(request: HttpRequest, asker: Asker, kind: str) -> HttpResponse:
    """An example of each file, to fill in."""
    if kind not in KINDS:
        raise NotYours
    body = places.TEMPLATE if kind == "doors" else people.TEMPLATE
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{kind}.csv"'})


def summary(new: int, changed: int, same: int, bad: int) -> str:
    """ "171 new, 4 changed, 10 the same, 12 not imported.", or that there is nothing to do; in the reader's language."""
    if not new and not changed and same:
        return _("Nothing to do: all %(n)d lines are here already.") % {"n": same}
    parts = [ngettext("%(n)d new", "%(n)d new", new) % {"n": new}]
    if changed:
        parts.append(ngettext("%(n)d changed", "%(n)d changed", changed) % {"n": changed})
    if same:
        parts.append(ngettext("%(n)d the same", "%(n)d the same", same) % {"n": same})
    parts.append(ngettext("%(n)d not imported", "%(n)d not imported", bad) % {"n": bad})
    return ", ".join(parts) + "."


def _invite_all(asker: Asker, made: Iterable[UUID]) -> None:
    """Mails everybody new who has an address (PEOPLE-4)."""
    for person in persons.persons_by_id(made).values():
        if person.email and identity.user_of(person.id) is None:
            accounts.invite(person_id=person.id, property_id=asker.place.id, by=asker.actor, now=asker.now)


def _mark(request: HttpRequest) -> str:
    return f"console-import:{uploads.mark_of(request)}"


def _order(upload: Upload) -> DateOrder | None:
    return cast(DateOrder, upload.order) if upload.order else None


def _preview(asker: Asker, upload: Upload) -> Preview:
    chosen = upload.columns or None
    if upload.kind == "doors":
        seen = places.preview_doors(property_id=asker.place.id, data=upload.data, models=fleet.networks(), chosen=chosen)
    else:
        seen = people.preview_people(property_id=asker.place.id, data=upload.data, now=asker.now, chosen=chosen, order=_order(upload))
    return in_the_readers_words(seen)


def _import(asker: Asker, upload: Upload, progress: Progress) -> Imported:
    place, chosen = asker.place.id, upload.columns or None
    if upload.kind == "doors":
        return places.import_doors(
            property_id=place, data=upload.data, models=fleet.networks(), by=asker.actor, now=asker.now, chosen=chosen, progress=progress
        )
    return people.import_people(
        property_id=place, data=upload.data, by=asker.actor, now=asker.now, chosen=chosen, order=_order(upload), progress=progress
    )
