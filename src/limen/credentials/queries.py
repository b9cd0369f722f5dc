"""Reads about codes, cards and leases. No answer here holds digits or keys, except `card_keys` and `epoch_secrets` for sealed bundles."""

from datetime import datetime
from uuid import UUID

from limen.credentials.views import (
    CardView,
    CodeRef,
    EpochSecrets,
    FloorView,
    GrantFacts,
    IssueView,
    LeaseView,
    MadeCode,
    Minted,
    Odds,
    TemporaryView,
)

__all__ = [
    "CardView",
    "CodeRef",
    "EpochSecrets",
    "FloorView",
    "GrantFacts",
    "IssueView",
    "LeaseView",
    "MadeCode",
    "Minted",
    "Odds",
    "TemporaryView",
    "card_keys",
    "cards_of",
    "code_floors",
    "code_of",
    "codes_at",
    "epoch_secrets",
    "has_device",
    "issue",
    "leases",
    "live_temporary_of",
    "odds",
    "temporary_of",
]


def has_device(door_id: UUID) -> bool:
    """True while a device is active on the door, so that codes can be made (LINK-6)."""
    raise NotImplementedError


def epoch_secrets(lock_id: bytes, epoch: int) -> EpochSecrets:
    """Opens the sealed secrets of an epoch, for a snapshot that only that lock can open (A.1)."""
    raise NotImplementedError


def codes_at(door_id: UUID) -> tuple[CodeRef, ...]:
    """Lists the permanent codes in force at a door, by person; paused people's too (the list leaves those out)."""
    raise NotImplementedError


def code_of(person_id: UUID, door_id: UUID) -> CodeRef | None:
    """Gives the permanent code in force of a person at a door, without its value."""
    raise NotImplementedError


def temporary_of(issuer_id: UUID, now: datetime, *, ended_too: bool = True) -> tuple[TemporaryView, ...]:
    """Lists the temporary codes a person made, newest first, never with digits."""
    raise NotImplementedError


def live_temporary_of(issuer_id: UUID, now: datetime, *, door_id: UUID | None = None) -> tuple[TemporaryView, ...]:
    """Lists those that live on: what a screen names before a host's access ends (ACCESS-9, ACCESS-13)."""
    raise NotImplementedError


def issue(lock_id: bytes, epoch: int, bucket: int, cls: int, idx: int) -> IssueView | None:
    """Says whose temporary code this was; None for an index that was never issued: a guess (CODE-7, invariant 42)."""
    raise NotImplementedError


def odds(door_id: UUID, now: datetime) -> Odds:
    """Counts live codes and says how often a full day of guessing would get in (CODE-12, protocol D.4)."""
    raise NotImplementedError


def code_floors(door_id: UUID) -> tuple[FloorView, ...]:
    """Lists the code floors in force at a door, for record kind 7 (D.3)."""
    raise NotImplementedError


def cards_of(person_id: UUID, property_id: UUID | None = None, *, off_too: bool = False) -> tuple[CardView, ...]:
    """Lists the keycards of a person; turned-off ones only when asked for."""
    raise NotImplementedError


def card_keys(card_id: UUID, door_id: UUID) -> bytes | None:
    """Makes the 16-byte key of an AES card for the slot of that door's kind; None for other kinds. For sealed records only (protocol E)."""
    raise NotImplementedError


def leases(door_id: UUID, now: datetime, *, person_id: UUID | None = None, phone_id: UUID | None = None) -> tuple[LeaseView, ...]:
    """Lists leases at a door that have not ended: until when phones could still open it (C.4, ACCESS-13)."""
    raise NotImplementedError
