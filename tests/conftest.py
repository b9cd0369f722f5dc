"""What every test finds: cheap password hashing, the folder for static files, and `now`."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import Client, TransactionTestCase
from hypothesis import Phase
from hypothesis import settings as properties
from pytest_django import Settings

properties.register_profile("limen", deadline=None, derandomize=True, print_blob=True)
# For tools/mutants.py: a deliberate bug that was noticed need not be made small.
properties.register_profile("noticed", properties.get_profile("limen"), phases=(Phase.explicit, Phase.generate))
properties.load_profile("limen")  # no test is judged by its time, and each run draws the same examples: a failure is there again tomorrow


def pytest_configure(config: pytest.Config) -> None:
    """Argon2 is slow on purpose; tests of sign-in need its order of events, not its cost."""
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # whitenoise warns when it is missing
    if config.option.verbose < 0:
        config.pluginmanager.register(_AtOnce(config))


class _AtOnce:
    """Names what failed when it fails: a quiet run of half an hour says so before its end."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and told is not None:
            told.write_line(f"\n{report.when} failed: {report.nodeid}", red=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The simulated houses first, for they take minutes each and the rest fills up behind them; browsers last, for they leave a loop running in the process.

    A test elsewhere that asks for a browser, if only by a parameter called `page`, would run in between: it is refused.
    """
    for item in items:
        if "browser_name" in getattr(item, "fixturenames", ()) and "browser" not in item.path.parts:
            raise pytest.UsageError(f"{item.nodeid} asks for a browser: move it to tests/browser, or name its parameter something else")
    items.sort(key=lambda item: 0 if item.path.name == "test_simulator_seeds.py" else 1 + ("browser" in item.path.parts))
    if os.environ["LIMEN_TEST_DATABASE"] == "postgresql":
        config.hook.pytest_deselected(items=[item for item in items if not _asks_a_database(item)])
        items[:] = [item for item in items if _asks_a_database(item)]


def _asks_a_database(item: pytest.Item) -> bool:
    """Whoever does not say so cannot reach it (pytest-django stands in the way): on another database it would be the same test again.

    A command that a test starts has a database of its own (tests.server.own_database): so has every page in a browser; elsewhere a mark says it.
    """
    said = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    of_django = issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
    starts_one = "browser" in item.path.parts or any(item.get_closest_marker(name) for name in ("django_db", "own_database"))
    return bool(said) or of_django or starts_one


@pytest.fixture
def own_data(tmp_path: Path, settings: Settings) -> Path:
    """Keys and ledger of this test alone; gives the folder that it may write to."""
    settings.LIMEN_DATA = tmp_path / "data"
    return tmp_path


def _sign_in(client: Client, request: HttpRequest) -> None:
    """Django's test client keeps a session's key for a cookie; here a key alone is no session (limen.web.cookies)."""
    from limen.web.cookies import marked

    client.cookies[django_settings.SESSION_COOKIE_NAME] = marked(request.session.session_key or "")


def _session_of(client: Client) -> SessionStore:
    from limen.web.cookies import key_in

    cookie = client.cookies.get(django_settings.SESSION_COOKIE_NAME)
    return SessionStore(key_in(cookie.value) or None if cookie else None)


Client._set_login_cookies = _sign_in  # type: ignore[attr-defined]
Client.session = property(_session_of)  # type: ignore[assignment]


@pytest.fixture
def now() -> datetime:
    """Saturday 21 November 2026, 14:02 in New York: the moment of the examples."""
    return datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
