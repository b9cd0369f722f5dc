"""What couriers bring in the chapter of visits."""

from limen.cli.vectorbook.asked import Ask
from limen.cli.vectorbook.deltas import PARTS, cases, delta
from limen.cli.vectorbook.steady import agreement, signer
from limen.wire import bundles
from limen.wire.envelope import RoleKeys, Typ
from limen.wire.hpke import HpkeOpener
from limen.wire.operations import ManifestPush, parse_request


def test_the_small_update_is_genuine_and_the_large_one_only_looks_so() -> None:
    """One opens under the lock's key; the other's parts are what its manifest names, and nobody sealed them."""
    keys = RoleKeys({Typ.MANIFEST: (signer("KU").public,)})
    small = bundles.open_manifest(delta().manifest, keys)
    assert bundles.open_bundle(small, delta().chunks, HpkeOpener(agreement("lock")[0])).tombstones == (2, 4)
    offered = [parse_request(step.request) for step in cases()["parts that are not the manifest's"][1] if isinstance(step, Ask)]
    named = next(bundles.open_manifest(one.manifest, keys) for one in offered if isinstance(one, ManifestPush))
    assert all(named.holds_chunk(index, part) for index, part in enumerate(PARTS))


def test_each_manifest_of_the_table_is_offered_once() -> None:
    """No two of them are the same bytes."""
    lines = [steps[1] for name, (_, steps) in cases().items() if name.startswith("a manifest: ")]
    assert len({step.request for step in lines if isinstance(step, Ask)}) == len(lines) >= 15
