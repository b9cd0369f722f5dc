"""The state of a list and the hash that names it."""

from dataclasses import replace

import pytest

from limen.cli.vectorbook.doors import RECORDS
from limen.wire.cbor import Malformed
from limen.wire.doorcodes import tag
from limen.wire.liststate import ListState, after, applied, stored
from limen.wire.records import CODE_KINDS
from tests.unit.wire.cast import CONFIG, steady

K_PIN = steady("pin")
STATE = ListState(
    epoch=1,
    ver=3,
    records={r.slot: stored(r, K_PIN) for r in RECORDS},
    config=CONFIG,
    k_daily=steady("daily"),
    k_pin=K_PIN,
    salt=steady("salt", 16),
)


@pytest.mark.rule("CODE-11")
def test_a_state_holds_no_code_value() -> None:
    """Codes and duress codes are tags; nothing of the value is in the state."""
    for record in STATE.records.values():
        if record.kind in CODE_KINDS:
            assert isinstance(record.data, bytes) and len(record.data) == 8
    assert STATE.records[2].data == tag(K_PIN, 4820917) == tag(K_PIN, "4820917")


@pytest.mark.rule("SYNC-12")
def test_any_difference_in_what_is_held_changes_the_hash() -> None:
    """Invariant 2: records, config, daily key and salt are all in it; the order in which they came is not."""
    base = after(STATE)
    assert len(base) == 16
    assert after(replace(STATE, records=dict(reversed(list(STATE.records.items()))))) == base
    changed = [
        replace(STATE, records={s: r for s, r in STATE.records.items() if s != 4}),
        replace(STATE, config=replace(CONFIG, digits=8)),
        replace(STATE, k_daily=steady("other")),
        replace(STATE, salt=steady("other", 16)),
        replace(STATE, records={**STATE.records, 2: replace(STATE.records[2], exp=9)}),
    ]
    assert len({base, *(after(state) for state in changed)}) == len(changed) + 1


def test_a_delta_sets_and_ends_slots() -> None:
    """An ended slot that is not there is no trouble; one named twice is."""
    fresh = replace(RECORDS[1], slot=20)
    records = applied(STATE, [fresh], [2, 77])
    assert 2 not in records and records[20].data == tag(K_PIN, 4820917) and len(records) == len(RECORDS)
    for upserts, tombstones in (([fresh, fresh], []), ([fresh], [20]), ([], [2, 2])):
        with pytest.raises(Malformed):
            applied(STATE, upserts, tombstones)
