"""What makes the pages an app: the service worker that keeps them for when there is no signal, and the manifest."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from limen.resident.asker import Asker, at_home, page

SOURCE: Final = Path(__file__).resolve().parent.parent
KEPT_FOLDERS: Final = ("web/static/courier", "web/static/web", "resident/static/resident")


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. Its text changes with every change of a static file, which is how browsers notice."""
    script = render_to_string(
        "resident/sw.js", {"assets": json.dumps(assets()), "digest": settings.STATIC_DIGEST, "static": settings.STATIC_URL}
    )
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@at_home
@require_GET
def without(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What is shown in place of a page that is not kept, when there is no signal."""
    return page(request, "no_signal.html", asker)


@at_home
@require_GET
def guide(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Help, kept on the phone like the doors: who is refused in a cellar reads why there."""
    return page(request, "help.html", asker, {"here": "help"})


@cache
def assets() -> list[str]:
    """The addresses of everything that the pages load."""
    found = []
    for folder in KEPT_FOLDERS:
        root = SOURCE / folder
        found += [
            f"{folder.split('/')[-1]}/{path.relative_to(root).as_posix()}"
            for path in root.rglob("*")
            if path.suffix in {".js", ".css", ".svg"}
        ]
    return [static(name) for name in sorted(found)]


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """Name, start page and icon for the home screen."""
    icon = {"src": static("web/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    said = {
        "name": "Limen",
        "short_name": "Limen",
        "description": _("Opens your doors, with signal and without."),
        "id": "/home/",
        "start_url": "/home/",
        "scope": "/home/",
        "display": "standalone",
        "background_color": "#faf7f2",
        "theme_color": "#faf7f2",
        "icons": [icon],
    }
    return JsonResponse(said, content_type="application/manifest+json")
