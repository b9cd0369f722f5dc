"""Updates: sealed, signed, cumulative, bounded."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.cli.vectorbook.doors import RECORDS
from limen.cli.vectorbook.steady import SteadySealer
from limen.wire import bundles, cbor, limits, liststate
from limen.wire.bundles import Bundle, BundleHead, BundleKind, Change, Contents, Manifest, Payload, cumulative_delta
from limen.wire.cbor import Malformed
from limen.wire.envelope import BadSignature, unverified_payload
from limen.wire.grants import Cls
from limen.wire.hpke import HpkeOpener, HpkeSealer, NotForUs
from limen.wire.liststate import ListState
from limen.wire.records import AesCard, ListRecord, RecordKind
from tests.unit.wire.cast import CONFIG, KEYS, LOCK_ID, NOW, agreement, signer, steady

XS_PRIVATE, XS = agreement("lock")
K_DAILY, K_PIN = steady("daily"), steady("pin")
SNAPSHOT = Payload(
    salt=steady("salt", 16), probe=steady("probe", 8), ackver=0, upserts=RECORDS, config=CONFIG, k_daily=K_DAILY, k_pin=K_PIN
)
HEAD = BundleHead(lock_id=LOCK_ID, epoch=1, base=0, ver=1, iat=NOW, after=bytes(16), kind=BundleKind.SNAPSHOT)


def built(payload: Payload, head: BundleHead = HEAD, capacity: int = 1500) -> Bundle:
    return bundles.build(head, payload, sealer=SteadySealer(XS, "t"), signer=signer("KU"), capacity=capacity)


def opened(bundle: Bundle) -> tuple[Manifest, Payload]:
    manifest = bundles.open_manifest(bundle.manifest, KEYS)
    return manifest, bundles.open_bundle(manifest, bundle.chunks, HpkeOpener(XS_PRIVATE))


def codes(count: int, first: int = 0, value: int = 10**6) -> tuple[ListRecord, ...]:
    return tuple(
        ListRecord(slot=first + n, kind=RecordKind.CODE, data=value + 7919 * n % (9 * 10**6), subj=100_000 + n, cls=Cls.RESIDENT)
        for n in range(count)
    )


def cards(count: int, first: int, *, aes: bool = False) -> tuple[ListRecord, ...]:
    made = []
    for n in range(count):
        uid = steady(f"uid {n}", 7)
        kind, data = (RecordKind.CARD_AES, AesCard(uid, steady(f"key {n}", 16))) if aes else (RecordKind.CARD_UID, uid)
        made.append(ListRecord(slot=first + n, kind=kind, data=data, subj=100_000 + n, cls=Cls.RESIDENT))
    return tuple(made)


def test_a_lock_reads_what_was_built_for_it() -> None:
    """Manifest, chunks and payload, through the courier's bytes."""
    bundle = Bundle.from_bytes(built(SNAPSHOT).to_bytes())
    manifest, payload = opened(bundle)
    assert payload == SNAPSHOT
    assert (manifest.lock_id, manifest.epoch, manifest.base, manifest.ver, manifest.kind) == (LOCK_ID, 1, 0, 1, BundleKind.SNAPSHOT)
    assert bundle.bundle_id == hashlib.sha256(bundle.manifest).digest()[:8]
    state = bundles.next_state(None, manifest, payload)
    assert state.records[2] == liststate.stored(RECORDS[1], K_PIN)


@pytest.mark.rule("SYNC-10")
def test_a_courier_can_neither_read_nor_redirect_what_it_carries() -> None:
    """Invariants 11 and 17: another lock, epoch or version opens nothing, and the manifest tells no record."""
    bundle = built(SNAPSHOT)
    manifest = bundles.open_manifest(bundle.manifest, KEYS)
    with pytest.raises(NotForUs):
        bundles.open_bundle(manifest, bundle.chunks, HpkeOpener(agreement("another lock")[0]))
    for foreign in (replace(manifest, lock_id=bytes(8)), replace(manifest, epoch=2), replace(manifest, ver=2)):
        with pytest.raises(NotForUs):
            bundles.open_bundle(foreign, bundle.chunks, HpkeOpener(XS_PRIVATE))
    told = cbor.decode(unverified_payload(bundle.manifest)[1])
    assert isinstance(told, dict) and set(told) == set(range(1, 12))
    everything = bundle.to_bytes()
    for secret in (K_DAILY, K_PIN, (4820917).to_bytes(3, "big"), (4820917).to_bytes(4, "big"), steady("uid", 7), steady("card key", 16)):
        assert secret not in everything


@pytest.mark.rule("SYNC-10")
@given(st.integers(0, 10_000), st.integers(1, 255))
@settings(max_examples=60)
def test_a_changed_byte_of_a_bundle_never_reaches_a_list(at: int, flip: int) -> None:
    """Neither in the manifest nor in a chunk."""
    bundle = built(SNAPSHOT)
    data = bytearray(bundle.manifest + bundle.chunks[0])
    data[at % len(data)] ^= flip
    changed = Bundle(bytes(data[: len(bundle.manifest)]), (bytes(data[len(bundle.manifest) :]),))
    with pytest.raises((BadSignature, Malformed, NotForUs)):
        opened(changed)


