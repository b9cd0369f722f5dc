"""Who must have a second factor."""

from datetime import datetime

import pytest

from limen.identity.factors import must_have_second_factor
from tests.cast import Harbor


@pytest.mark.rule("PEOPLE-5")
def test_everybody_with_a_role_must(house: Harbor, now: datetime) -> None:
    """Managers and security staff must; residents, vendors and strangers need not."""
    assert must_have_second_factor(house.people["ana"], now)
    assert must_have_second_factor(house.people["sofia"], now)
    assert not must_have_second_factor(house.people["dana"], now)
    assert not must_have_second_factor(None, now)
