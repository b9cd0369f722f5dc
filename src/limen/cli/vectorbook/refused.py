"""Updates that a lock must not take, each wrong in one thing only, for the chapter visits (U-8, U-9, R-5, M-21), and what a new root ends."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from limen.cli.vectorbook.asked import COURIER, HOUSEHOLD, Leave, Present, Step, ask, minted, taps
from limen.cli.vectorbook.deltas import brought
from limen.cli.vectorbook.doors import CONFIG, FRESH, lists
from limen.cli.vectorbook.lineage import after_theft
from limen.cli.vectorbook.steady import LOCK_ID, NOW, SteadySealer, agreement, signer, steady
from limen.wire import bundles, liststate
from limen.wire.bundles import Bundle, BundleKind, Manifest, Payload
from limen.wire.envelope import Typ, sign1
from limen.wire.liststate import ListState
from limen.wire.operations import StatusAsk, Unlock
from limen.wire.records import ListRecord

VER = 2
SALT, PROBE = steady("salt 4", 16), steady("probe 4", 8)


def cases() -> dict[str, tuple[str, list[Step]]]:
    """By name: the model of the lock, and what happens."""
    status = ask(1, StatusAsk())
    return {
        **{f"not committed: {why}": ("M", [Present(1, minted(COURIER)), *brought(1, one), status]) for why, one in _wrong().items()},
        "a delta does not change the key of the codes": ("M", [Present(1, minted(COURIER)), *brought(1, _with_kpin()), status]),
        "a root takes away the key of every grant": ("M", _stolen()),
    }


def changed(payload: Payload) -> Bundle:
    """A delta to version 2 that names what it leads to."""
    first = lists()[1]
    records = liststate.applied(first, payload.upserts, payload.tombstones)
    return _delta(payload, replace(first, records=records, config=payload.config or first.config))


def _wrong() -> dict[str, Bundle]:
    """Each names what a lock that does not ask would come to, and so it would commit."""
    snapshot, first, _, _ = lists()
    good, whole = _payload((FRESH,)), replace(snapshot, salt=SALT, probe=PROBE)
    fresh = liststate.applied(first, (FRESH,), ())
    twice = replace(FRESH, data=1_203_948)
    return {
        "it leads elsewhere": _built(good, steady("after", 16), BundleKind.DELTA),
        "its config asks for suite 2": changed(replace(good, config=replace(CONFIG, min_suite=2))),
        "a snapshot without kpin": _snapshot(replace(whole, k_pin=None), first),
        "a snapshot without kdaily": _snapshot(replace(whole, k_daily=None), first),
        "a snapshot without config": _snapshot(replace(whole, config=None), first),
        "a snapshot that ends a slot": _snapshot(replace(whole, tombstones=(77,)), first),
        "a slot twice": _delta(_payload((twice, FRESH)), replace(first, records=fresh)),
        "a slot twice, the first counts": _delta(_payload((FRESH, twice)), replace(first, records=fresh)),
        "a slot that is written and ended": _delta(replace(good, tombstones=(FRESH.slot,)), replace(first, records=fresh)),
        "a slot that is ended and written": _delta(replace(good, tombstones=(FRESH.slot,)), first),
    }


def _with_kpin() -> Bundle:
    return changed(replace(_payload((FRESH,)), k_pin=steady("k_pin 2")))


def _stolen() -> list[Step]:
    """R-5 and M-4: the receipt is the last answer that a grant under the old key gets."""
    status = ask(1, StatusAsk())
    bundle = changed(replace(_payload(()), roots=(after_theft(),)))
    there = taps(HOUSEHOLD, 2)
    return [
        Present(1, minted(COURIER)),
        there,
        *brought(1, bundle),
        status,
        status,
        ask(2, Unlock("tap")),
        ask(2, StatusAsk()),
        Leave(1),
        Leave(2),
        taps(HOUSEHOLD),
        status,
        Leave(1),
        replace(taps(HOUSEHOLD), grant=minted(HOUSEHOLD, "KG 2")),
        ask(1, Unlock("tap")),
    ]


def _payload(upserts: Sequence[ListRecord]) -> Payload:
    return Payload(salt=SALT, probe=PROBE, ackver=1, upserts=tuple(upserts))


def _snapshot(payload: Payload, to: ListState) -> Bundle:
    return _built(payload, _after(to), BundleKind.SNAPSHOT)


def _delta(payload: Payload, to: ListState) -> Bundle:
    return _built(payload, _after(to), BundleKind.DELTA)


def _after(to: ListState) -> bytes:
    return liststate.after(replace(to, ver=VER, salt=SALT, probe=PROBE))


def _built(payload: Payload, after: bytes, kind: BundleKind) -> Bundle:
    """Sealed and signed as any other; nothing here asks whether it should be."""
    sealer = SteadySealer(agreement("lock")[1], "refused")
    sealed = sealer.seal(bundles.encode_payload(payload), bundles.seal_info(LOCK_ID, 1, VER))
    chunks = tuple(sealed[at : at + 1024] for at in range(0, len(sealed), 1024))
    hashes = b"".join(hashlib.sha256(chunk).digest()[:16] for chunk in chunks)
    manifest = Manifest(
        lock_id=LOCK_ID, epoch=1, base=0 if kind is BundleKind.SNAPSHOT else 1, ver=VER, iat=NOW, ctlen=len(sealed), chunk_log2=10,
        hashes=hashes, after=after, kind=kind,
    )  # fmt: skip
    return Bundle(sign1(Typ.MANIFEST, bundles.encode_manifest(manifest), signer("KU")), chunks)
