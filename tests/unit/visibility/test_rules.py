"""The table against the matrix: every role and every kind of record, generated in pairs."""

import random
from itertools import product

import pytest

from limen.visibility import table
from limen.visibility.rules import (
    DATA,
    DOOR_CLASSES,
    SUBJECTS,
    Allowed,
    AskerFacts,
    BadTable,
    Denied,
    RecordFacts,
    read_rows,
    verdict,
)
from tests.unit.visibility.matrix import MATRIX, RELATIONS, ROLES

CELLS = [
    pytest.param(record, role, letter == "Y", id=f"{name}-{role}-{n}")
    for name, records, letters in MATRIX
    for n, record in enumerate(records)
    for role, letter in zip(ROLES, letters, strict=True)
]


@pytest.mark.rule("HISTORY-1")
@pytest.mark.parametrize(("record", "role", "expected"), CELLS)
def test_every_cell_of_the_matrix(record: RecordFacts, role: str, expected: bool) -> None:
    """Each role sees of each record exactly what the matrix says."""
    assert isinstance(verdict(table.rows(), record, AskerFacts(RELATIONS[role])), Allowed) is expected


@pytest.mark.rule("HISTORY-1")
def test_united_roles_see_what_either_sees() -> None:
    """100,000 generated pairs of a record and up to three roles: the verdict is what one of the roles alone would get, never more."""
    dice = random.Random(4)
    by_record: dict[RecordFacts, str] = {record: letters for _name, records, letters in MATRIX for record in records}
    records = sorted(by_record, key=repr)
    for _ in range(100_000):
        record = dice.choice(records)
        roles = dice.sample(ROLES, dice.randint(0, 3))
        asker = AskerFacts(frozenset().union(*(RELATIONS[role] for role in roles)))
        expected = any(by_record[record][ROLES.index(role)] == "Y" for role in roles)
        assert isinstance(verdict(table.rows(), record, asker), Allowed) is expected, (record, roles)


def test_nobody_without_a_relation_sees_anything() -> None:
    """Without any relation everything is denied, whatever the record."""
    for data, door, subject, restricted in product(DATA, DOOR_CLASSES | {"any"}, SUBJECTS | {"any"}, (False, True)):
        record = RecordFacts(data, door, subject, restricted)
        assert verdict(table.rows(), record, AskerFacts(frozenset())) == Denied()


def test_unknown_data_is_denied_to_everybody() -> None:
    """A kind of data the table does not know is shown to nobody, not even to the person it is about."""
    everything = AskerFacts(frozenset().union(*RELATIONS.values()))
    assert verdict(table.rows(), RecordFacts("diary", "unit", "resident"), everything) == Denied()


def test_managers_never_see_wrong_codes_at_a_unit_door() -> None:
    """Failed attempts at a home are the residents' alone, also for somebody who manages that door and is security staff too."""
    asker = AskerFacts(RELATIONS["pm_of_door"] | RELATIONS["security"])
    assert verdict(table.rows(), RecordFacts("event", "unit", "unknown"), asker) == Denied()


@pytest.mark.rule("PRIVACY-1")
def test_every_retention_class_is_shown_as_something_or_to_nobody() -> None:
    """No class of the retention table is left without an answer to who sees it."""
    assert table.retention_classes() <= set(table.shown_as())


def test_every_door_class_and_subject_has_a_row() -> None:
    """Every event and photo of every door class is somebody's to see: at least the person's own."""
    for data, door, subject in product(("event", "photo"), DOOR_CLASSES, ("resident", "guest", "staff", "vendor")):
        assert isinstance(verdict(table.rows(), RecordFacts(data, door, subject), AskerFacts(frozenset({"self"}))), Allowed)


@pytest.mark.parametrize(
    "row",
    [
        {"data": "events", "door": "unit", "subject": "any", "allow": ["self"]},
        {"data": "event", "door": "flat", "subject": "any", "allow": ["self"]},
        {"data": "event", "door": "unit", "subject": "any", "allow": []},
        {"data": "event", "door": "unit", "subject": "any", "allow": ["self"], "until": "restricted"},
        {"data": "event", "door": "unit", "subject": "any", "allow": ["self"], "when": "always"},
    ],
)
def test_a_row_that_cannot_be_meant_is_an_error(row: dict[str, object]) -> None:
    """A misspelt word stops the start instead of opening or closing something unseen."""
    with pytest.raises(BadTable):
        read_rows([row])
