"""The list in flash: two slots and one commit record (protocol B.5, LOCK-12).

Build in the slot that is not in use, read back, then program one 36-byte record with a CRC: that record is the moment. A power cut at any
byte leaves the old list or the new one, never a third; a test cuts it at every single step.
"""

import hashlib
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass, field

from limen.lock.flash import Area, Flash, FlashError, Layout, is_erased, wipe
from limen.wire import cbor, limits, shape
from limen.wire.cbor import WireError
from limen.wire.liststate import ListState, after
from limen.wire.records import Config, ListRecord

_COMMIT = struct.Struct("<4sIIBxxx16s")
_CRC = struct.Struct("<I")
_MAGIC = b"LNCM"
COMMIT_BYTES = _COMMIT.size + _CRC.size
_SLOT_HEAD = struct.Struct("<I16s")
_NOWHERE = 2
"""The slot of a commit record that says: this lock holds no list (released)."""
_PROGRAM_BYTES = 4096


@dataclass(frozen=True)
class Holding:
    """All that one ownership at one version is: the ticket that began it, the key updates are sealed to, the list. Committed as one."""

    ticket: bytes = field(repr=False)
    xs_private: bytes = field(repr=False)
    state: ListState
    ackver: int = 0
    purge: int = 0
    direction: bytes = b""
    """The signed word on which image this lock should run (part G); empty: none."""
    klog: bytes = b""
    """The public half of the building's log key since it changed; empty: the ticket's."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit record; the highest `seq` with a right CRC is the truth."""

    seq: int
    ver: int
    slot: int
    after: bytes

    def packed(self) -> bytes:
        body = _COMMIT.pack(_MAGIC, self.seq, self.ver, self.slot, self.after)
        return body + _CRC.pack(zlib.crc32(body))


class ListStore:
    """What the lock holds. Reading it back is `boot`; everything else is `install`, `vacate` and `scrub`."""

    def __init__(self, flash: Flash, layout: Layout) -> None:
        self._flash, self._layout = flash, layout
        self.holding: Holding | None = None
        self.commit: Commit | None = None
        self._page = 0
        self._blank: set[int] = set()
        """Slots that this start has erased and not written since: they need not be looked at again."""

    def boot(self, browned_out: bool) -> None:
        """Finds the newest commit and its list. Raises FlashError if a committed list does not read back: the lock is faulty.

        After a brown-out the newest record is programmed once more: bits that were barely set may read differently later.
        """
        self.commit = self._newest()
        if self.commit is None or self.commit.slot == _NOWHERE:
            return
        self.holding = self._read(self.commit)
        if browned_out:
            with suppress(FlashError):  # it has just read right: a memory that takes nothing makes no list wrong
                self._append(self.commit)

    def install(self, holding: Holding) -> None:
        """Steps 2 to 4 of B.5. When it returns the new list is the list. Raises FlashError; the old one then still is."""
        self._take_back()
        before = self.commit
        target = 0 if before is None or before.slot != 0 else 1
        area = self._layout.slots[target]
        blob = _encoded(holding)
        head = _SLOT_HEAD.pack(len(blob), _digest(blob))
        if len(head) + len(blob) > area.size_bytes:
            raise FlashError("the list does not fit its slot")
        if target not in self._blank:
            wipe(self._flash, area)
        self._blank.discard(target)
        for at in range(0, len(blob), _PROGRAM_BYTES):
            self._flash.program(area, len(head) + at, blob[at : at + _PROGRAM_BYTES])
        self._flash.program(area, 0, head)
        if self._flash.read(area, 0, len(head) + len(blob)) != head + blob:
            raise FlashError("the slot does not read back")
        self._flash.barrier()
        self.commit = self._decide(holding.state.ver, target, after(holding.state))
        self.holding = holding

    def vacate(self) -> None:
        """The lock holds nothing from here on (RELEASE). `scrub` then removes the bytes. Raises FlashError; the list then still is."""
        self._take_back()
        self.commit, self.holding = self._decide(0, _NOWHERE, bytes(16)), None

    def scrub(self) -> None:
        """Step 6: erases every slot that is not in use, so that no removed record's bytes stay (F.6). Repeating it does no harm.

        Raises FlashError."""
        self._take_back()
        for number, area in enumerate(self._layout.slots):
            if number not in self._blank and (self.commit is None or number != self.commit.slot):
                wipe(self._flash, area)
                self._blank.add(number)
        self._flash.barrier()

    def _read(self, commit: Commit) -> Holding:
        area = self._layout.slots[commit.slot]
        length, digest = _SLOT_HEAD.unpack(self._flash.read(area, 0, _SLOT_HEAD.size))
        if length > area.size_bytes - _SLOT_HEAD.size:
            raise FlashError("the committed list is gone")
        blob = self._flash.read(area, _SLOT_HEAD.size, length)
        if _digest(blob) != digest:
            raise FlashError("the committed list is damaged")
        try:
            holding = _decoded(blob)
        except WireError as problem:
            raise FlashError("the committed list does not parse") from problem
        if after(holding.state) != commit.after or holding.state.ver != commit.ver:
            raise FlashError("the committed list is another one")
        return holding

    def _newest(self) -> Commit | None:
        """The record that a start would go by, read anew; `_page` is where it lies."""
        best: Commit | None = None
        area = self._layout.commits
        for page in range(area.pages):
            data = self._flash.read(area, page * area.page_bytes, area.page_bytes)
            for at in range(0, area.page_bytes - COMMIT_BYTES + 1, COMMIT_BYTES):
                found = _commit(data[at : at + COMMIT_BYTES])
                if found is not None and (best is None or found.seq > best.seq):
                    best, self._page = found, page
        return best

    def _take_back(self) -> None:
        """A commit record that was programmed and never confirmed names a slot: before that slot is touched, the record in use is the newest again."""
        newest = self._newest()
        if newest is None or newest == self.commit:
            return
        stays = self.commit or Commit(0, 0, _NOWHERE, bytes(16))
        again = Commit(newest.seq + 1, stays.ver, stays.slot, stays.after)
        self._append(again)
        self.commit = again if self.commit is not None else None

    def _decide(self, ver: int, slot: int, digest: bytes) -> Commit:
        """The moment: one record, newer than all others. Raises FlashError if it is not there; a record that is there is confirmed once more."""
        newest = self._newest()
        commit = Commit(newest.seq + 1 if newest else 1, ver, slot, digest)
        try:
            self._append(commit)
        except FlashError:
            if self._newest() != commit:
                raise
            self._flash.barrier()
        return commit

    def _append(self, commit: Commit) -> None:
        """Never erases the page on which the newest record lies, whatever failed before."""
        area = self._layout.commits
        self._newest()
        page = self._page
        at = _first_free(area, self._flash.read(area, page * area.page_bytes, area.page_bytes))
        if at is None:
            page, at = 1 - page, 0
            self._flash.erase(area, page)
        self._flash.program(area, page * area.page_bytes + at, commit.packed())
        self._flash.barrier()


