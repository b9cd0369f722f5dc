"""The page behind the sign, asked as a stranger's browser would ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from limen.storage import clock
from tests.unit.intercom.conftest import Porch, porch

__all__ = ["porch"]


class Stopped:
    """A clock that stands, and is moved by the test."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        """The instant of the test."""
        return self.at

    def pass_by(self, **span: float) -> None:
        """Time goes on."""
        self.at += timedelta(**span)


@dataclass
class Street:
    """Victor's phone before the sign."""

    porch: Porch
    clock: Stopped
    browser: Client

    def page(self, path: str = "", **asked: str) -> Any:
        """A page of the sign."""
        return self.browser.get(f"/v/{self.porch.link.code}{path}", asked)

    def call(self, entry: str | None = None, language: str = "en") -> Any:
        """Makes a call as the page's script does."""
        path = f"/v/{self.porch.link.code}/calls?lang={language}"
        body = {"entry": entry if entry is not None else self.porch.entry()}
        return self.browser.post(path, body, content_type="application/json", headers={"accept": "application/json"})

    def look(self, call: dict[str, Any], **more: str) -> Any:
        """Looks at the call again."""
        path = f"/v/{self.porch.link.code}/calls/{call['call']}"
        return self.browser.post(
            path, {"token": call["token"], **more}, content_type="application/json", headers={"accept": "application/json"}
        )


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test stands in one transaction that is undone; channels would close its connection as left over."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)
    monkeypatch.setattr("channels.consumer.aclose_old_connections", _nothing, raising=False)


async def _nothing() -> None:
    """Closes nothing."""


@pytest.fixture
def street(porch: Porch) -> Iterator[Street]:
    """The sign of the Package Room at the moment of the examples."""
    cache.clear()
    stopped = Stopped(porch.now)
    clock.use(stopped)
    yield Street(porch, stopped, Client(headers={"accept-language": "en"}))
    clock.use(None)
    cache.clear()
