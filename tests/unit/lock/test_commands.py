"""Words of the lens, exactly as the screens have them."""

from limen.lock.commands import LensState, ShowLens, Words


def test_a_sentence_is_filled_with_its_seconds() -> None:
    assert ShowLens(LensState.RING, Words.OPEN, 10).sentence == "Open for 10 seconds."
    assert (
        ShowLens(LensState.WAITING, Words.TOO_MANY, 60).sentence == "Too many wrong codes. Next try in 60 seconds. App, card and key work."
    )


def test_every_sentence_of_the_face_is_there() -> None:
    assert {words.value.split(".")[0] for words in Words} >= {"Asleep", "Not accepted", "No power", "Started", "Thrown from inside"}
