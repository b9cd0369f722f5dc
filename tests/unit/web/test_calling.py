"""Servers for calls: none by default, and a relay's password that only lasts."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta

from django.conf import LazySettings

from limen.config.environment import Calls
from limen.web.calling import servers

NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)


def test_no_server_is_named_by_default() -> None:
    """A call tells no third party anything."""
    assert servers(NOW) == ""


def test_the_relays_password_lasts_two_hours_and_the_secret_stays(settings: LazySettings) -> None:
    """What coturn computes from the name and the shared secret is what the page gets."""
    settings.LIMEN_CALLS = Calls(stun=("stun:calls.example:3478",), turn=("turns:calls.example:5349",), secret="shared")
    said = servers(NOW)
    stun, turn = json.loads(said)
    assert stun == {"urls": ["stun:calls.example:3478"]}
    assert turn["urls"] == ["turns:calls.example:5349"] and turn["username"] == str(int((NOW + timedelta(hours=2)).timestamp()))
    assert base64.b64decode(turn["credential"]) == hmac.digest(b"shared", turn["username"].encode(), "sha1")
    assert "shared" not in said
