"""The one gate through which firmware metadata comes to be believed: signature, order, version, expiry, for each role by itself (part G, inv. 68).

Remembered per owner: the newest root, list and targets versions. Nothing older than what was believed once is believed again, except after a
root that changes the keys of exactly that role. No clock of its own: a statement is over only when the floor of time is past its end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from limen.lock.flash import FlashError
from limen.lock.notes import Notes
from limen.wire import cbor, firmware, limits, shape
from limen.wire.cbor import Malformed, WireError
from limen.wire.envelope import RoleKeys, Typ
from limen.wire.firmware import FirmwareList, Image, Offer, Targets
from limen.wire.roots import Root, open_root
from limen.wire.tickets import ROLE_TYPS, Ticket

_KEY, _NEXT = b"trust", b"roots"


@dataclass(frozen=True, slots=True)
class _Remembered:
    """`root` is empty while the ticket's own is the newest; the rest are the newest versions that were believed."""

    epoch: int
    root: bytes = b""
    listed: int = 0
    targets: int = 0

    def fields(self) -> list[cbor.Encodable]:
        return [self.epoch, self.root, self.listed, self.targets]


class Trust:
    """What one owner's roots vouch for."""

    def __init__(self, notes: Notes, ticket: Ticket) -> None:
        self._notes, self._ticket = notes, ticket
        self._kept = _read(notes.get(_KEY), ticket.epoch)
        self._root: Root | None = None

    def propose(self, roots: Iterable[bytes], ver: int) -> None:
        """Keeps every root that follows the newest one, for the moment at which list `ver` is committed: not before, since the bundle that brings a root
        is signed under the one before it. A role whose keys changed then starts counting anew. Nothing may be `owed`. Raises FlashError.
        """
        before, kept = self.root, self._kept
        for data in roots:
            try:
                fresh = open_root(data, before=before)
            except WireError:
                continue
            kept = replace(kept, root=data)
            if fresh.roles.get(Typ.FW_LIST) != before.roles.get(Typ.FW_LIST):
                kept = replace(kept, listed=0)
            if fresh.roles.get(Typ.FW_TARGETS) != before.roles.get(Typ.FW_TARGETS):
                kept = replace(kept, targets=0)
            before = fresh
        if kept != self._kept:
            self._notes.put(_NEXT, cbor.encode([ver, *kept.fields()]))

    def count(self, ver: int) -> None:
        """List `ver` is the list: the roots that came with it count from here on, also where a power cut lay between. `keep` makes it last."""
        if (kept := self._proposed(ver)) is not None:
            self._kept, self._root = kept, None

    def keep(self) -> None:
        """Writes what counts. Raises FlashError."""
        self._notes.put(_KEY, cbor.encode(self._kept.fields()))

    def settle(self) -> None:
        """Lets go of what was proposed; nothing may be `owed`. Raises FlashError: what is left of it counts no second time."""
        self._notes.drop(_NEXT, durable=False)

    @property
    def owed(self) -> bool:
        """Whether a root counts that is not written as the newest one."""
        return _read(self._notes.get(_KEY), self._ticket.epoch) != self._kept

    def replaces(self, typ: Typ, ver: int) -> bool:
        """Whether the roots that came with list `ver`, which are still to count, name other keys for statements of this type."""
        kept = self._proposed(ver)
        return kept is not None and set(open_root(kept.root).roles.get(typ, ())) != self.keys().public(typ)

    def _proposed(self, ver: int) -> _Remembered | None:
        """What was kept for the moment at which list `ver` is committed; None also where its root counts already and only this note could not be dropped:
        versions that were believed since do not fall back to those of then (inv. 68).
        """
        proposed = self._notes.get(_NEXT)
        if proposed is None:
            return None
        of, *fields = shape.array(cbor.decode(proposed), 5)
        kept = _remembered(fields)
        return kept if of == ver and kept.epoch == self._kept.epoch and kept.root != self._kept.root else None

    @property
    def root(self) -> Root:
        """The newest root; the ticket's own until a later one came."""
        if self._root is None:
            self._root = open_root(self._kept.root or self._ticket.root)
        return self._root

    def keys(self) -> RoleKeys:
        """Keys of the service's roles: the ticket's, or those of a later root."""
        if not self._kept.root:
            return self._ticket.keys()
        return RoleKeys({typ: keys for typ, keys in self.root.roles.items() if typ in ROLE_TYPS})

    def believe(self, offer: Offer, model: int, floor_s: int) -> Image:
        """The offered image, if list and targets are genuine, newest, unexpired and for this model; WireError otherwise.

        Raises FlashError, also while a root is `owed`: what else must be written with it is no matter of firmware.
        """
        if self.owed:
            raise FlashError("the root is to be written first")
        if floor_s > self.root.expires:
            raise Malformed("the root's end has come")
        listed = self._list(offer.listed, floor_s)
        targets = self._targets(offer.targets, listed, model, floor_s)
        image = targets.image(offer.number)
        if image is None:
            raise Malformed("no such image")
        self._keep(replace(self._kept, listed=listed.ver, targets=targets.ver))
        return image

    def _list(self, data: bytes, floor_s: int) -> FirmwareList:
        listed = firmware.open_list(data, RoleKeys({Typ.FW_LIST: self.root.roles.get(Typ.FW_LIST, ())}))
        if listed.ver < self._kept.listed or floor_s > listed.expires:
            raise Malformed("an older list, or its end has come")
        return listed

    def _targets(self, data: bytes, listed: FirmwareList, model: int, floor_s: int) -> Targets:
        keys = self.root.roles.get(Typ.FW_TARGETS, ())
        targets, payload = firmware.open_targets(data, keys, limits.FIRMWARE_THRESHOLD)
        if targets.model != model or listed.targets.get(model) != (targets.ver, firmware.targets_hash(payload)):
            raise Malformed("not the targets that the list names")
        if targets.ver < self._kept.targets or floor_s > targets.expires:
            raise Malformed("older targets, or their end has come")
        return targets

    def _keep(self, kept: _Remembered) -> None:
        if kept != self._kept:
            self._notes.put(_KEY, cbor.encode(kept.fields()))
            self._kept = kept


def forget(notes: Notes, but: int | None = None) -> None:
    """The owner is gone, and with them what they vouched for. What epoch `but` has brought already stays: it may have begun before the last one was gone."""
    for key, place in ((_KEY, 0), (_NEXT, 1)):
        kept = notes.get(key)
        if kept is not None and (but is None or shape.array(cbor.decode(kept), 4 + place)[place] != but):
            notes.drop(key, durable=False)


def _read(kept: bytes | None, epoch: int) -> _Remembered:
    if kept is None:
        return _Remembered(epoch)
    found = _remembered(shape.array(cbor.decode(kept), 4))
    return found if found.epoch == epoch else _Remembered(epoch)


def _remembered(fields: Sequence[cbor.Value]) -> _Remembered:
    epoch, root, listed, targets = fields
    return _Remembered(
        shape.uint(epoch, shape.U32),
        shape.blob(root, most=limits.ROOT_BYTES_MAX),
        shape.uint(listed, shape.U32),
        shape.uint(targets, shape.U32),
    )
