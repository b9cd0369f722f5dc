"""The verbs of the room: activate, settle, prove."""

from datetime import datetime
from uuid import UUID

from limen.fleet.views import Activation, Outcome
from limen.kernel.actors import Actor


def begin_activation(*, door_id: UUID, lock_id: bytes, by: Actor, now: datetime) -> bytes:
    """Starts an activation and gives the 16-byte `n_s` that the lock must echo (protocol A.3 step 1)."""
    raise NotImplementedError


def finish_activation(*, door_id: UUID, attest: bytes, h: bytes, by: Actor, now: datetime) -> Activation:
    """Binds the attested device to the door and gives ticket and snapshot 1; both reach the lock or neither (A.3 step 4)."""
    raise NotImplementedError


def settle(*, door_id: UUID, now: datetime, revocation_ids: tuple[UUID, ...] = ()) -> int | None:
    """Brings the door's list up to what access and credentials say now; gives the version, None without a device (B.1)."""
    raise NotImplementedError


def take_receipt(*, data: bytes, now: datetime) -> Outcome:
    """Takes one signed receipt; the only way a version becomes proven (SYNC-12)."""
    raise NotImplementedError


def answer_time(*, lock_id: bytes, nonce: bytes, now: datetime) -> bytes:
    """Signs the time for one nonce of one lock (B.9 T2)."""
    raise NotImplementedError


def attest_nonce(*, lock_id: bytes, now: datetime) -> bytes:
    """Gives a fresh 16-byte nonce that a receipt may carry to prove that it is not older than now (B.7)."""
    raise NotImplementedError


def take_telemetry(*, lock_id: bytes, data: bytes, now: datetime) -> Outcome:
    """Keeps battery, clock and firmware as a lock told them to a pulling courier (LOCK-6)."""
    raise NotImplementedError


def acknowledge(*, lock_id: bytes, tag: bytes, now: datetime) -> bytes:
    """Signs that the record up to `tag` is stored; couriers carry it back and the lock frees the records (F.3)."""
    raise NotImplementedError


def deactivate(*, door_id: UUID, by: Actor, now: datetime) -> None:
    """Takes the device out of service: tasks are withdrawn, the epoch ends (LOCK-10, SYNC-5)."""
    raise NotImplementedError
