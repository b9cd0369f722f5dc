"""After a restore: removed phones, old passwords and passkeys stay out; living sessions go on."""

from datetime import datetime
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from limen.identity import queries as accounts
from limen.identity import services
from limen.identity.jobs import on_factor_removed, on_password_changed
from limen.identity.models import User
from limen.people import services as people
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House
from tests.yesterday import Yesterday

pytestmark = pytest.mark.rule("OPS-2")


@pytest.fixture
def house(db: None, own_data: Path, now: datetime) -> House:
    house = House.build(now)
    house.door("Gym")
    for name in ("Dana", "Theo"):
        house.person(name)
    return house


def user(house: House, name: str) -> User:
    return User.objects.get(person_id=house.people[name])


def signed_in(who: User, key: str) -> None:
    """A session as the product lists it."""
    said = SessionStore().encode({"_auth_user_id": str(who.pk)})
    Session.objects.create(session_key=key, session_data=said, expire_date=datetime.fromisoformat("2027-01-01T00:00:00+00:00"))
    UserSession.objects.create(user=who, session_key=key, ip="203.0.113.7", user_agent="a browser")


@pytest.mark.rule("PEOPLE-7")
def test_a_removed_phone_stays_removed_and_its_token_dead(house: House, tmp_path: Path) -> None:
    """Whoever stole it had hoped for yesterday."""
    kept = Yesterday.kept(tmp_path, house.now)
    stolen, token = house.phones["Dana"], house.tokens["Dana"]
    with unit_of_work():
        services.remove_phone(phone_id=stolen.id, by=ANA, now=house.later(hours=1))
    done = kept.back(house.now)
    phone = accounts.phone(stolen.id)
    assert phone is not None and phone.removed_at is not None
    assert accounts.phone_by_token(token) is None
    assert done.counts["phones_removed"] == 1


def test_an_old_password_and_a_removed_passkey_open_nothing(house: House, tmp_path: Path) -> None:
    """Somebody may have known them; the owner hears how to get in."""
    who = user(house, "Dana")
    for number in (1, 2):
        Authenticator.objects.create(user=who, type="webauthn", data={"name": number})
    first, second = Authenticator.objects.filter(user=who).order_by("pk")
    Authenticator.objects.filter(pk=first.pk).update(created_at=datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
    first.refresh_from_db()
    kept = Yesterday.kept(tmp_path, house.now)
    on_password_changed(sender=User, request=None, user=who)
    on_factor_removed(sender=Authenticator, request=None, user=who, authenticator=first)
    done = kept.back(house.later(hours=1))
    assert not user(house, "Dana").has_usable_password()
    assert user(house, "Theo").has_usable_password()
    assert [row.pk for row in Authenticator.objects.filter(user__person_id=house.people["Dana"])] == [second.pk]
    assert (done.counts["passwords_ended"], done.counts["factors_removed"]) == (1, 1)
    assert any("ask for a new one" in sentence for sentence in done.missing)


@pytest.mark.rule("PRIVACY-8")
def test_a_deleted_person_has_no_account_and_no_name(house: House, tmp_path: Path) -> None:
    """The backup's row of the account does not come back either."""
    kept = Yesterday.kept(tmp_path, house.now)
    with unit_of_work():
        people.forget(person_id=house.people["Dana"], by=ANA, now=house.later(hours=1))
    done = kept.back(house.now)
    assert not User.objects.filter(person_id=house.people["Dana"]).exists()
    assert (done.counts["people_forgotten"], done.counts["accounts_deleted"]) == (1, 1)


@pytest.mark.rule("PEOPLE-5")
def test_living_sessions_go_on_and_ended_ones_stay_ended(house: House, tmp_path: Path) -> None:
    """A session of somebody who is not in the backup ends."""
    signed_in(user(house, "Dana"), "d" * 32)
    signed_in(user(house, "Theo"), "t" * 32)
    kept = Yesterday.kept(tmp_path, house.now)
    UserSession.objects.get(session_key="t" * 32).end()
    house.person("Ines")
    signed_in(user(house, "Ines"), "i" * 32)
    kept.back(house.later(hours=1))
    assert [row.session_key for row in UserSession.objects.all()] == ["d" * 32]
    assert [row.session_key for row in Session.objects.all()] == ["d" * 32]
