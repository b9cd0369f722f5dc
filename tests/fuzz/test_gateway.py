"""The service's own door for couriers: any body at any address is answered with 200 or a refusal, never with a fault."""

import pytest

from limen.wire import cbor
from tests.fuzz.mutation import mutations
from tests.surfaces.gateway.conftest import Desk, desk, door_bytes, item

__all__ = ["desk"]
LOCK = b"LM000001"
MUTATIONS = 150
PATHS = ("inbox", "outbox", "time", "nonce", "activation/begin", "activation/finish")


def questions(desk: Desk) -> list[bytes]:
    """What honest couriers ask at each address."""
    lock = desk.house.locks["Package Room"]
    items = [item("receipt", LOCK, lock.receipt()), item("segment", LOCK, bytes(4096)), item("telemetry", LOCK, b"\x80")]
    said: list[dict[str, object]] = [
        {"as": "resident"},
        {"as": "manager", "phone": str(desk.house.phones["Dana"].id)},
        {"items": items},
        {"lock": LOCK, "nonce": bytes(16)},
        {"door": door_bytes(desk, "Gym"), "lock": b"LM000109"},
        {"door": door_bytes(desk, "Gym"), "attest": b"\x80", "h": bytes(32)},
    ]
    return [cbor.encode(one) for one in said]  # type: ignore[arg-type]


@pytest.mark.parametrize("path", PATHS)
def test_any_body_is_answered_or_refused(desk: Desk, path: str) -> None:
    """Residents and managers may send what they like (invariant 79): the test client would raise what the service does not catch."""
    seeds = questions(desk)
    for number, body in enumerate([*seeds, *mutations(seeds, MUTATIONS, path)]):
        answer = desk.ask("Dana" if number % 2 else "Milo", path, body)
        assert answer.status < 500, body.hex()
