"""A door update as it travels: a signed manifest over sealed chunks (protocol B.1 to B.4).

A courier can decide "for this door, genuine, newer" from the manifest and learns nothing else. Only the lock of this epoch opens the
chunks, only ``after`` makes it commit. What is in a bundle is state at ``ver``; what it applies to is any version in [base, ver).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from limen.wire import cbor, hpke, limits, shape
from limen.wire.cbor import Malformed, Value
from limen.wire.envelope import RoleKeys, Signer, Typ, open1, sign1
from limen.wire.hpke import Opener, Sealer
from limen.wire.liststate import AFTER_BYTES, ListState, applied, stored
from limen.wire.records import Config, ListRecord, RecordKind


class BundleKind(IntEnum):
    """Changes since ``base``, or the whole list."""

    DELTA = 1
    SNAPSHOT = 2


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The signed head of a bundle; ``hashes`` is 16 bytes of SHA-256 per chunk, one after the other."""

    lock_id: bytes
    epoch: int
    base: int
    ver: int
    iat: int
    ctlen: int
    chunk_log2: int
    hashes: bytes
    after: bytes
    kind: BundleKind
    flags: int = 0
    min_fw: int | None = None
    prev: bytes | None = None

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return len(self.hashes) // 16

    def chunk_bytes(self, index: int) -> int:
        """The length of chunk ``index``."""
        return min(1 << self.chunk_log2, self.ctlen - (index << self.chunk_log2))

    def holds_chunk(self, index: int, chunk: bytes) -> bool:
        """Whether these are the bytes of chunk ``index``."""
        return 0 <= index < self.chunks and hashlib.sha256(chunk).digest()[:16] == self.hashes[16 * index : 16 * index + 16]


@dataclass(frozen=True, kw_only=True)
class Payload:
    """What is sealed: state of version ``ver`` that changed since ``base``, all of it in a snapshot; ``ackver`` is what the service knows."""

    salt: bytes
    probe: bytes
    ackver: int
    upserts: tuple[ListRecord, ...] = ()
    tombstones: tuple[int, ...] = ()
    config: Config | None = None
    fw_director: bytes | None = None
    purge: int | None = None
    roots: tuple[bytes, ...] = ()
    k_daily: bytes | None = field(default=None, repr=False)
    k_pin: bytes | None = field(default=None, repr=False)
    klog: bytes | None = None


@dataclass(frozen=True)
class Bundle:
    """A signed manifest and its chunks, the same bytes for every courier."""

    manifest: bytes
    chunks: tuple[bytes, ...]

    @property
    def bundle_id(self) -> bytes:
        return bundle_id(self.manifest)

    @property
    def size(self) -> int:
        """Bytes in all."""
        return len(self.manifest) + sum(map(len, self.chunks))

    def to_bytes(self) -> bytes:
        """``CBOR [manifest, [chunk, ...]]``, as gateway and inbox carry it."""
        return cbor.encode([self.manifest, list(self.chunks)])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Bundle":
        """The bundle in those bytes; nothing about it is verified. ``Malformed`` out of shape."""
        manifest, chunks = shape.array(cbor.decode(data, bundle_bytes_max(limits.CAPACITY_MAX) + limits.BUNDLE_BYTES_BASE), 2)
        parts = shape.array(chunks, 1, limits.CHUNKS_MAX)
        return cls(
            shape.blob(manifest, most=limits.MANIFEST_BYTES_MAX), tuple(shape.blob(part, most=1 << limits.BIG_CHUNK_LOG2) for part in parts)
        )


@dataclass(frozen=True, kw_only=True)
class BundleHead:
    """What the builder decides about a bundle besides its contents; ``base`` is the last version proven by a receipt."""

    lock_id: bytes
    epoch: int
    base: int
    ver: int
    iat: int
    after: bytes
    kind: BundleKind
    min_fw: int | None = None
    prev: bytes | None = None


@dataclass(frozen=True)
class Change:
    """One edit of a list in version ``ver``: the record of a slot from then on, or None where it ended."""

    ver: int
    slot: int
    record: ListRecord | None


def build(head: BundleHead, payload: Payload, *, sealer: Sealer, signer: Signer, capacity: int) -> Bundle:
    """The bundle, sealed to the lock and signed by KU; ``Malformed`` above the bounds of a model for ``capacity`` people."""
    check_bounds(payload, capacity)
    sealed = sealer.seal(encode_payload(payload), seal_info(head.lock_id, head.epoch, head.ver))
    log2 = chunk_log2(len(sealed))
    chunks = tuple(sealed[at : at + (1 << log2)] for at in range(0, len(sealed), 1 << log2))
    manifest = Manifest(
        lock_id=head.lock_id,
        epoch=head.epoch,
        base=head.base,
        ver=head.ver,
        iat=head.iat,
        ctlen=len(sealed),
        chunk_log2=log2,
        hashes=b"".join(hashlib.sha256(chunk).digest()[:16] for chunk in chunks),
        after=head.after,
        kind=head.kind,
        min_fw=head.min_fw,
        prev=head.prev,
    )
    bundle = Bundle(sign1(Typ.MANIFEST, encode_manifest(manifest), signer), chunks)
    if bundle.size > bundle_bytes_max(capacity):
        raise Malformed("bundle above the model's bound")
    return bundle


