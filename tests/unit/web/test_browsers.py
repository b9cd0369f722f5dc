"""How a list of browsers names them."""

import pytest
from django.utils import translation

from limen.web.browsers import say_browser

PIXEL = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0"


@pytest.mark.parametrize(
    ("agent", "said"),
    [(PIXEL, "Chrome on Android"), (IPHONE, "Safari on iPhone"), (EDGE, "Edge on Windows"), ("curl/8.5.0", "A browser"), ("", "A browser")],
)
def test_a_browser_is_named_as_people_know_it(agent: str, said: str) -> None:
    """Never by what it says about itself to programs."""
    assert say_browser(agent) == said


def test_in_spanish_too() -> None:
    """The same names, between Spanish words."""
    with translation.override("es"):
        assert say_browser(PIXEL) == "Chrome en Android"
