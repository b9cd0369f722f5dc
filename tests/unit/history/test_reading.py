"""Whose history it is: only the table of visibility says, event by event (HISTORY-1)."""

import pytest

from limen.history import queries as history
from limen.kernel.problems import NotYours
from limen.wire.events import Method, Result
from limen.wire.refusals import Reason
from tests.unit.history.conftest import Archive


def names(archive: Archive, page: history.HistoryPage) -> list[str]:
    who = {person_id: first for first, person_id in archive.house.people.items()}
    return [who.get(event.person_id, "?") if event.person_id else "nobody" for event in page.events]


@pytest.mark.rule("HISTORY-1")
def test_a_residents_own_comings_at_the_unit_door_are_theirs_alone(archive: Archive) -> None:
    """Dana sees her own; Theo, who lives there too, Ana and Sofia do not."""
    archive.entry("Unit 4B", "Dana")
    archive.carry("Unit 4B")
    assert names(archive, archive.mine("Dana")) == ["Dana"]
    assert archive.visits("Theo", "Unit 4B").events == ()
    assert archive.mine("Theo").events == ()
    assert archive.looked("Ana", "Unit 4B").events == ()
    with pytest.raises(NotYours):
        archive.looked("Sofia", "Unit 4B")


@pytest.mark.rule("HISTORY-1")
def test_the_household_sees_guests_and_services_and_managers_see_services_only(archive: Archive) -> None:
    """Ines, Dana's guest: Dana and Theo. Gus, the plumber: Dana, Theo and Ana. Nobody else sees either."""
    archive.entry("Unit 4B", "Ines")
    archive.house.later(minutes=5)
    archive.entry("Unit 4B", "Gus", method=Method.CODE)
    archive.carry("Unit 4B")
    assert names(archive, archive.visits("Dana", "Unit 4B")) == ["Gus", "Ines"]
    assert names(archive, archive.visits("Theo", "Unit 4B")) == ["Gus", "Ines"]
    assert names(archive, archive.looked("Ana", "Unit 4B")) == ["Gus"]
    assert archive.visits("Sofia", "Unit 4B").events == ()
    assert names(archive, archive.mine("Ines")) == ["Ines"]


@pytest.mark.rule("HISTORY-1")
def test_wrong_codes_at_a_unit_door_are_shown_to_its_residents_only(archive: Archive) -> None:
    """Two wrong codes: the household sees them, without digits; the manager sees nothing, not even a count."""
    archive.entry("Unit 4B", None, method=Method.CODE, result=Result.REFUSED, reason=Reason.WRONG_CODE, count=2)
    archive.carry("Unit 4B")
    (event,) = archive.visits("Theo", "Unit 4B").events
    assert (event.subject, event.reason, event.count, event.person_id) == ("unknown", "wrong_code", 2, None)
    assert archive.looked("Ana", "Unit 4B").events == ()


@pytest.mark.rule("HISTORY-1")
@pytest.mark.rule("PEOPLE-3")
def test_managers_and_security_see_common_doors(archive: Archive) -> None:
    """At the Package Room Ana and Sofia see who came; a resident sees their own there and nobody else's."""
    archive.entry("Package Room", "Dana")
    archive.entry("Package Room", "Theo")
    archive.carry("Package Room")
    assert sorted(names(archive, archive.looked("Ana", "Package Room"))) == ["Dana", "Theo"]
    assert sorted(names(archive, archive.looked("Sofia", "Package Room"))) == ["Dana", "Theo"]
    assert names(archive, archive.mine("Theo")) == ["Theo"]
    assert archive.visits("Dana", "Package Room").events == ()
