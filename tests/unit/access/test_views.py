"""What a value says of itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from limen.access.views import DoorChange, Effect, GrantView

NOBODY = UUID(int=0)


def test_a_grant_lives_until_it_ends_or_runs_out(now: datetime) -> None:
    """One that has not begun is live; one that was ended or ran out is not, at the very instant of its end."""
    later = now + timedelta(days=1)
    grant = GrantView(NOBODY, NOBODY, NOBODY, None, None, (), "resident", None, False, True, True, True, later, None, None, now, None, None)
    assert grant.is_live(now)
    assert not replace(grant, ended_at=now).is_live(now)
    assert not replace(grant, ends=later).is_live(later)


def test_an_effect_without_a_door_is_nothing() -> None:
    """Nobody gains, loses or keeps less: the change is nothing to anybody."""
    nothing = Effect((), (), (), (), (NOBODY,), (), (), ())
    assert nothing.is_nothing
    assert not replace(nothing, narrows=(DoorChange(NOBODY, NOBODY),)).is_nothing