def history(draw: st.DataObject) -> list[Change]:
    """A random life of a list: slots that come, change and go, a version at a time."""
    changes = []
    for ver in range(1, draw.draw(st.integers(2, 12)) + 1):
        for slot in draw.draw(st.sets(st.integers(0, 5), max_size=3)):
            value = draw.draw(st.none() | st.integers(0, 10**7 - 1))
            record = None if value is None else ListRecord(slot=slot, kind=RecordKind.CODE, data=value, subj=slot)
            changes.append(Change(ver, slot, record))
    return changes


def state_at(changes: list[Change], v: int) -> ListState:
    records: dict[int, ListRecord] = {}
    for change in changes:
        if change.ver <= v and change.record is None:
            records.pop(change.slot, None)
        elif change.ver <= v and change.record is not None:
            records[change.slot] = liststate.stored(change.record, K_PIN)
    return ListState(
        epoch=1, ver=v, records=records, config=CONFIG, k_daily=K_DAILY, k_pin=K_PIN, salt=steady(f"salt {v}", 16), probe=bytes(8)
    )


@pytest.mark.rule("SYNC-11")
@given(st.data())
@settings(max_examples=150)
def test_a_delta_from_a_applies_to_every_version_between_a_and_v(data: st.DataObject) -> None:
    """Invariant 5, the claim of B.2: apply(S(l), Δ(a, v)) = S(v) for all l in [a, v), and twice is once."""
    changes = history(data)
    v = max((c.ver for c in changes), default=1)
    a = data.draw(st.integers(0, v - 1)) if v > 0 else 0
    upserts, tombstones = cumulative_delta(changes, a, v)
    target = state_at(changes, v)
    manifest = Manifest(
        lock_id=LOCK_ID,
        epoch=1,
        base=a,
        ver=v,
        iat=NOW,
        ctlen=1,
        chunk_log2=10,
        hashes=bytes(16),
        after=liststate.after(target),
        kind=BundleKind.DELTA,
    )
    payload = Payload(salt=target.salt, probe=target.probe, ackver=a, upserts=upserts, tombstones=tombstones)
    for lock in range(a, v):
        reached = bundles.next_state(state_at(changes, lock), manifest, payload)
        assert reached.records == target.records
        assert liststate.after(reached) == manifest.after
        assert liststate.after(bundles.next_state(reached, manifest, payload)) == manifest.after


@pytest.mark.rule("SYNC-11")
def test_a_delta_carries_only_what_changed_since_the_proven_version() -> None:
    """One ended record out of five hundred is one number."""
    changes = [Change(1, r.slot, r) for r in codes(500)] + [Change(2, 77, None)]
    assert cumulative_delta(changes, 1, 2) == ((), (77,))


def test_a_list_built_on_another_history_shows_in_the_hash() -> None:
    """B.2: a restored service cannot mix two lists unseen."""
    one = state_at([Change(1, 0, codes(1)[0])], 1)
    other = state_at([Change(1, 0, codes(1, value=5)[0])], 1)
    assert liststate.after(one) != liststate.after(other)


def measured(contents: Contents, upserts: tuple[ListRecord, ...], tombstones: tuple[int, ...] = ()) -> int:
    """Real bytes of a bundle with these records at version 41."""
    config = replace(CONFIG, zone=((0, -300),)) if contents.config_bytes else None
    payload = Payload(
        salt=steady("s", 16),
        probe=steady("p", 8),
        ackver=40,
        upserts=upserts,
        tombstones=tombstones,
        config=config,
        k_daily=K_DAILY if contents.keys else None,
        k_pin=K_PIN if contents.keys else None,
    )
    head = replace(HEAD, base=40, ver=41, kind=BundleKind.SNAPSHOT if contents.keys else BundleKind.DELTA)
    return built(payload, head, capacity=5000).size


@pytest.mark.parametrize("people", [0, 1, 2, 10, 50, 100, 200, 500, 1000])
def test_the_size_formula_is_an_upper_bound_and_at_most_8_percent_high(people: int) -> None:
    """Invariant 16: one code and one card each, with config and keys."""
    config_bytes = len(cbor.encode(replace(CONFIG, zone=((0, -300),)).to_value()))
    contents = Contents(codes=people, uid_cards=people, config_bytes=config_bytes, keys=True)
    real = measured(contents, codes(people) + cards(people, people))
    assert real <= bundles.size_bound(contents) <= 1.08 * real


