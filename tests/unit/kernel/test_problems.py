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
