"""Which lines the import refused is learned from the file that it offers for correcting."""

from types import SimpleNamespace
from typing import cast

import pytest

from limen.cli.rehearsal.pages import Page
from limen.cli.rehearsal.play import Play, Wrong
from limen.cli.rehearsal.scenes import moving_in
from limen.kernel.previews import Preview, PreviewRow

OFFERED = Page("http://localhost/c/import/preview", 200, "", links=[("Download the 2 lines", "/c/import/bad")])


def manager(not_imported: bytes) -> Play:
    """Somebody who downloads this file."""
    return cast(Play, SimpleNamespace(manager=SimpleNamespace(raw=lambda _: SimpleNamespace(content=not_imported))))


def test_the_lines_stand_in_the_reasons() -> None:
    """Also of lines with too few cells, and of those that a spreadsheet would take for a formula."""
    rows = (
        PreviewRow(3, "bad", "Gate", ('Line 3, Kind: "gate" is not a kind of door.', "Line 3, Unit: is empty."), ("Gate\nhouse", "gate")),
        PreviewRow(4, "new", "Hall", (), ("Hall", "common")),
        PreviewRow(12, "bad", "", ("Line 12 has 1 cells, the first line has 2.",), ("=1+1",)),
    )
    assert moving_in._refused(manager(Preview(("Door", "Kind"), rows).bad_csv()), OFFERED) == {3, 12}


def test_where_nothing_is_offered_everything_arrives() -> None:
    """There is nothing to download."""
    assert moving_in._refused(manager(b"not asked for"), Page("http://localhost/", 200, "")) == frozenset()


def test_a_reason_without_its_line_is_wrong() -> None:
    """Nobody could correct it, and the story might be played there."""
    with pytest.raises(Wrong, match="1 lines are not imported, and 0 of the reasons say which"):
        moving_in._refused(manager(b"Door,Reason\r\nGate,It is not good.\r\n"), OFFERED)
