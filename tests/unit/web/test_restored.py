"""What a restore says."""

from datetime import datetime

from limen.storage.replay import Restoring
from limen.web import restored


def test_only_what_happened_is_said_with_its_number(now: datetime) -> None:
    """And what is missing word by word."""
    run = Restoring(now, now, ())
    run.did("phones_removed", 2)
    run.did("cards_off", 0)
    run.misses("Dana was given Gym. That is not here: give it again.")
    assert restored.done(run) == ["Phones removed again: 2"]
    assert restored.missing(run) == ["Dana was given Gym. That is not here: give it again."]
    assert len(restored.next_steps()) == 3
