"""What notices say."""

import re

import pytest
from django.utils import translation

from limen.notices import words

FACTS = {
    "place": "88 Harbor Street", "path": "/join/abc", "host": "Dana Whitfield", "doors": "Gym, Roof", "door": "Package Room", "digits": "50938174",
    "until": "the end of today (Sat 21 Nov)", "joined": "Ana Ruiz", "unit": "4B",
    "maker": "Ana Ruiz", "why": "Plumber", "count": "3", "who": "Gus Herrera", "what": "service", "at": "14:02",
    "call": "9f0c", "hours": "4",
}  # fmt: skip


@pytest.mark.rule("NOTICE-1")
@pytest.mark.parametrize("kind", sorted(words.KINDS))
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_title_holds_digits_of_a_code(kind: str, language: str) -> None:
    """Titles stand on lock screens and in subjects; every kind has one, in both languages."""
    with translation.override(language):
        message = words.say(kind, FACTS)
    assert message.title and FACTS["digits"] not in message.title and "%(" not in message.title + message.text
    assert message.link == "" or message.link.startswith("/")
    assert not re.search(r"Whitfield|Herrera", message.link)


@pytest.mark.parametrize("kind", sorted(words.KINDS))
def test_every_kind_is_said_in_spanish(kind: str) -> None:
    """No notice comes half in English."""
    english = words.say(kind, FACTS)
    with translation.override("es"):
        spanish = words.say(kind, FACTS)
    assert spanish.title != english.title and (spanish.text != english.text or not english.text)


def test_the_words_are_those_of_the_design() -> None:
    """Exactly."""
    assert words.say("invitation", FACTS).title == "88 Harbor Street invites you"
    assert words.say("access_given", FACTS | {"doors": "Gym"}).title == "You have a new door: Gym"
    assert words.say("access_given", FACTS | {"several": "yes"}).title == "You have new doors: Gym, Roof"
    assert words.say("code", FACTS).title == "Your code for the Package Room"
    assert words.say("updates_due", FACTS).title == "3 doors need an update today"
    assert words.say("updates_due", FACTS | {"count": "1"}).title == "1 door needs an update today"
    assert words.say("call_ringing", FACTS).title == "Visitor at the Package Room"
    assert words.say("opened_unit", FACTS | {"door": "Unit 4B"}).title == "Gus Herrera, service, opened Unit 4B, 14:02"
    assert words.say("phone_removed", FACTS).title == "A phone was removed from your account"


def test_an_unknown_kind_is_a_defect() -> None:
    """It fails loudly and is told again after the mend."""
    with pytest.raises(KeyError):
        words.say("no such kind", FACTS)


def test_the_mail_ends_with_the_address_of_its_screen() -> None:
    """The thing first, nothing else."""
    text = words.body(words.say("access_given", FACTS | {"doors": "Gym"}), "https://doors.example")
    assert text == "You have a new door: Gym.\n\nThe first opening with your phone sets it up.\n\nhttps://doors.example/home/\n"