def open_manifest(data: bytes, keys: RoleKeys) -> Manifest:
    """The manifest a KU key signed; ``BadSignature`` or ``Malformed``."""
    return read_manifest(open1(data, Typ.MANIFEST, keys, limits.MANIFEST_BYTES_MAX).payload)


def open_bundle(manifest: Manifest, chunks: Sequence[bytes], opener: Opener) -> Payload:
    """What the chunks say to the lock they are sealed to; ``NotForUs`` or ``Malformed``."""
    if len(chunks) != manifest.chunks or not all(manifest.holds_chunk(i, chunk) for i, chunk in enumerate(chunks)):
        raise Malformed("chunks")
    sealed = b"".join(chunks)
    return read_payload(opener.open(sealed, seal_info(manifest.lock_id, manifest.epoch, manifest.ver)))


def seal_info(lock_id: bytes, epoch: int, ver: int) -> bytes:
    """``"dl/upd/1" || lock-id || u32 epoch || u32 ver``."""
    return b"dl/upd/1" + lock_id + shape.u32(epoch) + shape.u32(ver)


def bundle_id(manifest: bytes) -> bytes:
    """SHA-256(signed manifest)[0..8]."""
    return hashlib.sha256(manifest).digest()[:8]


def cumulative_delta(changes: Iterable[Change], a: int, v: int) -> tuple[tuple[ListRecord, ...], tuple[int, ...]]:
    """(upserts, tombstones) by slot: the final value of everything that changed in (a, v]. Applies to any version in [a, v) (B.2)."""
    last: dict[int, Change] = {}
    for change in changes:
        if a < change.ver <= v and (change.slot not in last or change.ver >= last[change.slot].ver):
            last[change.slot] = change
    final = [last[slot] for slot in sorted(last)]
    return tuple(c.record for c in final if c.record is not None), tuple(c.slot for c in final if c.record is None)


def next_state(state: ListState | None, manifest: Manifest, payload: Payload) -> ListState:
    """The state a lock comes to; it commits only if ``liststate.after`` of it is the manifest's. ``Malformed`` if keys or config lack."""
    if manifest.kind == BundleKind.SNAPSHOT:
        return _replaced(manifest, payload)
    if state is None:
        raise Malformed("a delta needs a list")
    return ListState(
        epoch=manifest.epoch,
        ver=manifest.ver,
        records=applied(state, payload.upserts, payload.tombstones),
        config=payload.config or state.config,
        k_daily=payload.k_daily or state.k_daily,
        k_pin=state.k_pin,
        salt=payload.salt,
        probe=payload.probe,
    )


def _replaced(manifest: Manifest, payload: Payload) -> ListState:
    if payload.config is None or payload.k_daily is None or payload.k_pin is None or payload.tombstones:
        raise Malformed("a snapshot is whole")
    records = {record.slot: stored(record, payload.k_pin) for record in payload.upserts}
    if len(records) != len(payload.upserts):
        raise Malformed("a slot is named twice")
    return ListState(
        epoch=manifest.epoch,
        ver=manifest.ver,
        records=records,
        config=payload.config,
        k_daily=payload.k_daily,
        k_pin=payload.k_pin,
        salt=payload.salt,
        probe=payload.probe,
    )


def chunk_log2(ctlen: int) -> int:
    """1 KiB chunks up to 64 of them, 4 KiB above."""
    return limits.CHUNK_LOG2 if ctlen <= limits.SMALL_CHUNKS_MAX << limits.CHUNK_LOG2 else limits.BIG_CHUNK_LOG2


def records_max(capacity: int) -> int:
    """2.2 records per person of the model's capacity (B.3)."""
    return limits.RECORDS_PER_PERSON_TENTHS * capacity // 10


def bundle_bytes_max(capacity: int) -> int:
    """60 bytes per record and 4 KiB (B.3)."""
    return limits.BUNDLE_BYTES_PER_RECORD * records_max(capacity) + limits.BUNDLE_BYTES_BASE


def check_bounds(payload: Payload, capacity: int) -> None:
    """Passes if the model can hold it; ``Malformed`` for too many records, tombstones or removed phones."""
    revocations = sum(record.kind == RecordKind.REVOKED_PHONE for record in payload.upserts)
    if max(len(payload.upserts), len(payload.tombstones)) > records_max(capacity) or revocations > limits.REVOCATIONS_MAX:
        raise Malformed("more than the model holds")


def fits(manifest: Manifest, capacity: int) -> bool:
    """Whether a lock of this capacity may set space aside for the bundle; asked before the first chunk is stored."""
    return manifest.ctlen <= bundle_bytes_max(capacity)


