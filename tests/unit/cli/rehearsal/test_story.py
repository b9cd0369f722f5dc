"""A step tells how it went, and the first that fails ends the story."""

from typing import cast

import pytest

from limen.cli.rehearsal import story
from limen.cli.rehearsal.play import Play, Wrong
from limen.cli.rehearsal.story import Step


def good(play: Play) -> str:
    """Goes well."""
    return "seen"


def wrong(play: Play) -> str:
    """Does not."""
    raise Wrong("another way")


def broken(play: Play) -> str:
    """Nobody foresaw it."""
    raise ZeroDivisionError("oh")


def test_a_step_has_its_time_and_what_was_seen() -> None:
    """Foreseen trouble is told in its own words, the unforeseen with its kind."""
    steps = [story.one(name, lambda scene=scene: scene(cast(Play, None))) for name, scene in (("a", good), ("b", wrong), ("c", broken))]  # type: ignore[misc]
    assert [(one.ok, one.detail) for one in steps] == [(True, "seen"), (False, "another way"), (False, "ZeroDivisionError: oh")]
    assert all(one.ms >= 0 for one in steps)


def test_the_first_failure_ends_the_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes after it would prove nothing."""
    monkeypatch.setattr(story, "STORY", (("a", good), ("b", wrong), ("c", good)))
    told: list[Step] = []
    done = story.play(cast(Play, None), told.append)
    assert [one.name for one in done] == ["a", "b"]
    assert told == done


def test_every_step_of_the_story_has_a_name_of_its_own() -> None:
    """So that a report says which one it was."""
    names = [name for name, _ in story.STORY]
    assert len(set(names)) == len(names)
