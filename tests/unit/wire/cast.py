"""The standing cast of the wire's tests: one lock, its service keys, a phone."""

from limen.cli.vectorbook.steady import LOCK_ID, NEW_YORK, NOW, agreement, signer, steady
from limen.wire.envelope import SIGNED_BY, RoleKeys, Typ
from limen.wire.grants import Cls, Grant, Rights
from limen.wire.records import Bucket, Config, DoorKind

__all__ = ["CONFIG", "KEYS", "LOCK_ID", "NEW_YORK", "NOW", "agreement", "grant", "signer", "steady"]

KEYS = RoleKeys({typ: (signer(role.name).public,) for typ, role in SIGNED_BY.items()})
ALL_TYPES = tuple(Typ)
CONFIG = Config(
    digits=7,
    door_kind=DoorKind.COMMON,
    bucket=Bucket(tokens=12, refill_min=10, guard=40),
    widths=(40, 20, 1, 4, 1),
    zone=NEW_YORK,
)


def grant(cls: Cls = Cls.RESIDENT, rights: Rights = Rights.UNLOCK | Rights.PUSH | Rights.PULL, **changes: int | None) -> Grant:
    """A grant for the phone of the cast."""
    said: dict[str, int | None] = {"epoch": 1, "acl_ver": 4021, "sched": None, "subj": 1234, "iat": NOW, "exp": NOW + 604_800, "nbf": None}
    said.update(changes)
    numbers = {name: value for name, value in said.items() if value is not None and name not in ("sched", "nbf")}
    return Grant(
        lock_id=LOCK_ID,
        cls=cls,
        rights=rights,
        phone_key=signer("phone").public,
        cti=bytes(8),
        sched=said["sched"],
        nbf=said["nbf"],
        **numbers,
    )
