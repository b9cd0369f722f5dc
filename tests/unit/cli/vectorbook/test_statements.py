"""Chapters about what is signed."""

from limen.cli.vectorbook import statements
from limen.wire.operations import Op


def test_every_operation_stands_in_its_chapter() -> None:
    """A new operation needs an example."""
    requests = statements.operation_cases()["requests"]
    assert isinstance(requests, list)
    assert {case["array"][0] for case in requests} == {int(op) for op in Op}


def test_forgeries_of_every_part_stand_beside_the_good_statement() -> None:
    """Payload, signature, type, role, length, header."""
    refused = statements.sign1_cases()["refuse"]
    assert isinstance(refused, list) and len(refused) >= 7
