"""The static files under one digest in their address, and the import map that names the browser modules.

Every file lies under `/static/<digest>/…` and may be kept for ever; a changed file changes the digest. Modules import each other by relative addresses,
pages name their first module `limen/<folder>/<file>.js`, which the import map leads under the digest: so a module is loaded once, whoever imports it.
"""

import base64
import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

# Rooms that ship files for the browser.
ROOMS = ("web", "console", "resident", "visitor", "bench")
# Packages whose files are served too: their version stands for their content.
PACKAGES = ("django-allauth",)
DIGEST_LENGTH = 12


def digest_of(source: Path, rooms: Iterable[str] = ROOMS) -> str:
    """A name for the content of all static files: the same files, the same name; reads about a hundred small files."""
    state = hashlib.sha256()
    for package in PACKAGES:
        state.update(f"{package} {version(package)}\n".encode())
    for room in rooms:
        folder = source / room / "static"
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            state.update(f"{room} {path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode())
            state.update(path.read_bytes())
    return state.hexdigest()[:DIGEST_LENGTH]


def import_map(static_url: str) -> str:
    """The text of the import map, exactly as the page must carry it: its hash stands in the content security policy."""
    return json.dumps({"imports": {"limen/": static_url}}, separators=(",", ":"))


def source_hash(text: str) -> str:
    """The source expression that lets exactly this inline text run (CSP level 3, section 2.3.1)."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
