"""What a value says of itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from limen.identity.views import InvitationView


def test_an_invitation_is_open_until_used_or_over(now: datetime) -> None:
    """It ends at the very instant of its end, and with its first use."""
    link = InvitationView(UUID(int=1), UUID(int=2), UUID(int=3), now, now + timedelta(days=30), None)
    assert link.is_open(now)
    assert not link.is_open(now + timedelta(days=30))
    assert not replace(link, accepted_at=now).is_open(now)
