"""A wish for a code whose answer was lost is asked for again by its key: the same code is told, and no second one is made (screens 1.3)."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from limen.credentials import services
from limen.credentials.models import TemporaryCode
from limen.credentials.rules import QUOTA_PER_DOOR
from limen.kernel.problems import Refused
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor
from tests.unit.credentials.conftest import make

KEY = UUID("6f1c1c1e-52a5-4d0b-9d8e-0b8f0e6a1b11")


def test_the_same_wish_is_told_the_same_code_and_uses_up_one(house: Harbor) -> None:
    """Also a minute later, also of every kind that lasts; the quota counts one."""
    for kind, door in (("daily", "Package Room"), ("24_hour", "Unit 4B")):
        key = uuid4()
        first = make(house, kind, door=door, key=key)
        assert make(house, kind, door=door, key=key, at=house.now + timedelta(minutes=1)) == first
        assert make(house, kind, door=door, key=key) == first
    assert TemporaryCode.objects.count() == 2
    for _ in range(QUOTA_PER_DOOR - 1):
        make(house, key=uuid4())


def test_two_people_with_one_key_have_two_codes(house: Harbor) -> None:
    """A key is its asker's own: nobody is told somebody else's digits by it."""
    assert make(house, key=KEY).digits != make(house, person="theo", key=KEY).digits
    assert TemporaryCode.objects.count() == 2


def test_what_was_shown_is_not_shown_for_ever(house: Harbor) -> None:
    """Not after the screen is taken to be closed, not once it went to the guest, not for another wish."""
    made = make(house, key=KEY)
    with pytest.raises(Refused, match="made already"):
        make(house, key=KEY, at=house.now + timedelta(minutes=16))
    with pytest.raises(Refused, match="made already"):
        make(house, "daily_single_use", key=KEY)
    with unit_of_work():
        services.hand_over(code_id=made.id, by_person=house.people["dana"], way="email", to="a@example.org", until="", now=house.now)
    with pytest.raises(Refused, match="made already"):
        make(house, key=KEY)
    assert TemporaryCode.objects.count() == 1


def test_of_one_wish_asked_twice_at_once_one_is_made(house: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other had looked before the first was written: it makes nothing."""
    make(house, key=KEY)
    monkeypatch.setattr("limen.credentials.repeating.told_again", lambda *asked: None)
    with pytest.raises(Refused, match="made already"):
        make(house, key=KEY)
    assert TemporaryCode.objects.count() == 1