def _first_free(area: Area, page: bytes) -> int | None:
    for at in range(0, area.page_bytes - COMMIT_BYTES + 1, COMMIT_BYTES):
        if is_erased(page[at:]):
            return at
    return None


def _commit(raw: bytes) -> Commit | None:
    body = raw[: _COMMIT.size]
    if raw[:4] != _MAGIC or zlib.crc32(body) != _CRC.unpack(raw[_COMMIT.size :])[0]:
        return None
    _, seq, ver, slot, digest = _COMMIT.unpack(body)
    return Commit(seq, ver, slot, digest)


def _digest(blob: bytes) -> bytes:
    return hashlib.sha256(blob).digest()[:16]


def _encoded(holding: Holding) -> bytes:
    state = holding.state
    return cbor.encode(
        [
            holding.ticket,
            holding.xs_private,
            holding.ackver,
            holding.purge,
            state.epoch,
            state.ver,
            state.salt,
            state.probe,
            state.config.to_value(),
            state.k_daily,
            state.k_pin,
            [state.records[slot].encoded for slot in sorted(state.records)],
            holding.direction,
            holding.klog,
        ]
    )


def _decoded(blob: bytes) -> Holding:
    fields = shape.array(cbor.decode(blob), 13, 14)  # 13: written before a log key could change
    ticket, xs, ackver, purge, epoch, ver, salt, probe, config, k_daily, k_pin, rows, direction = fields[:13]
    most = limits.CAPACITY_MAX * limits.RECORDS_PER_PERSON_TENTHS // 10
    records = [ListRecord.from_value(row, stored=True) for row in shape.array(rows, 0, most)]
    state = ListState(
        epoch=shape.uint(epoch, shape.U32),
        ver=shape.uint(ver, shape.U32),
        records={record.slot: record for record in records},
        config=Config.from_value(config),
        k_daily=shape.blob(k_daily, 32),
        k_pin=shape.blob(k_pin, 32),
        salt=shape.blob(salt, 16),
        probe=shape.blob(probe, 8),
    )
    return Holding(
        ticket=shape.blob(ticket, most=limits.TICKET_BYTES_MAX),
        xs_private=shape.blob(xs, limits.X25519_BYTES),
        state=state,
        ackver=shape.uint(ackver, shape.U32),
        purge=shape.uint(purge, shape.U32),
        direction=shape.blob(direction, most=limits.DIRECTION_BYTES_MAX),
        klog=shape.blob(fields[13], most=limits.X25519_BYTES) if len(fields) > 13 else b"",
    )
