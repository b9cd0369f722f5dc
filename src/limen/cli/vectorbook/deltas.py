"""What couriers bring to a lock, for the chapter visits: each line of the table of O-15, and updates that meet (B.2, B.4)."""

import hashlib
from dataclasses import replace

from limen.cli.vectorbook.asked import COURIER, HOUSEHOLD, Leave, Present, Step, Wait, ask, minted
from limen.cli.vectorbook.doors import lists
from limen.cli.vectorbook.steady import LOCK_ID, NOW, SteadySealer, agreement, signer, steady
from limen.lock.images import BORN_WITH
from limen.wire import bundles, liststate
from limen.wire.bundles import Bundle, BundleHead, BundleKind, Manifest, Payload
from limen.wire.envelope import Typ, sign1
from limen.wire.operations import ChunkPush, LogAsk, ManifestPush, Op, StatusAsk
from limen.wire.records import ListRecord, RecordKind

RUNS = BORN_WITH.version
"""What this lock runs."""
PARTS = (steady("part 0", 1_024), steady("part 1", 500))
"""Genuinely named by a manifest, and sealed by nobody: what a courier cannot make a lock believe."""


def cases() -> dict[str, tuple[str, list[Step]]]:
    """By name: the model of the lock, and what happens."""
    return {
        **{f"a manifest: {why}": ("M", [Present(1, minted(COURIER)), offered(1, data)]) for why, data in _manifests().items()},
        "one removal, once and again": ("M", [Present(1, minted(COURIER)), *brought(1, delta()), *brought(1, delta())[:1]]),
        "parts that are not the manifest's": ("M", [Present(1, minted(COURIER)), *_wrong_parts()]),
        "what is not sealed to this lock": ("M", [Present(1, minted(COURIER)), *brought(1, _two(8)), offered(1, _two(8).manifest)]),
        "a small one goes past a large one, which another phone goes on with": ("M", _meeting()),
        "the same version from two phones": ("M", _queue()),
        "an update takes away who is talking": ("M", _taken_away()),
        "twenty new beginnings a day": ("M", [Present(1, minted(COURIER)), *(offered(1, _two(ver).manifest) for ver in range(8, 30))]),
    }


def delta() -> Bundle:
    """The delta of the chapter bundle."""
    _, first, payload, second = lists()
    head = BundleHead(
        lock_id=LOCK_ID, epoch=1, base=first.ver, ver=second.ver, iat=NOW, after=liststate.after(second), kind=BundleKind.DELTA
    )
    return bundles.build(head, payload, sealer=SteadySealer(agreement("lock")[1], "visits"), signer=signer("KU"), capacity=1500)


def _removal() -> Bundle:
    """Version 2: a floor for who stands there."""
    first = lists()[1]
    gone = ListRecord(slot=11, kind=RecordKind.SUBJECT_FLOOR, data=NOW, subj=1_234)
    payload = Payload(salt=steady("salt 3", 16), probe=steady("probe 3", 8), ackver=1, upserts=(gone,))
    state = replace(first, ver=2, records=liststate.applied(first, payload.upserts, ()), salt=payload.salt, probe=payload.probe)
    head = BundleHead(lock_id=LOCK_ID, epoch=1, base=1, ver=2, iat=NOW, after=liststate.after(state), kind=BundleKind.DELTA)
    return bundles.build(head, payload, sealer=SteadySealer(agreement("lock")[1], "removal"), signer=signer("KU"), capacity=1500)


def _two(ver: int) -> Bundle:
    """A bundle of two parts."""
    return Bundle(sign1(Typ.MANIFEST, bundles.encode_manifest(_manifest(ver)), signer("KU")), PARTS)


def _manifest(ver: int) -> Manifest:
    hashes = b"".join(hashlib.sha256(part).digest()[:16] for part in PARTS)
    return Manifest(
        lock_id=LOCK_ID, epoch=1, base=0, ver=ver, iat=NOW, ctlen=sum(map(len, PARTS)), chunk_log2=10, hashes=hashes,
        after=steady("after", 16), kind=BundleKind.SNAPSHOT,
    )  # fmt: skip


