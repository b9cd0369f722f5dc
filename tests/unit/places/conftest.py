"""One empty building, 88 Harbor Street, and its data folder."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django import Settings

from limen.kernel.actors import SYSTEM
from limen.places import services


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: Settings) -> Path:
    """Keys and ledger of this test lie here."""
    settings.LIMEN_DATA = tmp_path
    return tmp_path


@pytest.fixture
def portfolio(db: None, now: datetime) -> UUID:
    return services.create_portfolio(name="Harbor Homes", by=SYSTEM, now=now)


@pytest.fixture
def house(portfolio: UUID, now: datetime) -> UUID:
    """The building's id."""
    return services.create_property(
        portfolio_id=portfolio, name="88 Harbor Street", address="88 Harbor Street", city_line="New York, NY", time_zone="America/New_York",
        profile="NYC", office_phone="212 555 0100", by=SYSTEM, now=now,
    )  # fmt: skip
