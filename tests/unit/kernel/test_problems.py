"""Problems carry a stable type and a sentence, and nothing else leaves."""

from limen.kernel.problems import NotYours, Refused


def test_absent_and_not_yours_are_one_answer() -> None:
    """Nobody learns from the answer whether the thing exists."""
    assert NotYours().as_details() == {
        "type": "about:limen/not_found",
        "title": "We could not find that, or it is not yours to see.",
        "status": 404,
    }


def test_a_refusal_keeps_its_type_and_what_to_do() -> None:
    """Programs read the type, people the title and the detail."""
    problem = Refused("temporary_doorcode_cannot_be_revoked", "This code cannot be taken back.", "Invite the guest to the app.")
    assert problem.as_details()["type"] == "about:limen/temporary_doorcode_cannot_be_revoked"
    assert problem.as_details()["detail"] == "Invite the guest to the app."
    assert problem.status == 409


def test_a_sentence_with_gaps_is_said_in_the_readers_words_and_filled_afterwards() -> None:
    """What fills a gap is never taken for a sentence, nor for a gap; without gaps a percent sign is a percent sign."""
    spanish = {'There is a door "%(name)s" already.': 'Ya hay una puerta "%(name)s".', "Under 20 %.": "Menos del 20 %."}
    taken = Refused("name_taken", 'There is a door "%(name)s" already.', "Name it otherwise.", gaps={"name": "%(name)s 100 %"})
    assert (taken.title, str(taken)) == ('There is a door "%(name)s 100 %" already.',) * 2
    assert taken.in_words(lambda text: spanish.get(text, text)) == ('Ya hay una puerta "%(name)s 100 %".', "Name it otherwise.")
    assert Refused("battery", "Under 20 %.").in_words(spanish.__getitem__) == ("Menos del 20 %.", "")
