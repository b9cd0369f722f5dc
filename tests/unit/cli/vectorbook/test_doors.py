"""Chapters about what a lock keeps."""

from limen.cli.vectorbook import doors
from limen.wire.records import RecordKind


def test_every_kind_of_record_stands_in_the_snapshot() -> None:
    """A new kind needs an example."""
    assert {record.kind for record in doors.RECORDS} == set(RecordKind)


def test_some_hundreds_of_doorcodes_are_derived() -> None:
    """Of each class and of several lengths."""
    derived = doors.doorcode_cases()["derived"]
    assert isinstance(derived, list) and len(derived) >= 200
    assert {(case["cls"], case["d"]) for case in derived} == {(cls, d) for cls in range(5) for d in (5, 7, 8, 9)}
