"""What may still go or come in a short update is counted, and a bundle is only what it says it is."""

import pytest

from limen.phone import carry
from limen.phone.carry import Load
from limen.wire import cbor
from limen.wire.cbor import Malformed

from .scripted import bundle, carried, courier, door, grant


@pytest.mark.rule("SYNC-9")
def test_an_allowance_counts_bytes_and_ends_in_time() -> None:
    """What does not fit is not begun; what was refused was not counted."""
    load = Load(bytes_left=100, until_ms=50)
    assert load.has(60, 0)
    assert not load.has(60, 0)
    assert load.has(40, 49)
    assert not load.has(0, 50)
    assert Load().has(1 << 30, 1 << 60)


def test_a_bundle_is_read_with_its_chunks() -> None:
    """Head and parts, in order."""
    news = bundle(2, size=3000)
    read, manifest = carry.bundle_of(carried(news))
    assert read == news
    assert manifest.chunks == len(news.chunks)


@pytest.mark.rule("SYNC-10")
def test_parts_that_are_not_the_manifests_are_no_bundle() -> None:
    """Lost, swapped and changed parts are found before a lock is bothered with them."""
    news = bundle(2, size=3000)
    first, second, *rest = news.chunks
    for parts in ([first], [second, first, *rest], [first[:-1] + b"\x00", second, *rest], [*news.chunks, first]):
        with pytest.raises(Malformed):
            carry.bundle_of(cbor.encode([news.manifest, parts]))


def test_only_this_locks_bundle_is_offered_to_it() -> None:
    """Nothing is nothing; its own is its own."""
    news = bundle(2)
    assert carry.for_this_lock(courier(door(grant()))) is None
    assert carry.for_this_lock(courier(door(grant(), bundled=news, ver=2))) == news
