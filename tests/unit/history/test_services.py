"""Looking, and having the look written down."""

import pytest

from limen.history import queries as history
from limen.journal import queries as journal
from limen.kernel.problems import NotYours
from tests.unit.history.conftest import Archive


def test_who_neither_manages_the_door_nor_guards_the_building_finds_nothing(archive: Archive) -> None:
    """A resident asking for a door's history is told that it is not there (404 before 403)."""
    with pytest.raises(NotYours):
        archive.looked("Dana", "Package Room")


@pytest.mark.rule("HISTORY-4")
def test_a_look_is_recorded_and_the_person_can_see_it(archive: Archive) -> None:
    """Sofia looks at the Package Room: Dana, who is in it, sees that; Theo, who is not, does not."""
    archive.entry("Package Room", "Dana")
    archive.carry("Package Room")
    archive.looked("Sofia", "Package Room")
    (look,) = history.looks(archive.house.people["Dana"], archive.house.now)
    assert (look.by, look.door_id) == (archive.house.people["Sofia"], archive.house.doors["Package Room"])
    assert history.looks(archive.house.people["Theo"], archive.house.now) == ()


@pytest.mark.rule("HISTORY-4")
def test_a_look_stands_in_the_journal_even_when_it_found_nothing(archive: Archive) -> None:
    """The staff member looked at an empty door: that is a look."""
    archive.looked("Ana", "Package Room")
    entries = journal.entries(target=f"door:{archive.house.doors['Package Room']}")
    assert "history.looked" in [entry.verb for entry in entries]
