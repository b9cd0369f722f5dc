"""What every test finds: cheap password hashing, the folder for static files, and `now`."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings


def pytest_configure(config: pytest.Config) -> None:
    """Argon2 is slow on purpose; tests of sign-in need its order of events, not its cost."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # whitenoise warns when it is missing


@pytest.fixture
def now() -> datetime:
    """Saturday 21 November 2026, 14:02 in New York: the moment of the examples."""
    return datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
