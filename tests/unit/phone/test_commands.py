"""A conversation gets the answers it asked for, or says that it was driven wrongly."""

import pytest

from limen.phone.commands import AskNonce, Heard, Listen, fetch, hear


def test_hearing_yields_the_frame_and_its_time() -> None:
    """What the driver answers is what comes out."""
    conversation = hear(5)
    assert next(conversation) == Listen(5)
    with pytest.raises(StopIteration) as end:
        conversation.send(Heard(b"frame", 7))
    assert end.value.value == Heard(b"frame", 7)


def test_a_driver_that_answers_something_else_is_a_mistake() -> None:
    """Silence must be thrown in, not answered; the service does not answer with frames."""
    conversation = hear(5)
    next(conversation)
    with pytest.raises(TypeError):
        conversation.send(None)
    question = fetch(AskNonce(bytes(8)))
    next(question)
    with pytest.raises(TypeError):
        question.send(Heard(b"frame", 7))
