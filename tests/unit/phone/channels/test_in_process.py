"""A link in one process carries bytes and nothing else."""

import pytest

from limen.phone.channels.in_process import InProcess
from limen.phone.commands import OutOfReach


def test_frames_come_back_in_order_and_silence_is_out_of_reach() -> None:
    """What the lock said waits; a lock that says nothing is not there."""
    link = InProcess(lambda: lambda frame: [frame + b"1", frame + b"2"], lambda: 9)
    link.send(b"x")
    assert [link.receive(1), link.receive(1)] == [b"x1", b"x2"]
    assert link.now_ms() == 9
    with pytest.raises(OutOfReach):
        link.receive(1)


def test_a_new_link_forgets_the_old_one() -> None:
    """What was still to be said belongs to the session that is gone."""
    link = InProcess(lambda: lambda frame: [frame], lambda: 0)
    link.send(b"old")
    link.reopen()
    with pytest.raises(OutOfReach):
        link.receive(1)


def test_who_walked_away_is_gone() -> None:
    """In both directions."""
    link = InProcess(lambda: lambda frame: [frame], lambda: 0)
    link.send(b"x")
    link.walk_away()
    for act in (lambda: link.send(b"y"), lambda: link.receive(1)):
        with pytest.raises(OutOfReach):
            act()
