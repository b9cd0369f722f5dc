"""A door update arriving: what a manifest is answered, how chunks become the new list (protocol B.2 to B.5; SYNC-10, 11).

Everything is checked before the first byte is stored. A bundle of one chunk, which every ordinary revocation is, goes past a big one that is
being staged. Whatever comes twice, late or out of turn ends in the same list.
"""

from contextlib import suppress
from dataclasses import replace

from limen.lock.attesting import receipt
from limen.lock.flash import FlashError
from limen.lock.lists import revocations
from limen.lock.memory import Memory
from limen.lock.sessions import Session
from limen.lock.staging import Lease, Staging
from limen.lock.store import Holding
from limen.wire import limits
from limen.wire.answers import Answer, Busy, Denied, Plain, Settled, Staged
from limen.wire.bundles import (
    BundleKind,
    Manifest,
    Payload,
    bundle_id,
    check_bounds,
    fits,
    next_state,
    open_bundle,
    open_manifest,
    records_max,
)
from limen.wire.cbor import Malformed, WireError
from limen.wire.envelope import RoleKeys
from limen.wire.firmware import open_direction
from limen.wire.liststate import ListState, after
from limen.wire.operations import Op
from limen.wire.refusals import Reason, Status
from limen.wire.session import SUITE

STAGING_TTL_MS = limits.STAGING_TTL_S * 1000
RETRY_MS = 60_000
DAY_MS = 86_400_000


