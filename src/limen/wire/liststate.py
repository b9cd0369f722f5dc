"""The whole state of a lock's list at one version, and the hash that names it (protocol B.1, B.2).

Records stand here as the lock stores them: a code is its tag under ``K_pin``, never its value (D.5). Service and lock build the same
state and must come to the same ``after``; a lock commits nothing else.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from limen.wire import cbor
from limen.wire.cbor import Malformed
from limen.wire.doorcodes import tag
from limen.wire.records import CODE_KINDS, Config, ListRecord

AFTER_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class ListState:
    """S(v): stored records by slot, config and door keys at one ``(epoch, ver)``; ``salt`` and ``probe`` are drawn once per version."""

    epoch: int
    ver: int
    records: Mapping[int, ListRecord]
    config: Config
    k_daily: bytes = field(repr=False)
    k_pin: bytes = field(repr=False)
    salt: bytes = bytes(16)
    probe: bytes = bytes(8)

    @cached_property
    def after(self) -> bytes:
        """Names this state; worked out once, because a lock proves it, commits it and signs it, and the records of 500 people take a while."""
        rows = [self.records[slot].encoded for slot in sorted(self.records)]
        listed = cbor.encode([rows, self.config.to_value(), hashlib.sha256(self.k_daily).digest()])
        return hashlib.sha256(b"dl/st/1" + self.salt + listed).digest()[:AFTER_BYTES]


def stored(record: ListRecord, k_pin: bytes) -> ListRecord:
    """The record as a lock keeps it: code values become tags (CODE-11)."""
    if record.kind in CODE_KINDS and isinstance(record.data, int):
        return record.holding(tag(k_pin, record.data))
    return record


def applied(state: ListState, upserts: Iterable[ListRecord], tombstones: Iterable[int]) -> dict[int, ListRecord]:
    """The stored records after a delta; upserts carry code values as sent. ``Malformed`` if a slot is named twice."""
    records = dict(state.records)
    gone = list(tombstones)
    fresh = [stored(record, state.k_pin) for record in upserts]
    slots = [*gone, *(record.slot for record in fresh)]
    if len(set(slots)) != len(slots):
        raise Malformed("a slot is named twice")
    for slot in gone:
        records.pop(slot, None)
    records.update((record.slot, record) for record in fresh)
    return records


def after(state: ListState) -> bytes:
    """``SHA-256("dl/st/1" || salt || CBOR([records by slot, config, SHA-256(kdaily)]))[0..16]``."""
    return state.after
