"""Lines 1 to 3 of the decision order: a grant of this lock, proven by its phone in this session. They fail alike (protocol C.2, inv. 34).

Whatever is wrong, two signatures are checked and the same answer leaves, so a stranger learns neither which line failed nor how long it took.
"""

from limen.wire import cbor, limits, shape
from limen.wire.cbor import WireError
from limen.wire.envelope import ORDER, RoleKeys, Typ, load_public, unverified_payload, verifies
from limen.wire.grants import Grant, open_grant, pop_message, read_grant, verify_pop
from limen.wire.operations import Present

_NOBODY = bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
"""The generator of P-256 as a public key: something to check a signature against when there is no key to check it with."""
_NO_SIGNATURE = (1).to_bytes(32, "big") * 2


def prove(present: Present, h: bytes, lock_id: bytes, epoch: int, keys: RoleKeys) -> Grant | None:
    """The grant, if it is genuine, for this lock and epoch, and its phone has signed this session, op and ctx; None otherwise."""
    grant = _genuine(present.grant, keys)
    possessed = _possessed(present, h)
    if grant is None or not possessed or grant.lock_id != lock_id or grant.epoch != epoch:
        return None
    return grant


def _genuine(data: bytes, keys: RoleKeys) -> Grant | None:
    if not _reaches_a_key(data, keys):
        verifies(load_public(_NOBODY), _NO_SIGNATURE, data)
        return None
    try:
        return open_grant(data, keys)
    except WireError:
        return None


def _possessed(present: Present, h: bytes) -> bool:
    try:
        key = read_grant(unverified_payload(present.grant, limits.GRANT_BYTES_MAX)[1]).phone_key
        message = pop_message(h, present.grant, present.op, present.ctx)
        verify_pop(key, present.pop, message)
    except WireError:
        if _unreadable(present):
            verifies(load_public(_NOBODY), _NO_SIGNATURE, h)
        return False
    return True


def _reaches_a_key(data: bytes, keys: RoleKeys) -> bool:
    """Whether `open_grant` will come as far as checking one signature."""
    try:
        protected, _, _, signature = shape.array(cbor.decode(data, limits.GRANT_BYTES_MAX), 4)
        typ, _ = unverified_payload(data, limits.GRANT_BYTES_MAX)
        kid = shape.blob(shape.table(cbor.decode(shape.blob(protected)), (1, 4, 16))[4])
        low = int.from_bytes(shape.blob(signature)[32:], "big") <= ORDER // 2
    except WireError:
        return False
    return typ == Typ.GRANT and low and len(keys.find(Typ.GRANT, kid)) == 1


def _unreadable(present: Present) -> bool:
    try:
        load_public(read_grant(unverified_payload(present.grant, limits.GRANT_BYTES_MAX)[1]).phone_key)
    except WireError:
        return True
    return False
