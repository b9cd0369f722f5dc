"""The lock's record, sealed as it is written: a key per record, forgotten at once (protocol F.1).

A log epoch starts from a fresh seed that only the service can open; ``ck`` lives in memory only, so neither flash nor a later key opens
what was written before. Each record's seal covers the tag of the one before it.

A tag is a hash, not the seal's own: AES-GCM opens one ciphertext under as many keys as somebody cares to make, so what a receipt attests must fix
header, order and sealed bytes by itself (decision 0115).
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed
from limen.wire.events import Event, encode_event, read_event
from limen.wire.hpke import Opener, Sealer
from limen.wire.receipts import LogHead

TAG_BYTES = 16
SEAL_BYTES = 16  # what AES-GCM adds
SEED_BYTES = 32
NO_TAG = bytes(TAG_BYTES)  # before the first log epoch of an ownership


@dataclass(frozen=True)
class SealedHeader:
    """The start of a log epoch: the tag of the last record before it, and the seed sealed to the service."""

    logepoch: int
    prevtag: bytes
    envelope: bytes


@dataclass(frozen=True)
class SealedRecord:
    """Record ``i`` of a log epoch as it stands in flash.

    ``prevtag`` is given only where the record before is no longer there (a loss), so that what is left can still be opened.
    """

    logepoch: int
    i: int
    sealed: bytes
    prevtag: bytes | None = None

    def digest(self) -> bytes:
        """SHA-256 of the sealed bytes, by which a second copy is known."""
        return hashlib.sha256(self.sealed).digest()


@dataclass(frozen=True)
class LogWriter:
    """Where writing stands. A value: a lock whose flash failed keeps the old one. Never stored; a reboot starts a new log epoch.

    ``prevtag`` is what the next seal covers; ``last`` the tag of the last record, of an earlier log epoch while this one has none.
    """

    lock_id: bytes
    logepoch: int
    i: int
    seqnext: int
    prevtag: bytes
    last: bytes
    ck: bytes = field(repr=False)

    def seal_next(self, event: Event) -> tuple["LogWriter", SealedRecord]:
        """The writer after it, without the key, and the sealed record; ``event.seq`` must be ``seqnext``."""
        if event.seq != self.seqnext or self.full:
            raise Malformed("record out of turn")
        context = record_context(self.lock_id, self.logepoch, self.i, self.prevtag)
        sealed = AESGCM(record_key(self.ck)).encrypt(bytes(12), encode_event(event), context)
        tag = record_tag(context, sealed)
        after = replace(self, i=self.i + 1, seqnext=self.seqnext + 1, prevtag=tag, last=tag, ck=next_chain(self.ck))
        return after, SealedRecord(self.logepoch, self.i, sealed)

    @property
    def full(self) -> bool:
        """Whether a new log epoch is due by count."""
        return self.i >= limits.RECORDS_PER_LOG_EPOCH

    @property
    def head(self) -> LogHead:
        """What a receipt attests."""
        return LogHead(self.logepoch, self.seqnext, self.last)


@dataclass(frozen=True)
class LogReader:
    """A log epoch whose header was sealed to us: the other end of ``LogWriter``. Anybody can seal a header; whose it is, is not known here.

    ``start`` stands for a tag before record 0.
    """

    lock_id: bytes
    logepoch: int
    seq0: int
    start: bytes
    seed: bytes = field(repr=False)

    @classmethod
    def of(cls, lock_id: bytes, header: SealedHeader, opener: Opener) -> "LogReader":
        """``NotForUs`` or ``Malformed``."""
        seed, seq0 = open_header(lock_id, header, opener)
        return cls(lock_id, header.logepoch, seq0, first_tag(lock_id, header), seed)

    def keys(self, places: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Each place, in rising order, with its chain key."""
        ck, at = first_chain(self.seed), 0
        for i in sorted(set(places)):
            while at < i:
                ck, at = next_chain(ck), at + 1
            yield i, ck

    def tag(self, i: int, sealed: bytes, prevtag: bytes) -> bytes:
        """The tag of a record that stands there."""
        return record_tag(record_context(self.lock_id, self.logepoch, i, prevtag), sealed)

    def read(self, ck: bytes, i: int, sealed: bytes, prevtag: bytes) -> Event:
        """The event at a place; ``Malformed`` if it was not sealed there, under this seed, after this tag."""
        event = read_event(open_record(ck, record_context(self.lock_id, self.logepoch, i, prevtag), sealed))
        if event.seq != self.seq0 + i:
            raise Malformed("record out of turn")
        return event


