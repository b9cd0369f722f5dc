"""A thrown bolt keeps staff out, unless somebody gave one of them the right for that door, for hours, and told the household (LOCK-15)."""

from datetime import datetime, timedelta

import pytest

from limen.access import queries, services
from limen.access.views import OverrideView
from limen.kernel.problems import NotYours, Problem, Refused
from limen.notices.models import Notice
from limen.people import services as people
from limen.storage import outbox
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor

HOUR = timedelta(hours=1)


@pytest.fixture
def staffed(house: Harbor, now: datetime) -> Harbor:
    """Ben of the staff opens 4B with the app from now on, Gus the plumber too."""
    house.give("dana", "Home 4B")
    house.give("ben", "Home 4B", standing="non-resident", role_kind="staff")
    house.give("gus", "Home 4B", standing="non-resident", role_kind="vendor")
    return house


def allow(house: Harbor, now: datetime, who: str = "ben", door: str = "Unit 4B", **said: object) -> OverrideView:
    wish: dict[str, object] = {"hours": 4, "why": "Water comes through the ceiling of 3B.", **said}
    with unit_of_work():
        return services.allow_override(
            person_id=house.people[who],
            door_id=house.doors[door],
            by=house.actor(),
            now=now,
            **wish,  # type: ignore[arg-type]
        )


@pytest.mark.rule("LOCK-15")
def test_the_right_is_for_one_door_and_some_hours_and_the_household_is_told(staffed: Harbor, now: datetime) -> None:
    """Who, by whom, why and for how long is with everybody who lives there before anybody stands at the door."""
    given = allow(staffed, now)
    assert given.ends == now + 4 * HOUR
    assert queries.overrides_of(staffed.people["ben"], now) == {staffed.doors["Unit 4B"]: now + 4 * HOUR}
    assert queries.overrides_at(staffed.doors["Unit 4B"], now) == (given,)
    assert queries.overrides_of(staffed.people["ben"], given.ends) == {}
    outbox.settle(now)
    told = Notice.objects.filter(kind="override_given").values_list("person_id", flat=True)
    assert set(told) == {staffed.people["dana"], staffed.people["theo"]}


@pytest.mark.rule("LOCK-15")
def test_only_staff_who_open_the_door_with_the_app_may_have_it(staffed: Harbor, now: datetime) -> None:
    """No plumber, nobody whose access begins tomorrow, nobody without the app: what they do not have cannot be widened."""
    assert queries.staff_at(staffed.doors["Unit 4B"], now) == (staffed.people["ben"],)
    for who in ("gus", "dana", "rosa"):
        with pytest.raises(Problem, match="one of the staff"):
            allow(staffed, now, who)
    staffed.give("ben", "Home 4B", standing="non-resident", role_kind="staff", app=False)
    with pytest.raises(Problem, match="one of the staff"):
        allow(staffed, now)
    staffed.give("ben", "Home 4B", standing="non-resident", role_kind="staff", starts=now + HOUR)
    with pytest.raises(Problem, match="one of the staff"):
        allow(staffed, now)


def test_what_is_asked_wrongly_changes_nothing(staffed: Harbor, now: datetime) -> None:
    """No end, no reason, a door that is nobody's home, twice: each says what to do."""
    for wrong, words in (({"hours": 25}, "for how long"), ({"why": " "}, "Say why"), ({"why": "x" * 201}, "200 characters")):
        with pytest.raises(Problem, match=words):
            allow(staffed, now, **wrong)
    with pytest.raises(NotYours):
        allow(staffed, now, door="Gym")
    assert queries.overrides_at(staffed.doors["Unit 4B"], now) == ()
    allow(staffed, now)
    with pytest.raises(Refused, match="given already"):
        allow(staffed, now)


@pytest.mark.rule("LOCK-15")
def test_who_moves_in_while_the_right_is_in_force_is_told(house: Harbor, now: datetime) -> None:
    """An empty home has nobody to tell; the first who lives there reads it then, and those before them are not told twice."""
    house.give("ben", "Home 4B", standing="non-resident", role_kind="staff")
    allow(house, now)
    outbox.settle(now)
    before = Notice.objects.filter(kind="override_given").count()
    with unit_of_work():
        people.assign_to_unit(unit_id=house.units["4B"], person_id=house.people["gus"], since=now + HOUR, by=house.actor(), now=now + HOUR)
    outbox.settle(now + HOUR)
    assert Notice.objects.filter(kind="override_given").count() == before + 1
    assert Notice.objects.filter(kind="override_given", person_id=house.people["gus"]).exists()


@pytest.mark.rule("LOCK-15")
def test_with_the_access_goes_the_right(staffed: Harbor, now: datetime) -> None:
    """Ended, paused or given anew: that access comes without it, until somebody gives it again and the household is told again."""
    allow(staffed, now)
    (grant,) = (one for one in queries.grants_of(staffed.people["ben"]) if one.is_live(now))
    with unit_of_work():
        services.revoke(grant_id=grant.id, by=staffed.actor(), now=now + HOUR)
    assert queries.overrides_at(staffed.doors["Unit 4B"], now + HOUR) == ()
    staffed.give("ben", "Home 4B", standing="non-resident", role_kind="staff", now=now + HOUR)
    assert queries.overrides_of(staffed.people["ben"], now + HOUR) == {}
    allow(staffed, now + HOUR)
