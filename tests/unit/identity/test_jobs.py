"""What a sign-in sets in motion."""

from datetime import datetime

import pytest
from django.test import Client

from limen.identity.models import User
from limen.people import queries as people
from limen.storage.models import OutboxRow
from tests.cast import Harbor


@pytest.mark.rule("PEOPLE-4", "NOTICE-1")
def test_the_first_sign_in_makes_a_person_active(house: Harbor, now: datetime) -> None:
    """An account whose person is pending becomes active by signing in, and its owner is told of the sign-in."""
    user = User.objects.make("theo@example.org", house.people["theo"])
    user.save()
    OutboxRow.objects.all().delete()
    Client().force_login(user)
    assert people.person_view(house.people["theo"]).status == "active"
    assert OutboxRow.objects.filter(topic="notice").count() == 1
