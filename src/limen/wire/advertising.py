"""What a lock calls into the air, and how those who know it hear that it is this one (docs/protocol/bluetooth.md).

The name follows from the lock's static key, which only its sticker or a DoorInfo tells: to anybody else it is eight characters that change
with every owner. It depends on nothing that happens at the door.
"""

import hmac
from uuid import UUID

from limen.wire import limits

LABEL = b"dl/air/1"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NAME_CHARACTERS = 8
ADVERTISEMENT_BYTES = 31

_FLAGS, _SERVICES, _NAME = 0x01, 0x07, 0x09
_CONNECTABLE = b"\x06"  # general discoverable, no classic Bluetooth
_SERVICE = UUID(limits.GATT_SERVICE).bytes[::-1]


def air_name(lock_id: bytes, static_public: bytes) -> str:
    """The name under which a lock answers with this X25519 key: 40 bits of HMAC-SHA-256 under it, in base 32."""
    drawn = int.from_bytes(hmac.digest(static_public, LABEL + lock_id, "sha256")[:5], "big")
    return "".join(ALPHABET[drawn >> shift & 31] for shift in range(35, -1, -5))


def advertisement(name: str) -> bytes:
    """The payload of the advertising packet, 31 bytes: flags, our service, the name. There is no scan response."""
    return b"".join(bytes((1 + len(data), kind)) + data for kind, data in _parts(name))


def heard_name(payload: bytes) -> str | None:
    """The name in somebody's advertising payload, or None where it is no lock's. Reads at most 31 bytes and believes nothing."""
    found: dict[int, bytes] = {}
    at, payload = 0, payload[:ADVERTISEMENT_BYTES]
    while at + 1 < len(payload) and payload[at] > 0:
        found.setdefault(payload[at + 1], payload[at + 2 : at + 1 + payload[at]])
        at += 1 + payload[at]
    name = found.get(_NAME, b"").decode("ascii", "replace")
    ours = found.get(_SERVICES) == _SERVICE and len(name) == NAME_CHARACTERS and set(name) <= set(ALPHABET)
    return name if ours else None


def _parts(name: str) -> tuple[tuple[int, bytes], ...]:
    return ((_FLAGS, _CONNECTABLE), (_SERVICES, _SERVICE), (_NAME, name.encode("ascii")))
