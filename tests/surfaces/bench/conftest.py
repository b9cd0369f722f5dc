"""A simulated lock that runs beside the pages, as `limen demo` starts them."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from limen.lock.shell.factory import models
from limen.lock.shell.runner import Plan, run

PARCELS = "LM000103"
START_S = 20


@pytest.fixture
def lock(tmp_path: Path, settings: Settings) -> Iterator[str]:
    """The Package Room's lock on the shelf of a process; gives the address of its air."""
    settings.LIMEN_DATA = tmp_path
    loop, stop, ready, told = asyncio.new_event_loop(), asyncio.Event(), threading.Event(), list[str]()
    plan = Plan(data=tmp_path / "locks", locks={PARCELS: models()["M"]}, follow_parent=False)

    def hear(address: str) -> None:
        (tmp_path / "locks-url").write_text(address, "ascii")
        told.append(address)
        ready.set()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run(plan, hear, stop)), daemon=True)
    thread.start()
    assert ready.wait(START_S)
    yield told[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(START_S)
    loop.close()
