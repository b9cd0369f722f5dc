"""What the room tells others, as values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UserView:
    """One account: whose it is and how it is proven. Never a hash, never a secret."""

    id: int
    person_id: UUID
    email: str
    has_password: bool
    has_second_factor: bool
    last_sign_in: datetime | None


@dataclass(frozen=True, slots=True)
class PhoneView:
    """A phone (or browser) that may hold grants. `public_key` is a compressed P-256 point of 33 bytes; `key8` names it on locks (B.1)."""

    id: UUID
    person_id: UUID
    public_key: bytes
    key8: bytes
    platform: str  # "browser" or "native": decides the lease (protocol C.4)
    name: str
    registered_at: datetime
    removed_at: datetime | None
    left_at: datetime | None
    """When its browser was signed out of, by its own word: its key is gone, so no lock is asked to refuse it (0224)."""

    @property
    def gone(self) -> bool:
        """Gets nothing new."""
        return self.removed_at is not None or self.left_at is not None


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation: to whom, from which building, until when. The token itself is never kept."""

    id: UUID
    person_id: UUID
    property_id: UUID
    sent_at: datetime
    ends_at: datetime
    accepted_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """True while somebody may still accept it."""
        return self.accepted_at is None and now < self.ends_at


@dataclass(frozen=True, slots=True)
class MoveView:
    """A new address that waits to be confirmed there, and until when it may be (decision 0194)."""

    person_id: UUID
    property_id: UUID
    address: str
    asked_at: datetime
    ends_at: datetime

    def is_open(self, now: datetime) -> bool:
        """True while it may still be confirmed."""
        return now < self.ends_at


@dataclass(frozen=True, slots=True)
class SessionView:
    """One place where an account is signed in (PEOPLE-5)."""

    id: int
    started_at: datetime
    last_seen_at: datetime
    ip: str
    user_agent: str
    is_this: bool
