"""A new address for an account: asked for, confirmed, taken back, run out, forgotten (decision 0194)."""

import re
from datetime import timedelta

import pytest

from limen.identity import jobs, queries, services
from limen.identity.models import Move
from limen.kernel.actors import SYSTEM
from limen.kernel.problems import NotYours, Problem, Refused
from limen.notices import queries as notices
from limen.people import queries as people
from limen.people import services as persons
from limen.storage import outbox
from limen.storage.transactions import unit_of_work
from tests.cast import PASSWORD, Harbor

NEW = "dana.new@example.org"


def ask(house: Harbor, email: str = NEW) -> None:
    """Staff enter another address for Dana, who has an account."""
    dana = house.people["dana"]
    with unit_of_work():
        if queries.user_of(dana) is None:
            services.set_password(person_id=dana, password=PASSWORD, now=house.now)
        services.begin_move(person_id=dana, property_id=house.property_id, email=email, by=SYSTEM, now=house.now)


def token(house: Harbor) -> str:
    """As the mail to the new address holds it."""
    outbox.settle(house.now)
    letter = next(one for one in notices.mailbox() if one.to == NEW)
    found = re.search(r"/address/([\w-]+)", letter.body)
    assert found is not None
    return found[1]


@pytest.mark.rule("PEOPLE-1")
def test_the_address_moves_when_its_person_confirms_it(house: Harbor) -> None:
    """Not before; and the link works once."""
    dana = house.people["dana"]
    ask(house)
    said = token(house)
    assert people.person_view(dana).email == "dana@example.org"
    with unit_of_work():
        assert services.confirm_move(token=said, person_id=dana, now=house.now) == NEW
    assert people.person_view(dana).email == NEW
    with pytest.raises(NotYours), unit_of_work():
        services.confirm_move(token=said, person_id=dana, now=house.now)


@pytest.mark.rule("PEOPLE-1")
def test_nobody_else_confirms_it(house: Harbor) -> None:
    """Another person's link is as unknown as a made-up one."""
    ask(house)
    said = token(house)
    for who, what in (("theo", said), ("dana", "x" * 43), ("dana", "not a token")):
        with pytest.raises(NotYours), unit_of_work():
            services.confirm_move(token=what, person_id=house.people[who], now=house.now)
    assert people.person_view(house.people["dana"]).email == "dana@example.org"


def test_what_cannot_be_an_address_or_is_somebodys_is_refused(house: Harbor) -> None:
    """Nothing waits afterwards; who has no account has nothing to move."""
    with pytest.raises(Problem, match="not an e-mail"):
        ask(house, "dana at home")
    with pytest.raises(Refused, match="another person"):
        ask(house, "theo@example.org")
    assert queries.move_of(house.people["dana"], house.now) is None
    with pytest.raises(Refused, match="no account"), unit_of_work():
        services.begin_move(person_id=house.people["theo"], property_id=house.property_id, email=NEW, by=SYSTEM, now=house.now)


@pytest.mark.rule("PRIVACY-8")
def test_the_new_address_is_sealed_and_not_kept_longer_than_its_link(house: Harbor) -> None:
    """The table does not hold it readable; 7 days later it is gone; so it is when the person is forgotten."""
    ask(house)
    assert NEW.encode() not in bytes(Move.objects.get().address)
    assert jobs.forget_old_moves(house.now + timedelta(days=6)) == 0
    assert jobs.forget_old_moves(house.now + timedelta(days=7)) == 1
    ask(house)
    with unit_of_work():
        persons.forget(person_id=house.people["dana"], by=SYSTEM, now=house.now)
    assert not Move.objects.exists()