class Updates:
    """One lock's updates."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._staging: Staging[Manifest] = Staging(memory.ports.flash, memory.layout.staging, memory.layout.bitmap)
        self._lease = Lease()
        self._singles: dict[int, Manifest] = {}
        self._restarts: tuple[int, int] = (0, 0)

    def resume(self) -> None:
        """After a start: goes on with a staged bundle if it still is genuine and newer."""
        found, memory = self._staging.unverified_statement(), self._memory
        if found is None or memory.owner is None or memory.held is None:
            return
        try:
            manifest = open_manifest(found[0], memory.owner.keys)
        except WireError:
            return
        if manifest.epoch == memory.held.state.epoch and manifest.ver > memory.held.state.ver:
            self._staging.resume(found[0], manifest, found[1])

    def staged(self) -> tuple[bytes | None, bytes]:
        """Bundle id and bitmap for those who may push."""
        now = self._staging.now
        return (now.bundle_id, now.bitmap) if now else (None, b"")

    def forget(self, link: int) -> None:
        """The link is gone: so are its lease and what it held in memory."""
        self._singles.pop(link, None)
        self._lease.drop(link)

    def manifest(self, session: Session, statement: bytes, at: int) -> Answer:
        """Table B.2 and the rules of B.4; the caller has checked the right to push."""
        memory, held = self._memory, self._memory.held
        assert memory.owner is not None
        assert held is not None
        try:
            manifest = open_manifest(statement, memory.owner.keys)
        except WireError:
            return Denied(Op.MANIFEST)
        if manifest.lock_id != memory.lock_id:
            return Denied(Op.MANIFEST)
        if manifest.epoch != held.state.epoch:
            return Plain(Op.MANIFEST, Status.STALE_EPOCH if manifest.epoch < held.state.epoch else Status.WRONG_EPOCH)
        memory.hear(manifest.iat, at)
        if manifest.ver <= held.state.ver:
            return Settled(Op.MANIFEST, Status.ALREADY, receipt(memory, session, at))
        if manifest.kind == BundleKind.DELTA and manifest.base > held.state.ver:
            return Plain(Op.MANIFEST, Status.NEED_SNAPSHOT)
        if not fits(manifest, memory.model.capacity):
            return Plain(Op.MANIFEST, Status.TOO_BIG)
        if manifest.min_fw is not None and manifest.min_fw > memory.slots.running.version:
            return Denied(Op.MANIFEST, Reason.NEEDS_UPDATE)
        memory.hear_version(manifest.ver, at)
        if manifest.chunks == 1:
            self._singles[session.link] = manifest
            return Staged(Op.MANIFEST, b"\x00")
        self._singles.pop(session.link, None)
        return self._stage(session, statement, manifest, at)

    def chunk(self, session: Session, index: int, data: bytes, at: int) -> Answer:
        """One chunk, hashed as it arrives; the last one commits."""
        single = self._singles.get(session.link)
        if single is not None:
            return self._apply(session, single, [data], at) if single.holds_chunk(index, data) else Denied(Op.CHUNK)
        staged = self._staging.now
        if staged is None or not self._lease.is_of(session.link):
            return Busy(Op.CHUNK, self._lease.wait_ms(session.link, at) or 1000)
        if not staged.manifest.holds_chunk(index, data):
            return Denied(Op.CHUNK)
        self._lease.take(session.link, at)
        try:
            if index not in staged.have:
                self._staging.put(index, data)
        except FlashError:
            return Busy(Op.CHUNK, RETRY_MS)
        if not staged.complete:
            return Staged(Op.CHUNK, staged.bitmap)
        return self._apply(session, staged.manifest, self._staging.chunks(), at)

    def _stage(self, session: Session, statement: bytes, manifest: Manifest, at: int) -> Answer:
        staged, now_ms = self._staging.now, self._memory.read_clock(at).rtc_ms
        if staged is not None and now_ms - staged.began_ms > STAGING_TTL_MS:
            with suppress(FlashError):
                self._staging.discard()
            staged = None
        if staged is not None and manifest.ver < staged.manifest.ver:
            return Plain(Op.MANIFEST, Status.SUPERSEDED)
        busy = self._lease.wait_ms(session.link, at)
        if busy and staged is not None and manifest.ver == staged.manifest.ver:
            return Busy(Op.MANIFEST, busy)
        try:
            if staged is None or staged.bundle_id != bundle_id(statement):
                if not self._may_restart(now_ms, fresh=staged is None):
                    return Busy(Op.MANIFEST, RETRY_MS)
                staged = self._staging.begin(statement, manifest, now_ms)
        except FlashError:
            return Busy(Op.MANIFEST, RETRY_MS)
        self._lease.take(session.link, at)
        if staged.complete:
            return replace(self._apply(session, manifest, self._staging.chunks(), at), op=Op.MANIFEST)
        return Staged(Op.MANIFEST, staged.bitmap)

    def _may_restart(self, now_ms: int, *, fresh: bool) -> bool:
        """At most 20 restarts of staging a day: flash wears, and a courier may be hostile (B.4)."""
        day, count = self._restarts
        today = now_ms // DAY_MS
        count = count if day == today else 0
        if not fresh and count >= limits.STAGING_RESTARTS_PER_DAY:
            return False
        self._restarts = (today, count + (not fresh))
        return True

    def _apply(self, session: Session, manifest: Manifest, chunks: list[bytes], at: int) -> Plain | Settled | Busy:
        memory, holding = self._memory, self._memory.store.holding
        assert memory.owner is not None
        assert holding is not None
        if manifest.ver <= holding.state.ver:  # a bundle of one chunk went past this one meanwhile
            self._done(session, manifest)
            return Settled(Op.CHUNK, Status.ALREADY, receipt(memory, session, at))
        if manifest.kind == BundleKind.DELTA and manifest.base > holding.state.ver:
            return Plain(Op.CHUNK, Status.NEED_SNAPSHOT)
        try:
            payload = open_bundle(manifest, chunks, memory.owner.opener)
            check_bounds(payload, memory.model.capacity)
            state = proven(next_state(holding.state, manifest, payload), manifest, memory.model.capacity)
        except WireError:
            self._done(session, manifest)
            return Plain(Op.CHUNK, Status.NEED_SNAPSHOT)
        fresh = Holding(
            holding.ticket,
            holding.xs_private,
            state,
            max(holding.ackver, payload.ackver),
            max(holding.purge, payload.purge or 0),
            directed(manifest, payload, memory.owner.keys, holding.direction),
            payload.klog or holding.klog,
        )
        try:
            memory.propose_roots(payload.roots, manifest.ver)
            memory.store.install(fresh)
        except FlashError:
            return Busy(Op.CHUNK, RETRY_MS)
        self._after_commit(session, fresh, manifest.iat, at)
        self._done(session, manifest)
        return Settled(Op.CHUNK, Status.APPLIED, receipt(memory, session, at))

    def _after_commit(self, session: Session, holding: Holding, iat: int, at: int) -> None:
        """Steps 5 and 6 of B.5. They repeat themselves at boot, so a failure here changes nothing about the commit."""
        memory = self._memory
        with suppress(FlashError):  # the list is committed and in use; record and scrub are made good at the next start
            memory.adopt(holding, at)
        with suppress(FlashError):
            memory.log_update_once(at, session.grant.subj if session.grant else None)
        with suppress(FlashError):
            memory.store.scrub()
        with suppress(FlashError):
            memory.bucket.listed(iat, at)

    def _done(self, session: Session, manifest: Manifest) -> None:
        """Staging is emptied unless what was applied went past a newer bundle that is still arriving."""
        self._singles.pop(session.link, None)
        staged, held = self._staging.now, self._memory.held
        if staged is not None and (staged.manifest is manifest or (held is not None and staged.manifest.ver <= held.state.ver)):
            with suppress(FlashError):  # what is left of it is erased before anything else is staged
                self._staging.discard()
            self._lease.drop()


def directed(manifest: Manifest, payload: Payload, keys: RoleKeys, before: bytes = b"") -> bytes:
    """The direction that holds after this bundle: its own, if KU signed it for exactly this lock and version, else what a delta leaves as it was."""
    if payload.fw_director is None:
        return before if manifest.kind == BundleKind.DELTA else b""
    try:
        said = open_direction(payload.fw_director, keys)
    except WireError:
        return b""
    meant = (said.lock_id, said.epoch, said.ver) == (manifest.lock_id, manifest.epoch, manifest.ver)
    return payload.fw_director if meant else b""


def proven(state: ListState, manifest: Manifest, capacity: int) -> ListState:
    """The state, if it is what the service meant and the model can hold it; Malformed otherwise. Nothing else is ever committed."""
    too_many = len(state.records) > records_max(capacity) or revocations(state.records.values()) > limits.REVOCATIONS_MAX
    if too_many or after(state) != manifest.after:
        raise Malformed("another list than the service's")
    if state.config.min_suite > SUITE:
        raise Malformed("a suite that this firmware does not speak")
    return state
