"""88 Harbor Street with the groups most tests need."""

from datetime import datetime

import pytest

from tests.cast import Harbor, harbor


@pytest.fixture
def house(db: None, now: datetime) -> Harbor:
    """The building, with a group for residents and one for the roof."""
    made = harbor(now)
    made.group("Residents", "Main Entrance", "Package Room", "Gym")
    made.group("Home 4B", "Unit 4B")
    made.group("Roof deck", "Roof")
    return made
