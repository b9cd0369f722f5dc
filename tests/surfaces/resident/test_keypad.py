"""Longer time at the keypad of one's own door (CODE-9)."""

import pytest

from limen.places import queries as places
from tests.surfaces.resident.conftest import Home


@pytest.mark.rule("CODE-9")
def test_a_household_gives_its_own_keypad_longer_time(home: Home) -> None:
    """Dana chooses 10 seconds for Unit 4B; no other door is offered, and one slipped in, or 60 seconds, changes nothing."""
    dana, own, other = home.browser("dana"), home.door("Unit 4B"), home.door("Package Room")
    page = dana.get("/home/me/keypad").content.decode()
    assert "Unit 4B" in page and "Package Room" not in page
    dana.post("/home/me/keypad", {str(own): "10", str(other): "20"})
    assert (places.door_view(own).key_pause_s, places.door_view(other).key_pause_s) == (10, 5)
    dana.post("/home/me/keypad", {str(own): "60"})
    assert places.door_view(own).key_pause_s == 10
    assert (
        "Longer time at the keypad of Unit 4B: 10 seconds. For other doors the property team decides."
        in dana.get("/home/me").content.decode()
    )
