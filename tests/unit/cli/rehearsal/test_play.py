"""What the scenes lean on says clearly when the story goes another way."""

from types import SimpleNamespace
from typing import cast

import pytest

from limen.cli.courier.acts import Phone
from limen.cli.rehearsal.building import DoorRow
from limen.cli.rehearsal.play import Play, Wrong, handed_in, must, opens, updated
from limen.phone.unlock import NotReached, Opened
from limen.phone.update import Updated

DOOR = DoorRow("Roof", "common", "", "M3", connected=False, serial="LM1", share=True, codes=False)


def phone(**answers: object) -> Phone:
    """A phone that answers as the test says."""
    return cast(Phone, SimpleNamespace(**{name: lambda *_, answer=answer: answer for name, answer in answers.items()}))


def test_a_door_that_does_not_open_is_wrong() -> None:
    """With what came instead."""
    assert opens(phone(unlock=Opened(set_up=True)), DOOR).set_up
    with pytest.raises(Wrong, match="Roof did not open: NotReached"):
        opens(phone(unlock=NotReached()), DOOR)


def test_an_update_must_be_confirmed_and_handed_in() -> None:
    """Interrupted is not done; left over is not handed in."""
    updated(Updated("confirmed"), DOOR)
    with pytest.raises(Wrong, match="interrupted"):
        updated(Updated("interrupted"), DOOR)
    with pytest.raises(Wrong, match="2 items stay"):
        handed_in(phone(hand_in=SimpleNamespace(left=2, refused=0)))
    with pytest.raises(Wrong, match="1 items were refused"):
        handed_in(phone(hand_in=SimpleNamespace(left=0, refused=1)))


def test_must_goes_on_only_if_it_is_so() -> None:
    """The words are the reason."""
    must(True, "unused")
    with pytest.raises(Wrong, match="so it is not"):
        must(False, "so it is not")


def test_soon_looks_again_and_gives_up_in_time() -> None:
    """What leaves by the outbox takes a moment, but not for ever."""
    looks = iter([False, True])
    Play.soon(cast(Play, None), "it", lambda: next(looks), within_s=2)
    with pytest.raises(Wrong, match="it did not happen"):
        Play.soon(cast(Play, None), "it", lambda: False, within_s=0.1)
