"""Where somebody sat when they signed in, for themselves alone."""

from datetime import datetime

import pytest
from allauth.usersessions.models import UserSession

from limen.identity import services, traces
from limen.identity.models import User
from limen.storage import kms
from tests.cast import PASSWORD, Harbor

pytestmark = pytest.mark.rule("PRIVACY-8")


@pytest.fixture
def row(house: Harbor, now: datetime) -> UserSession:
    """Dana is signed in somewhere."""
    services.set_password(person_id=house.people["dana"], password=PASSWORD, now=now)
    dana = User.objects.get(person_id=house.people["dana"])
    return UserSession.objects.create(user=dana, session_key="d" * 32, ip="2001:db8::7", user_agent="a browser")


def test_a_row_tells_it_to_whoever_has_the_key(row: UserSession) -> None:
    """Written once more it stays what it was."""
    found = UserSession.objects.get(pk=row.pk)
    found.save()
    found.refresh_from_db()
    assert (found.ip, found.user_agent) == (traces.NOWHERE, "")
    assert traces.trace_of(found) == ("2001:db8::7", "a browser")


def test_it_is_read_in_no_other_persons_row(house: Harbor, row: UserSession, now: datetime) -> None:
    """Whoever can write the database moves nothing."""
    services.set_password(person_id=house.people["theo"], password=PASSWORD, now=now)
    theo = User.objects.get(person_id=house.people["theo"])
    UserSession.objects.create(user=theo, session_key="t" * 32, ip="203.0.113.7", user_agent="")
    UserSession.objects.filter(pk=row.pk).update(user=theo)
    assert traces.trace_of(UserSession.objects.get(pk=row.pk)) == ("", "")


def test_with_its_key_it_is_gone_in_every_copy(row: UserSession, now: datetime) -> None:
    """As for everything of a person."""
    kms.destroy(traces.key_of(row.user.person_id), now=now)
    assert traces.trace_of(UserSession.objects.get(pk=row.pk)) == ("", "")
