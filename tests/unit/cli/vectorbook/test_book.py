"""The table of contents."""

import json

import pytest

from limen.cli.vectorbook.book import CHAPTERS, written


@pytest.mark.parametrize("name", sorted(CHAPTERS))
def test_a_chapter_is_the_same_at_every_writing_and_says_what_it_is(name: str) -> None:
    """Deterministic, JSON, described."""
    assert written(name) == written(name)
    assert len(json.loads(written(name))["about"]) > 40
