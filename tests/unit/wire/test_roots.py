"""Roots."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import cbor
from limen.wire.cbor import Malformed
from limen.wire.envelope import BadSignature, Signer, Typ
from limen.wire.roots import Root, open_root, sign_root
from tests.unit.wire.cast import NOW, signer

FIRST = Root(
    n=1, expires=NOW, threshold=2, keys=tuple(signer(f"ROOT {i}").public for i in range(3)), roles={Typ.GRANT: (signer("KG").public,)}
)
SECOND = replace(FIRST, n=2, keys=tuple(signer(f"ROOT {i}").public for i in (2, 3, 4)), roles={Typ.GRANT: (signer("KG2").public,)})


def by(*numbers: int) -> list[Signer]:
    return [signer(f"ROOT {i}") for i in numbers]


def test_two_of_three_make_a_root() -> None:
    """Any two; the order does not matter."""
    for pair in ((0, 1), (2, 0), (0, 1, 2)):
        root = open_root(sign_root(FIRST, by(*pair)))
        assert root == FIRST
        assert root.role_keys().public(Typ.GRANT) == {signer("KG").public}


def test_one_key_twice_or_a_stranger_is_no_threshold() -> None:
    """Distinct keys count."""
    for signers in (by(0), by(0, 0), by(0, 7)):
        with pytest.raises(BadSignature):
            open_root(sign_root(FIRST, signers))


def test_the_next_root_needs_the_old_ones_threshold_and_its_own() -> None:
    """A.4: root n-1 and root n."""
    assert open_root(sign_root(SECOND, by(0, 1, 2, 3)), before=FIRST) == SECOND
    for signers in (by(2, 3, 4), by(0, 1, 3), by(0, 1)):
        with pytest.raises(BadSignature):
            open_root(sign_root(SECOND, signers), before=FIRST)


def test_a_root_follows_its_predecessor_by_number() -> None:
    """No skipping, no going back."""
    for number in (1, 3):
        with pytest.raises(Malformed):
            open_root(sign_root(replace(SECOND, n=number), by(0, 1, 2, 3)), before=FIRST)


def test_signatures_under_different_payloads_do_not_add_up() -> None:
    """Each must be over this root."""
    mixed = [part for root, number in ((FIRST, 0), (replace(FIRST, expires=NOW + 1), 1)) for part in _parts(sign_root(root, by(number)))]
    with pytest.raises(BadSignature):
        open_root(cbor.encode(mixed))


def test_thresholds_and_keys_have_bounds() -> None:
    """At least 2 of 3, each key once."""
    for root in (
        replace(FIRST, threshold=1),
        replace(FIRST, threshold=4),
        replace(FIRST, keys=FIRST.keys[:2]),
        replace(FIRST, keys=FIRST.keys[:1] * 3),
    ):
        with pytest.raises(Malformed):
            open_root(sign_root(root, by(0, 1)))


@given(st.binary(max_size=80))
def test_no_bytes_crash_the_opener(data: bytes) -> None:
    """Fuzz."""
    with pytest.raises((Malformed, BadSignature)):
        open_root(data)


def _parts(data: bytes) -> list[bytes]:
    parts = cbor.decode(data)
    assert isinstance(parts, list)
    return [part for part in parts if isinstance(part, bytes)]
