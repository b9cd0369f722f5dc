"""The file between its choice and its import: sealed, in a session row of its own, for an hour (so that no other page carries it)."""

import base64
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.translation import gettext as _

from limen.console.asker import Asker
from limen.kernel.problems import Problem
from limen.storage import kms

KEPT: Final = "console-upload"
KEPT_S: Final = 3600
KEY: Final = "service:uploads"
CONTEXT: Final = kms.context("console_upload", "file", "session")
NAME_MOST: Final = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """What was chosen: doors or people, the file's name and bytes, and what the person settled about its columns and dates."""

    kind: str
    name: str
    data: bytes
    columns: dict[str, str]
    order: str


def keep(request: HttpRequest, asker: Asker, kind: str, name: str, data: bytes) -> None:
    """Keeps a file; the one before is forgotten."""
    _old(request).flush()
    box = _box(None)
    shown = "".join(c for c in name if c.isprintable())[-NAME_MOST:] or _("file")
    sealed = base64.b64encode(kms.seal(KEY, data, CONTEXT)).decode()
    box.update({"kind": kind, "name": shown, "property": str(asker.place.id), "data": sealed, "columns": {}, "order": ""})
    box.set_expiry(KEPT_S)
    box.create()
    request.session[KEPT] = box.session_key


def settle(request: HttpRequest, columns: dict[str, str], order: str) -> None:
    """Notes which of two columns is meant, and how dates are read."""
    box = _old(request)
    box["columns"] = {**box.get("columns", {}), **columns}
    box["order"] = order or box.get("order", "")
    box.save()


def kept(request: HttpRequest, asker: Asker) -> Upload:
    """The file of this session and building. Problem `no_file` when there is none or its hour is over."""
    box = _old(request)
    if box.get("property") != str(asker.place.id):
        raise Problem("no_file", _("Choose the file again."), status=409)
    data = kms.unseal(KEY, base64.b64decode(box["data"]), CONTEXT)
    return Upload(box["kind"], box["name"], data, box["columns"], box["order"])


def mark_of(request: HttpRequest) -> str:
    """Names the upload of this session, for counting its lines aloud."""
    return str(request.session.get(KEPT, ""))


def _old(request: HttpRequest) -> SessionBase:
    return _box(request.session.get(KEPT) or None)


def _box(key: str | None) -> SessionBase:
    store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return store
