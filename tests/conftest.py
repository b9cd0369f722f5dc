"""What every test finds: cheap password hashing, the folder for static files, and `now`."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import Phase
from hypothesis import settings as properties

properties.register_profile("limen", deadline=None, derandomize=True, print_blob=True)
# For tools/mutants.py: a deliberate bug that was noticed need not be made small.
properties.register_profile("noticed", properties.get_profile("limen"), phases=(Phase.explicit, Phase.generate))
properties.load_profile("limen")  # no test is judged by its time, and each run draws the same examples: a failure is there again tomorrow


def pytest_configure(config: pytest.Config) -> None:
    """Argon2 is slow on purpose; tests of sign-in need its order of events, not its cost."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # whitenoise warns when it is missing


@pytest.fixture
def now() -> datetime:
    """Saturday 21 November 2026, 14:02 in New York: the moment of the examples."""
    return datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
