"""Who did something is a person through a surface, or the service itself."""

from uuid import UUID

from limen.kernel.actors import SYSTEM, Actor


def test_the_service_itself_is_nobody() -> None:
    """What runs by itself is not put on anybody's account."""
    assert SYSTEM.is_system
    assert not Actor(person_id=UUID(int=1), via="console").is_system
