"""The demonstration's button: yesterday kept before the day passes, and put in place with what was taken since."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from limen.access import queries as access
from limen.access import services as access_verbs
from limen.bench import yesterday
from limen.kernel.actors import SYSTEM
from limen.storage import clock, ledger
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor, harbor


@pytest.fixture
def house(db: None, own_data: Path) -> Iterator[Harbor]:
    """The building, with Dana in the Gym; the clock that a demonstration moves."""
    clock.use(None)
    made = harbor(clock.now())
    made.group("Sport", "Gym")
    yield made
    clock.shift(-clock.offset_ms())


def passes(client: Client, ms: int) -> None:
    assert client.post("/demo/clock", {"ms": ms}, content_type="application/json").status_code == 200


@pytest.mark.rule("OPS-2")
def test_yesterday_comes_back_without_what_was_taken_since(house: Harbor, client: Client) -> None:
    """Said as the operator's command says it; a second press says the same."""
    grant = house.give("dana", "Sport")
    passes(client, yesterday.DAY_MS)
    now: datetime = clock.now()
    with unit_of_work():
        access_verbs.revoke(grant_id=grant.id, by=SYSTEM, now=now)
        access_verbs.give(
            person_id=house.people["theo"], group_id=house.groups["Sport"], standing="resident", starts=now, ends=None, may_share=False,
            by=SYSTEM, now=now,
        )  # fmt: skip
    for _ in range(2):
        said = client.post("/demo/yesterday", HTTP_ACCEPT="application/json").json()
        assert said["said"].startswith("The service is back at ")
        assert said["done"] == ["Access that had ended, ended again: 1"]
        assert len(said["missing"]) == 1 and "was given Sport" in said["missing"][0]
        assert access.windows(house.people["dana"], house.doors["Gym"], clock.now()) == ()
        assert access.windows(house.people["theo"], house.doors["Gym"], clock.now()) == ()


def test_only_a_whole_day_keeps_a_copy(house: Harbor, client: Client) -> None:
    """An hour does not; without one the button says what to do."""
    passes(client, 3600_000)
    assert not (Path(settings.LIMEN_DATA) / yesterday.NAME).exists()
    answer = client.post("/demo/yesterday", HTTP_ACCEPT="application/json")
    assert (answer.status_code, answer.json()["title"]) == (409, "There is no yesterday yet.")
    passes(client, yesterday.DAY_MS)
    assert (Path(settings.LIMEN_DATA) / yesterday.NAME).stat().st_mode & 0o777 == 0o600


def test_a_copy_that_cannot_be_put_in_place_changes_nothing(house: Harbor, client: Client) -> None:
    """And says why."""
    passes(client, yesterday.DAY_MS)
    grant = house.give("dana", "Sport")
    (Path(settings.LIMEN_DATA) / ledger.NAME).unlink()
    (Path(settings.LIMEN_DATA) / ledger.HEAD_NAME).unlink()
    answer = client.post("/demo/yesterday", HTTP_ACCEPT="application/json")
    assert answer.status_code == 409 and answer.json()["title"].startswith("There is no ledger")
    assert access.grant_view(grant.id) is not None
