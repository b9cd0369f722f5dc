"""Noise becomes one record (F.2, T27)."""

from limen.lock.merging import WINDOW_MS, Merged
from limen.wire.events import Kind, Method, Result
from limen.wire.refusals import Reason
from tests.unit.lock.reading import events
from tests.unit.lock.site import house


def test_refusals_of_nobody_in_particular_are_one_record_per_kind_and_ten_minutes_with_a_count() -> None:
    home = house()
    merged = Merged(home.rig.lock.memory)
    at = home.rig.at
    for _ in range(50):
        merged.add(Method.APP, Reason.REFUSED, at)
    merged.add(Method.CARD, Reason.CARD_UNKNOWN, at + 1)
    before = len(events(home))
    merged.tick(at + WINDOW_MS - 1)
    assert len(events(home)) == before
    assert merged.due() == at + WINDOW_MS
    merged.tick(at + WINDOW_MS + 1)
    written = events(home)[before:]
    assert [(e.kind, e.result, e.method, e.count) for e in written] == [
        (Kind.ENTRY, Result.REFUSED, Method.APP, 50),
        (Kind.ENTRY, Result.REFUSED, Method.CARD, 1),
    ]
    assert merged.due() is None
