"""Where random bytes come from."""

from collections.abc import Iterator

import pytest

from limen.storage import chance


@pytest.fixture(autouse=True)
def _machine_chance() -> Iterator[None]:
    yield
    chance.use(None)


def test_identifiers_are_random_uuids_and_differ() -> None:
    """Version 4, a thousand without a repetition."""
    ids = {chance.fresh_id() for _ in range(1000)}
    assert len(ids) == 1000 and {one.version for one in ids} == {4}


def test_a_simulator_brings_its_own_chance() -> None:
    """From a seed the same bytes come again."""
    chance.use(lambda count: b"\x07" * count)
    assert chance.random_bytes(4) == b"\x07" * 4
    assert chance.fresh_id() == chance.fresh_id()