@dataclass(frozen=True)
class EpochStart:
    """What a lock brings to a new log epoch: the epoch's number, the next sequence number, the tag of the last record."""

    lock_id: bytes
    logepoch: int
    seq0: int
    prevtag: bytes = NO_TAG


def start_epoch(start: EpochStart, seed: bytes, sealer: Sealer) -> tuple[LogWriter, SealedHeader]:
    """A writer on a fresh 32-byte seed, and the header to store before the first record."""
    if len(seed) != SEED_BYTES:
        raise Malformed("seed")
    envelope = sealer.seal(cbor.encode([seed, start.seq0]), seed_info(start.lock_id, start.logepoch, start.prevtag))
    header = SealedHeader(start.logepoch, start.prevtag, envelope)
    first = first_tag(start.lock_id, header)
    return LogWriter(start.lock_id, start.logepoch, 0, start.seq0, first, start.prevtag, first_chain(seed)), header


def open_header(lock_id: bytes, header: SealedHeader, opener: Opener) -> tuple[bytes, int]:
    """(seed, seq0); ``NotForUs`` or ``Malformed``."""
    info = seed_info(lock_id, header.logepoch, header.prevtag)
    seed, seq0 = shape.array(cbor.decode(opener.open(header.envelope, info), 64), 2)
    return shape.blob(seed, SEED_BYTES), shape.uint(seq0, shape.U32)


def open_record(ck: bytes, context: bytes, sealed: bytes) -> bytes:
    """The plaintext of a record; ``Malformed`` if key, place or bytes are not right."""
    try:
        return AESGCM(record_key(ck)).decrypt(bytes(12), sealed, context)
    except InvalidTag:
        raise Malformed("record seal") from None


def seed_info(lock_id: bytes, logepoch: int, prevtag: bytes) -> bytes:
    """``"dl/log/1" || CBOR [lock-id, logepoch, prevtag16]``."""
    return b"dl/log/1" + cbor.encode([lock_id, logepoch, prevtag])


def first_tag(lock_id: bytes, header: SealedHeader) -> bytes:
    """What stands for a tag before record 0: ``SHA-256(CBOR [lock-id, logepoch, prevtag16, envelope])[0..16]``.

    The envelope is in it, so an attested tag names the seed.
    """
    return hashlib.sha256(cbor.encode([lock_id, header.logepoch, header.prevtag, header.envelope])).digest()[:TAG_BYTES]


def first_chain(seed: bytes) -> bytes:
    """ck_0."""
    return hmac.digest(seed, b"ck0", "sha256")


def record_key(ck: bytes) -> bytes:
    """mk_i, 16 bytes."""
    return hmac.digest(ck, b"\x01", "sha256")[:16]


def next_chain(ck: bytes) -> bytes:
    """ck_{i+1}."""
    return hmac.digest(ck, b"\x02", "sha256")


def record_context(lock_id: bytes, logepoch: int, i: int, prevtag: bytes) -> bytes:
    """``lock-id || u32 logepoch || u32 i || prevtag``."""
    return lock_id + shape.u32(logepoch) + shape.u32(i) + prevtag


def record_tag(context: bytes, sealed: bytes) -> bytes:
    """The tag of a record: ``SHA-256(context || sealed)[0..16]``. The context is of fixed length and holds the tag before it."""
    return hashlib.sha256(context + sealed).digest()[:TAG_BYTES]