def _manifests() -> dict[str, bytes]:
    good = _manifest(9)
    alone = replace(good, ctlen=500, hashes=good.hashes[16:])
    large = replace(good, ctlen=60 << 12, chunk_log2=12, hashes=bytes(16 * 60))
    huge = replace(good, ctlen=200 << 12, chunk_log2=12, hashes=bytes(16 * 200))
    said = {
        "genuine, two parts": good,
        "genuine, one part": alone,
        "another lock": replace(good, lock_id=LOCK_ID[::-1]),
        "the epoch before": replace(good, epoch=0),
        "the epoch after": replace(good, epoch=2),
        "the version it has": replace(good, ver=1),
        "a version that is its base": replace(good, base=9),
        "a delta from a version it never had": replace(good, base=2, kind=BundleKind.DELTA),
        "a delta from a version before its own": replace(good, base=0, kind=BundleKind.DELTA),
        "larger than the model holds": large,
        "larger than any model holds": huge,
        "for newer firmware": replace(good, min_fw=RUNS + 1),
        "for the firmware that runs": replace(good, min_fw=RUNS),
        "with a word on the version before": replace(good, prev=steady("prev", 16)),
        "fewer bytes than its parts": replace(good, ctlen=1_024),
    }
    signed = {why: sign1(Typ.MANIFEST, bundles.encode_manifest(one), signer("KU")) for why, one in said.items()}
    payload = bundles.encode_manifest(good)
    return signed | {
        "by KG": sign1(Typ.MANIFEST, payload, signer("KG")),
        "signed as a direction": sign1(Typ.FW_DIRECTOR, payload, signer("KU")),
    }


def offered(link: int, manifest: bytes) -> Step:
    """A MANIFEST."""
    return ask(link, ManifestPush(manifest))


def brought(link: int, bundle: Bundle) -> list[Step]:
    """All of it, in order."""
    return [offered(link, bundle.manifest), *(ask(link, ChunkPush(index, part)) for index, part in enumerate(bundle.chunks))]


def _wrong_parts() -> list[Step]:
    bundle = _two(8)
    return [
        ask(1, ChunkPush(0, PARTS[0])),
        offered(1, bundle.manifest),
        ask(1, ChunkPush(0, PARTS[1])),
        ask(1, ChunkPush(2, PARTS[0])),
        ask(1, ChunkPush(0, PARTS[0][:-1])),
        ask(1, ChunkPush(0, PARTS[0])),
        ask(1, ChunkPush(0, PARTS[0])),
        ask(1, StatusAsk()),
    ]


def _meeting() -> list[Step]:
    large, small = _two(8), delta()
    return [
        Present(1, minted(COURIER)),
        offered(1, large.manifest),
        ask(1, ChunkPush(1, PARTS[1])),
        Present(2, minted(COURIER)),
        offered(2, _two(7).manifest),
        *brought(2, small),
        ask(2, StatusAsk()),
        Leave(1),
        offered(2, large.manifest),
        ask(2, ChunkPush(0, PARTS[0])),
        ask(2, StatusAsk()),
    ]


def _queue() -> list[Step]:
    large = _two(8)
    return [
        Present(1, minted(COURIER)),
        offered(1, large.manifest),
        Present(2, minted(COURIER)),
        Wait(4_000),
        offered(2, large.manifest),
        ask(2, ChunkPush(0, PARTS[0])),
        Wait(6_000),
        offered(2, large.manifest),
        ask(1, ChunkPush(0, PARTS[0])),
        offered(1, _two(9).manifest),
        ask(1, ChunkPush(0, PARTS[0])),
    ]


def _taken_away() -> list[Step]:
    return [
        Present(1, minted(HOUSEHOLD), int(Op.STATUS)),
        ask(1, StatusAsk()),
        Present(2, minted(COURIER)),
        *brought(2, _removal()),
        ask(1, LogAsk(0)),
        ask(1, StatusAsk()),
    ]
