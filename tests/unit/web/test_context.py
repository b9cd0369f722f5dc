"""Every template knows how phones reach locks here, and whether a door is real."""

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from limen.web.context import house


@pytest.mark.parametrize(("demonstration", "channel"), [(True, "websocket"), (False, "bluetooth")])
def test_only_a_demonstration_speaks_to_locks_over_a_socket(settings: LazySettings, demonstration: bool, channel: str) -> None:
    """A real installation never offers the simulated air."""
    settings.LIMEN_DEMO = demonstration
    assert house(RequestFactory().get("/"))["channel"] == channel


def test_the_other_language_is_offered() -> None:
    """From English Spanish, from Spanish English."""
    request = RequestFactory().get("/")
    request.LANGUAGE_CODE = "es"
    assert house(request)["other_language"] == ("en", "English")
