"""The outbox keeps what a phone pulled until the service has answered it by name."""

import pytest

from limen.phone.outbox import BATCH_ITEMS, ITEM_BYTES, KEEP_MS, Outbox, item

LOCK, OTHER = bytes(8), bytes(7) + b"\x01"


def filled(count: int) -> Outbox:
    box = Outbox()
    for number in range(count):
        box.put(item("segment", LOCK, number.to_bytes(4, "big")), now_ms=number)
    return box


@pytest.mark.rule("SYNC-8")
def test_what_was_not_answered_stays() -> None:
    """Silence of the service ends nothing; an answer ends exactly the item that it names."""
    box = filled(3)
    first, second, third = box.batch()
    assert box.answered([(second.key, "known")]) == (second,)
    assert box.batch() == (first, third)


@pytest.mark.rule("SYNC-8")
def test_a_refusal_is_an_answer_too() -> None:
    """What the service refused would be refused again: it does not block what is behind it."""
    box = filled(1)
    box.answered([(box.batch()[0].key, "refused")])
    assert box.batch() == ()


def test_an_answer_about_something_else_drops_nothing() -> None:
    """A key that this phone does not hold is ignored."""
    box = filled(2)
    assert box.answered([(bytes(16), "taken")]) == ()
    assert len(box.batch()) == 2


def test_the_same_content_is_the_same_item() -> None:
    """A segment that was pulled twice is handed in once, and another lock's equal bytes are not the same."""
    box = Outbox()
    assert box.put(item("segment", LOCK, b"x"), 1)
    assert not box.put(item("segment", LOCK, b"x"), 2)
    assert box.put(item("segment", OTHER, b"x"), 3)
    assert box.put(item("telemetry", LOCK, b"x"), 3)


def test_one_request_takes_a_bounded_part_and_the_oldest_first() -> None:
    """At most 64 items go into one request, in the order in which they came."""
    box = filled(BATCH_ITEMS + 5)
    batch = box.batch()
    assert len(batch) == BATCH_ITEMS
    assert batch[0].data == (0).to_bytes(4, "big")


def test_large_items_are_spread_over_requests() -> None:
    """A request stays below what the gateway takes, and even the largest item goes alone."""
    box = Outbox()
    for number in range(6):
        box.put(item("segment", LOCK, bytes([number]) * ITEM_BYTES), number)
    assert len(box.batch()) == 3


def test_nothing_larger_than_the_wire_allows_is_kept() -> None:
    """A lock that answers with more than any object has is not believed."""
    with pytest.raises(ValueError, match="at most"):
        item("segment", LOCK, bytes(ITEM_BYTES + 1))


def test_old_items_and_items_of_lost_doors_are_erased() -> None:
    """After 30 days, or when the grant ends, sealed records leave the phone; receipts stay."""
    box = filled(1)
    proof = item("receipt", OTHER, b"proof")
    elsewhere = item("segment", OTHER, b"sealed")
    box.put(proof, KEEP_MS)
    box.put(elsewhere, KEEP_MS)
    assert len(box.forget_old(KEEP_MS + 1)) == 1
    assert box.forget_doors(frozenset({LOCK})) == (elsewhere,)
    assert box.batch() == (proof,)
