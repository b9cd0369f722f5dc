"""Signed grants: what a phone shows a lock, each a lease that ends by itself (C.1, C.4)."""

from datetime import UTC, datetime, timedelta
from math import ceil

from django.utils.translation import gettext as _

from limen.credentials import rules
from limen.credentials.views import GrantFacts, Minted
from limen.identity.queries import PhoneView
from limen.kernel.problems import Refused
from limen.storage import chance, kms
from limen.wire import limits
from limen.wire.grants import OWN_ACCESS, Cls, Grant, Rights, mint

RIGHTS: dict[Cls, Rights] = {
    Cls.RESIDENT: OWN_ACCESS,
    Cls.APP_GUEST: OWN_ACCESS,
    Cls.STAFF: OWN_ACCESS,
    Cls.VENDOR: OWN_ACCESS,
    Cls.MANAGER: Rights.PUSH,
    Cls.COURIER: Rights.PUSH,
    Cls.INSTALLER: Rights.PUSH,
    Cls.GATEWAY: Rights.PUSH | Rights.PULL | Rights.REMOTE,
}
DAY_CLASSES = frozenset({Cls.STAFF, Cls.MANAGER, Cls.COURIER, Cls.INSTALLER})
"""Whose leases last a day whatever the phone is."""


def mint_grant(*, phone: PhoneView, facts: GrantFacts, now: datetime) -> Minted:
    """Signs a grant for one phone and one door, as a lease (C.1, C.4): browser 24 h, native 7 days, staff 24 h, and never past the window.

    Refused `phone_removed`, `window_over`, `too_early`. Rights follow the class: 1 to 5 unlock, push and pull; 6, 7 and 9 push only.
    """
    if phone.gone:
        raise Refused("phone_removed", _("This phone was removed. Sign in again."))
    cls = Cls(facts.cls)
    return _mint(phone.public_key, facts, cls, lease_s(phone, cls), now)


def lease_s(phone: PhoneView, cls: int) -> int:
    """How many seconds a fresh lease of this phone lasts (C.4): a window that starts later than that gets none yet."""
    return limits.COURIER_GRANT_S if cls in DAY_CLASSES else rules.LEASE_S[phone.platform]


def mint_gateway_grant(*, public_key: bytes, facts: GrantFacts, now: datetime) -> Minted:
    """Signs the class 8 grant of the gateway's own key for one connected lock: push, pull, remote; one hour (B.10)."""
    return _mint(public_key, facts, Cls.GATEWAY, limits.GATEWAY_GRANT_S, now)


def _mint(public_key: bytes, facts: GrantFacts, cls: Cls, seconds: int, now: datetime) -> Minted:
    window = facts.window
    if cls not in RIGHTS or (window is None) == (Rights.UNLOCK in RIGHTS[cls]):
        raise ValueError("a class with the right to open needs a window, the others have none")
    if window is not None and (window.schedule is None) != (facts.sched is None):
        raise ValueError("a window with hours needs the slot of its hours, one without has none")
    ends = now + timedelta(seconds=seconds)
    if window is not None and window.ends is not None:
        ends = min(ends, window.ends)
    rights = RIGHTS[cls]
    if facts.past_bolt is not None and facts.past_bolt > now:
        if cls is not Cls.STAFF:
            raise ValueError("only staff open although the bolt is thrown")
        rights, ends = rights | Rights.PRIVACY_OVERRIDE, min(ends, facts.past_bolt)
    starts = window.starts if window is not None and window.starts > now else None
    exp = int(ends.timestamp())  # rounded down: never past the window
    if exp <= int(now.timestamp()):
        raise Refused("window_over", _("This access has ended."))
    if starts is not None and starts >= ends:
        raise Refused("too_early", _("This access starts later."))
    grant = Grant(
        lock_id=facts.lock_id, epoch=facts.epoch, acl_ver=facts.ver, cls=cls, rights=rights, sched=facts.sched, subj=facts.subj,
        phone_key=public_key, iat=int(now.timestamp()), exp=exp, cti=chance.random_bytes(8),
        nbf=None if starts is None else ceil(starts.timestamp()),
    )  # fmt: skip
    return Minted(mint(grant, kms.signer("grant")), datetime.fromtimestamp(exp, UTC), starts)
