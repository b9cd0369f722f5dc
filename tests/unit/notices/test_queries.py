"""What a person was told, and the mailbox page."""

from datetime import timedelta

import pytest

from limen.notices import jobs, queries, words
from limen.storage import chance, kms
from tests.cast import Harbor

SOMETHING = words.Message("Your card is on", "It works at 3 doors.", "/home/")


def test_the_newest_comes_first_and_fifty_are_enough(house: Harbor) -> None:
    """Only one's own."""
    dana = house.people["dana"]
    for number in range(queries.LATEST + 3):
        jobs.keep(chance.fresh_id(), dana, "card_on", SOMETHING, house.now + timedelta(seconds=number))
    found = queries.notices_of(dana)
    assert len(found) == queries.LATEST and found[0].at > found[-1].at
    assert (found[0].title, found[0].text, found[0].link) == (SOMETHING.title, SOMETHING.text, SOMETHING.link)
    assert queries.notices_of(house.people["theo"]) == ()


@pytest.mark.rule("PRIVACY-8")
def test_after_a_deletion_nobody_reads_what_a_person_was_told(house: Harbor) -> None:
    """The list is sealed under the person's own key."""
    dana = house.people["dana"]
    jobs.keep(chance.fresh_id(), dana, "card_on", SOMETHING, house.now)
    kms.destroy(f"person:{dana}", now=house.now)
    with pytest.raises(kms.Destroyed):
        queries.notices_of(dana)


def test_the_mailbox_shows_the_newest_letter_first(house: Harbor) -> None:
    """With address, subject and text."""
    for number in range(3):
        jobs.hand_over(chance.fresh_id(), "dana@example.org", f"Mail {number}", "Text", house.now + timedelta(seconds=number))
    assert [letter.subject for letter in queries.mailbox()] == ["Mail 2", "Mail 1", "Mail 0"]
    assert {letter.to for letter in queries.mailbox()} == {"dana@example.org"}
