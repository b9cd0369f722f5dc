"""Lines 1 to 3 of the decision order: a grant of this lock, proven by its phone in this session. They fail alike (protocol C.2, inv. 34).

Whatever is wrong, two signatures are checked and the same answer leaves, so a stranger learns neither which line failed nor how long it took.
"""

from limen.wire import limits
from limen.wire.cbor import WireError
from limen.wire.envelope import Claimed, RoleKeys, Typ, compressed, load_public, read1, verifies
from limen.wire.grants import Grant, pop_message, read_grant
from limen.wire.operations import Present

_NOBODY = bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
"""The generator of P-256 as a public key: something to check a signature against when there is no key to check it with."""
_NOBODYS_KEY = load_public(_NOBODY)
_NO_SIGNATURE = (1).to_bytes(32, "big") * 2


def prove(present: Present, h: bytes, lock_id: bytes, epoch: int, keys: RoleKeys) -> Grant | None:
    """The grant, if it is genuine, for this lock and epoch, and its phone has signed this session, op and ctx; None otherwise."""
    claimed = _claimed(present.grant)
    grant = _said(claimed)
    genuine = _genuine(claimed, keys)
    possessed = _possessed(grant, present, h)
    if grant is None or not genuine or not possessed or grant.lock_id != lock_id or grant.epoch != epoch:
        return None
    return grant


def signed_by(present: Present, keys: RoleKeys) -> bytes:
    """The public key (33 bytes) that signed a grant which `prove` has just found genuine under the same keys."""
    claimed = read1(present.grant, limits.GRANT_BYTES_MAX)
    return compressed(keys.find(Typ.GRANT, claimed.kid)[0])


def _claimed(data: bytes) -> Claimed | None:
    try:
        return read1(data, limits.GRANT_BYTES_MAX)
    except WireError:
        return None


def _said(claimed: Claimed | None) -> Grant | None:
    try:
        return read_grant(claimed.payload) if claimed else None
    except WireError:
        return None


def _genuine(claimed: Claimed | None, keys: RoleKeys) -> bool:
    """One signature is checked, whatever there is: by the one KG key of that kid, or by nobody's."""
    found = keys.find(Typ.GRANT, claimed.kid) if claimed and claimed.typ == Typ.GRANT and claimed.has_lower_s else ()
    if claimed is None or len(found) != 1:
        verifies(_NOBODYS_KEY, _NO_SIGNATURE, _NOBODY)
        return False
    return verifies(found[0], claimed.signature, claimed.signed)


def _possessed(grant: Grant | None, present: Present, h: bytes) -> bool:
    """One key is loaded and one signature checked, whatever there is."""
    try:
        key = load_public(grant.phone_key) if grant else None
        message = pop_message(h, present.grant, present.op, present.ctx)
    except WireError:
        key, message = None, b""
    if key is None:
        verifies(load_public(_NOBODY), _NO_SIGNATURE, h)
        return False
    return verifies(key, present.pop, message)
