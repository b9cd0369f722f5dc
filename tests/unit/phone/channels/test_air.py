"""Who is meant, before anybody is met."""

from limen.phone.channels.air import Whom
from tests.unit.phone.scripted import door


def test_the_lock_of_a_door_is_named_by_its_doorinfo() -> None:
    """Lock-id and key, for a websocket as for a radio: nothing that the service did not sign for is needed to find it."""
    held = door()
    assert Whom.at(held) == Whom(held.info.lock_id, held.info.xs)
