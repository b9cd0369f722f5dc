"""Hands at a lock's face: what they do is sent, what the face shows is read."""

import json
from collections.abc import Iterator

import pytest
from websockets.sync.server import ServerConnection

from limen.cli.rehearsal import bodies
from limen.cli.rehearsal.bodies import Face, NotSeen
from tests.server import answering


def lock(link: ServerConnection) -> None:
    """A face that accepts 1234, and a shelf with one lock."""
    assert link.request is not None
    if link.request.path == "/shelf":
        link.recv()
        link.send(json.dumps({"t": "shelf", "locks": [{"serial": "LM1", "model": "M", "sticker": "ABC"}]}))
        return
    typed, happened = "", [{"words": "started"}]

    def show(words: str) -> None:
        link.send(json.dumps({"t": "view", "lens": {"words": words}, "holds": {"list": 3}, "happened": happened}))

    show("Asleep. Touch the lens.")
    for message in link:
        said = json.loads(message)
        if said["do"] == "digit":
            typed += str(said["digit"])
        elif said["do"] == "check":
            happened.insert(0, {"words": "opened" if typed == "1234" else "refused"})
            show("Open for 10 seconds." if typed == "1234" else "Not accepted.")
            typed = ""


@pytest.fixture
def locks() -> Iterator[str]:
    """A process of locks on a free port."""
    with answering(lock) as address:
        yield address


def test_typing_a_code_gives_what_the_lens_says(locks: str) -> None:
    """Right and wrong."""
    with Face(locks, "LM1") as face:
        assert face.words() == "Asleep. Touch the lens."
        assert face.type("1234") == "Open for 10 seconds."
        assert face.type("9999") == "Not accepted."
        assert face.holds("list") == 3


def test_waiting_for_something_that_does_not_come_says_what_is_there(locks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason has the words on the lens."""
    monkeypatch.setattr(bodies, "PATIENCE_S", 0.1)
    with Face(locks, "LM1") as face, pytest.raises(NotSeen, match="Asleep"):
        face.until_words("No power.")


def test_the_shelf_is_read_by_serial(locks: str) -> None:
    """What is printed on the devices."""
    assert bodies.shelf(locks) == {"LM1": {"serial": "LM1", "model": "M", "sticker": "ABC"}}
