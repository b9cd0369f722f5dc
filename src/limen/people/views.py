"""What the room tells others, as values."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

FORGOTTEN = "Somebody who left"


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody. After their key was destroyed the names are empty, the address is None, and only the id is left.

    `status` is pending, active or archived (PEOPLE-4); `declined_app` means a code or a card instead of the app (PEOPLE-6).
    """

    id: UUID
    first: str
    last: str
    email: str | None
    phone: str
    smartphone: bool
    status: str
    declined_app: bool

    @property
    def name(self) -> str:
        """First and last name as typed, or "Somebody who left" when it may no longer be known."""
        return f"{self.first} {self.last}".strip() or FORGOTTEN


@dataclass(frozen=True, slots=True)
class ResidencyView:
    """Where somebody lives, lived or will live."""

    id: UUID
    person_id: UUID
    unit_id: UUID
    unit_name: str
    property_id: UUID
    since: datetime
    until: datetime | None
    lease_ends: date | None


@dataclass(frozen=True, slots=True)
class RoleView:
    """What somebody does here (PEOPLE-2)."""

    id: UUID
    person_id: UUID
    kind: str
    portfolio_id: UUID | None
    property_id: UUID | None
    access: str
    group_ids: frozenset[UUID]
    device_management: bool
    activate_devices: bool


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do in one property, all roles together. A right to manage opens no door (PEOPLE-2).

    `access` is full, limited (give and revoke every group, change none), specific (`group_ids` only) or none.
    """

    person_id: UUID | None
    property_id: UUID
    portfolio_manager: bool = False
    property_manager: bool = False
    access: str = "none"
    group_ids: frozenset[UUID] = frozenset()
    device_management: bool = False
    activate_devices: bool = False
    security_staff: bool = False

    @property
    def anything(self) -> bool:
        """True for everybody who works here in a role; others see a property as absent."""
        return self.portfolio_manager or self.property_manager or self.security_staff

    @property
    def edits_groups(self) -> bool:
        """May create and edit access groups."""
        return self.access == "full"

    @property
    def appoints(self) -> bool:
        """May appoint and remove managers."""
        return self.portfolio_manager

    def manages(self, group_id: UUID) -> bool:
        """May give and revoke this group, and see the history of its doors (PEOPLE-3)."""
        return self.access in {"full", "limited"} or (self.access == "specific" and group_id in self.group_ids)
