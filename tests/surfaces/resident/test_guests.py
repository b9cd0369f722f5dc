"""Inviting a guest: what does not go, and until when it would."""

import json
from datetime import timedelta

import pytest

from tests.surfaces.resident.conftest import Home


@pytest.mark.rule("ACCESS-7")
def test_whose_own_access_ends_reads_when_before_choosing_an_end(home: Home) -> None:
    """A guest cannot stay longer than the host: the date is said, in the page and to apps, in both languages; without an end of one's own all goes."""
    home.harbor.group("Roof deck", "Roof")
    home.harbor.give("dana", "Roof deck", ends=home.clock.at + timedelta(days=9), now=home.clock.at)
    roof, browser = str(home.door("Roof")), home.browser("dana")
    asked = {"first": "Ines", "last": "Lobo", "email": "ines@example.org"}
    said = browser.post("/home/guests/invite?lang=en", asked | {"doors": [roof]}).content.decode()
    assert "Your own access to Roof ends Mon 30 Nov 14:02. Choose an end before that." in said
    body = json.dumps(asked | {"doors": [roof], "starts": None, "ends": None})
    result = browser.post("/home/api/guests?lang=es", body, content_type="application/json").json()["results"]
    assert result[0]["reason"] == "Su propio acceso a Roof termina el lun 30 nov a las 14:02. Elija un final anterior."
    assert not result[0]["ok"] and result[0]["type"] == "outside_your_own"
    home_door = str(home.door("Unit 4B"))
    assert "Invited." in browser.post("/home/guests/invite?lang=en", asked | {"doors": [home_door]}).content.decode()
