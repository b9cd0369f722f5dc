"""Somebody who may only push asks for more."""

from limen.sim.hostile import Leak, pry
from limen.wire.grants import Cls, Rights
from tests.stories.standing import Standing
from tests.unit.lock.site import MILO, house


def test_a_lock_answers_nothing_to_whoever_only_pushes() -> None:
    """No record, no picture, no counters, however they are asked for (invariant 18)."""
    home = house()
    at = Standing(home, MILO)
    grant = home.service.grant(MILO, cls=Cls.MANAGER, rights=Rights.PUSH)
    assert at.run(pry, at.entry(grant, cls=Cls.MANAGER)) is None


def test_it_would_notice_an_answer() -> None:
    """Whoever may pull is answered, and that is what a leak would look like."""
    home = house()
    at = Standing(home, MILO)
    found = at.run(pry, at.entry(home.service.grant(MILO)))
    assert isinstance(found, Leak)