def encode_manifest(manifest: Manifest) -> bytes:
    """The signed bytes of a manifest."""
    said: dict[int, cbor.Encodable] = {
        1: manifest.lock_id,
        2: manifest.epoch,
        3: manifest.base,
        4: manifest.ver,
        5: manifest.iat,
        6: manifest.ctlen,
        7: manifest.chunk_log2,
        8: manifest.hashes,
        9: manifest.after,
        10: manifest.flags,
        11: int(manifest.kind),
    }
    said.update({key: value for key, value in ((12, manifest.min_fw), (13, manifest.prev)) if value is not None})
    return cbor.encode(said)


def read_manifest(payload: bytes) -> Manifest:
    """The manifest in a payload; ``Malformed`` unless lengths, chunk size and hashes agree."""
    said = shape.table(cbor.decode(payload, limits.MANIFEST_BYTES_MAX), range(1, 12), (12, 13))
    manifest = Manifest(
        lock_id=shape.blob(said[1], limits.LOCK_ID_BYTES),
        epoch=shape.uint(said[2], shape.U32),
        base=shape.uint(said[3], shape.U32),
        ver=shape.uint(said[4], shape.U32),
        iat=shape.uint(said[5], shape.U32),
        ctlen=shape.uint(said[6], bundle_bytes_max(limits.CAPACITY_MAX)),
        chunk_log2=shape.uint(said[7], limits.BIG_CHUNK_LOG2),
        hashes=shape.blob(said[8], most=16 * limits.CHUNKS_MAX),
        after=shape.blob(said[9], AFTER_BYTES),
        flags=shape.uint(said[10], shape.U32),
        kind=shape.member(BundleKind, said[11]),
        min_fw=shape.uint(said[12], shape.U32) if 12 in said else None,
        prev=shape.blob(said[13], AFTER_BYTES) if 13 in said else None,
    )
    if manifest.ctlen == 0 or manifest.chunk_log2 != chunk_log2(manifest.ctlen) or manifest.base >= manifest.ver:
        raise Malformed("manifest")
    if len(manifest.hashes) != 16 * -(-manifest.ctlen // (1 << manifest.chunk_log2)):
        raise Malformed("chunk hashes")
    return manifest


def encode_payload(payload: Payload) -> bytes:
    """The bytes that are sealed."""
    said: dict[int, cbor.Encodable] = {
        1: payload.salt,
        2: [record.to_value() for record in payload.upserts],
        3: list(payload.tombstones),
        7: payload.probe,
        11: payload.ackver,
    }
    config = None if payload.config is None else payload.config.to_value()
    may = (
        (4, config),
        (6, payload.fw_director),
        (8, payload.purge),
        (9, list(payload.roots) or None),
        (10, payload.k_daily),
        (12, payload.k_pin),
        (13, payload.klog),
    )
    said.update({key: value for key, value in may if value is not None})
    return cbor.encode(said)


def read_payload(data: bytes) -> Payload:
    """The payload in opened bytes; ``Malformed`` out of shape."""
    said = shape.table(cbor.decode(data), (1, 2, 3, 7, 11), (4, 6, 8, 9, 10, 12, 13))
    most = records_max(limits.CAPACITY_MAX)
    roots: list[Value] = shape.array(said[9], 1, limits.ROOTS_MAX) if 9 in said else []
    return Payload(
        salt=shape.blob(said[1], 16),
        probe=shape.blob(said[7], 8),
        ackver=shape.uint(said[11], shape.U32),
        upserts=tuple(ListRecord.from_value(item) for item in shape.array(said[2], 0, most)),
        tombstones=tuple(shape.uint(slot, shape.U32) for slot in shape.array(said[3], 0, most)),
        config=Config.from_value(said[4]) if 4 in said else None,
        fw_director=shape.blob(said[6], most=limits.STATEMENT_BYTES_MAX) if 6 in said else None,
        purge=shape.uint(said[8], shape.U32) if 8 in said else None,
        roots=tuple(shape.blob(root, most=limits.ROOT_BYTES_MAX) for root in roots),
        k_daily=shape.blob(said[10], 32) if 10 in said else None,
        k_pin=shape.blob(said[12], 32) if 12 in said else None,
        klog=hpke.public_key(said[13]) if 13 in said else None,
    )


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Counts that decide the size of a bundle; ``config_bytes`` is the length of the config's encoding if it rides along."""

    codes: int = 0
    uid_cards: int = 0
    aes_cards: int = 0
    revocations: int = 0
    deletions: int = 0
    config_bytes: int = 0
    keys: bool = False


def size_bound(contents: Contents) -> float:
    """Formula B.3 in bytes, roots, director and klog apart: never below the real length, at most 8 % above. Config, keys and AES cards: decision 0023."""
    flat = 243 + contents.config_bytes + 70 * contents.keys
    cards = 22.4 * contents.uid_cards + 40.4 * contents.aes_cards
    listed = flat + 19.2 * contents.codes + cards + 23.4 * contents.revocations + 3 * contents.deletions
    return listed + 16 * max(0, -(-int(listed - 200) // 1024) - 1)