@pytest.mark.parametrize(
    ("contents", "upserts", "tombstones"),
    [
        (Contents(), (), ()),
        (Contents(revocations=1), (ListRecord(slot=900, kind=RecordKind.REVOKED_PHONE, data=bytes(8), exp=1_530_000),), ()),
        (Contents(revocations=1, deletions=2), (ListRecord(slot=900, kind=RecordKind.SUBJECT_FLOOR, data=NOW, subj=100_900),), (300, 301)),
        (Contents(uid_cards=10), cards(10, 300), ()),
        (Contents(aes_cards=100), cards(100, 300, aes=True), ()),
        (Contents(deletions=100), (), tuple(range(300, 400))),
    ],
    ids=["empty", "one removed phone", "one resident removed", "ten cards", "hundred AES cards", "hundred deletions"],
)
def test_small_updates_stay_within_the_table(contents: Contents, upserts: tuple[ListRecord, ...], tombstones: tuple[int, ...]) -> None:
    """Table B.3: empty 243, one removal 272, ten cards 464, and never more than the formula."""
    real = measured(contents, upserts, tombstones)
    assert real <= bundles.size_bound(contents) <= 1.08 * real


def test_big_lists_travel_in_bigger_chunks() -> None:
    """1 KiB up to 64 chunks, 4 KiB above."""
    small, large = (
        opened(built(replace(SNAPSHOT, upserts=codes(500))))[0],
        opened(built(replace(SNAPSHOT, upserts=codes(4000)), capacity=5000))[0],
    )
    assert (small.chunk_log2, large.chunk_log2) == (10, 12)
    for manifest in (small, large):
        assert sum(manifest.chunk_bytes(i) for i in range(manifest.chunks)) == manifest.ctlen
        assert not manifest.holds_chunk(manifest.chunks, b"") and not manifest.holds_chunk(0, b"x")


def test_above_a_models_bounds_nothing_is_built_and_nothing_allocated() -> None:
    """Invariant 16: records, removed phones, bundle bytes."""
    removed = tuple(ListRecord(slot=n, kind=RecordKind.REVOKED_PHONE, data=bytes(8)) for n in range(257))
    for payload in (replace(SNAPSHOT, upserts=codes(23)), replace(SNAPSHOT, upserts=(), tombstones=tuple(range(23)))):
        with pytest.raises(Malformed):
            built(payload, capacity=10)
    with pytest.raises(Malformed):
        built(replace(SNAPSHOT, upserts=removed))
    with pytest.raises(Malformed):
        built(replace(SNAPSHOT, upserts=(), roots=tuple(bytes(3000) for _ in range(8))), capacity=10)
    assert bundles.fits(opened(built(SNAPSHOT))[0], 1500)
    assert not bundles.fits(replace(opened(built(SNAPSHOT))[0], ctlen=bundles.bundle_bytes_max(10) + 1), 10)


def test_a_manifest_whose_numbers_disagree_is_refused() -> None:
    """Chunk size, hashes and base before a byte is stored."""
    good = opened(built(SNAPSHOT))[0]
    wrong = [
        replace(good, chunk_log2=12),
        replace(good, hashes=good.hashes + bytes(16)),
        replace(good, hashes=b""),
        replace(good, ctlen=0),
        replace(good, base=1),
        replace(good, ctlen=10**9),
        replace(good, hashes=bytes(16 * (limits.CHUNKS_MAX + 1))),
    ]
    for manifest in wrong:
        with pytest.raises(Malformed):
            bundles.read_manifest(bundles.encode_manifest(manifest))
    with pytest.raises(Malformed):
        bundles.open_bundle(good, (), HpkeOpener(XS_PRIVATE))


def test_a_snapshot_must_be_whole_and_a_delta_needs_a_list() -> None:
    """Keys and config in every snapshot; no tombstones; slots once."""
    manifest = opened(built(SNAPSHOT))[0]
    for payload in (
        replace(SNAPSHOT, config=None),
        replace(SNAPSHOT, k_daily=None),
        replace(SNAPSHOT, k_pin=None),
        replace(SNAPSHOT, tombstones=(1,)),
        replace(SNAPSHOT, upserts=RECORDS + RECORDS[:1]),
    ):
        with pytest.raises(Malformed):
            bundles.next_state(None, manifest, payload)
    with pytest.raises(Malformed):
        bundles.next_state(None, replace(manifest, kind=BundleKind.DELTA), SNAPSHOT)


@given(st.binary(max_size=120))
def test_no_bytes_crash_the_readers(data: bytes) -> None:
    """Fuzz of manifest, payload and the couriers' form."""
    for read in (bundles.read_manifest, bundles.read_payload, Bundle.from_bytes):
        with pytest.raises(Malformed):
            read(data)


def test_the_sealer_of_the_product_serves_as_well() -> None:
    """Two builds differ in every sealed byte and open to the same."""
    bundle = bundles.build(HEAD, SNAPSHOT, sealer=HpkeSealer(XS), signer=signer("KU"), capacity=1500)
    assert bundle.chunks != built(SNAPSHOT).chunks
    assert opened(bundle)[1] == SNAPSHOT
