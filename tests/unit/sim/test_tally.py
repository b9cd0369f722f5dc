"""What a run counts."""

from limen.sim.tally import KINDS, MAY_COUNTS_FROM, Tally


def test_the_digest_is_of_the_story() -> None:
    """The same lines make the same digest, and what went wrong is part of it."""
    first, second = Tally(), Tally()
    for one in (first, second):
        one.note(1, "opened", 2)
    assert first.digest == second.digest
    second.wrong("wrong_open", "the door")
    assert first.digest != second.digest
    assert (first.clean, second.clean) == (True, False)
    assert second.stories == ["wrong_open: the door"]


def test_it_is_said_as_promised() -> None:
    """These names and no others."""
    said = Tally().said(1.234)
    assert set(said) == {"digest", "attempts", "openings", "updates", "events", "may_share", "violations", "seconds"}
    assert said["violations"] == dict.fromkeys(KINDS, 0)


def test_an_oracle_that_accepts_everything_has_judged_nothing() -> None:
    """Above two percent of many attempts the run is not clean."""
    tally = Tally(attempts=MAY_COUNTS_FROM, may=MAY_COUNTS_FROM // 10)
    assert not tally.clean
    assert tally.may_share == 0.1
