"""Which servers help two browsers find each other for a call. None are asked unless the installation names its own: no third party hears of a call."""

import base64
import hmac
import json
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

LASTS: Final = timedelta(hours=2)
"""How long a relay lets a page in. A call that began goes on."""


def servers(now: datetime) -> str:
    """The `iceServers` of a call's page as JSON (WebRTC 1.0, section 4.2.1), or nothing.

    The relay's password is good for this page alone and for two hours (TURN REST API, draft-uberti-behave-turn-rest-00): the secret stays here.
    """
    here = settings.LIMEN_CALLS
    found: list[dict[str, object]] = [{"urls": list(here.stun)}] if here.stun else []
    if here.turn:
        name = str(int((now + LASTS).timestamp()))
        password = base64.b64encode(hmac.digest(here.secret.encode(), name.encode(), "sha1")).decode()
        found.append({"urls": list(here.turn), "username": name, "credential": password})
    return json.dumps(found) if found else ""
