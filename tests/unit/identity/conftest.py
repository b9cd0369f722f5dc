"""88 Harbor Street, its people, and nobody signed in yet."""

from datetime import datetime

import pytest
from django.core.cache import cache

from tests.cast import Harbor, harbor


@pytest.fixture
def house(db: None, now: datetime) -> Harbor:
    """The building; the counts of earlier sign-ins are forgotten."""
    cache.clear()
    return harbor(now)
