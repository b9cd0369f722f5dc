"""What the links of this room end in: 256 random bits, told once."""

import base64

from limen.identity import rules
from limen.storage import chance


def fresh_token() -> str:
    """A token for one link or one phone; only its hash is kept."""
    return base64.urlsafe_b64encode(chance.random_bytes(rules.TOKEN_BYTES)).rstrip(b"=").decode()
