"""No edit enlarges what people can open unless it says so (ACCESS-11), and what a preview says is what happens."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from limen.access import queries, services
from limen.access.rules import compare
from limen.access.views import DoorChange, GroupDoorView, Holder
from limen.credentials import services as credentials
from limen.identity import queries as identity
from limen.identity import services as identity_verbs
from limen.kernel.periods import Interval, Weekly
from limen.kernel.problems import Problem
from limen.people import services as people
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor, harbor

DAY = timedelta(days=1)
RESIDENTS = ("dana", "theo", "kim", "rosa")


@pytest.fixture
def house(db: None, now: datetime) -> Harbor:
    """A lived-in building."""
    made = harbor(now)
    made.group("Residents", "Main Entrance", "Package Room", "Gym")
    made.group("Home 4B", "Unit 4B")
    made.group("Roof deck", "Roof", "Alley Gate")
    for person in RESIDENTS:
        made.give(person, "Residents")
    made.give("dana", "Home 4B")
    made.give("theo", "Home 4B", ends=now + 30 * DAY)
    made.give("gus", "Roof deck", standing="non-resident", app=False)
    made.phone("dana", seed=5)
    with unit_of_work():
        services.invite_guest(
            host_id=made.people["dana"], door_ids=[made.doors["Unit 4B"]], first="Ines", last="Pires", email="ines@example.org", starts=now,
            ends=None, by=made.actor("dana"), now=now,
        )  # fmt: skip
    return made


def picture(house: Harbor) -> dict[UUID, tuple[Holder, ...]]:
    """Who holds what at every door."""
    return {door: queries.holders(door, house.now) for door in house.doors.values()}


def harmless(house: Harbor, dice: random.Random) -> dict[str, Callable[[], object]]:
    """Edits of a name, a code, a phone, a note: none of them may open anything."""
    person = house.people[dice.choice(RESIDENTS)]
    door = dice.choice(list(house.doors.values()))
    by, now = house.actor(), house.now
    group = queries.group_view(dice.choice(list(house.groups.values())))
    assert group is not None
    word = f"Name {dice.randrange(10_000)}"
    grants = [g for g in queries.grants_of(person) if g.ended_at is None]
    phones = identity.phones(person)
    edits: dict[str, Callable[[], object]] = {
        "rename a person": lambda: people.edit_person(person_id=person, first=word, by=by, now=now),
        "change a telephone": lambda: people.edit_person(person_id=person, phone="+1 212 555 0199", by=by, now=now),
        "rename a door": lambda: places.edit_door(door_id=door, name=word, by=by, now=now),
        "longer pause between digits": lambda: places.edit_door(door_id=door, key_pause_s=10, by=by, now=now),
        "rename a group": lambda: services.edit_group(group_id=group.id, name=word, doors=group.doors, by=by, now=now),
        "reset a code": lambda: credentials.reset_code(person_id=person, door_id=door, by=by, now=now),
        "settle codes": lambda: credentials.settle_codes(door_id=door, now=now),
    }
    if grants:
        edits["end sharing"] = lambda: services.set_sharing(grant_id=grants[0].id, may_share=False, by=by, now=now)
    if phones:
        edits["remove a phone"] = lambda: identity_verbs.remove_phone(phone_id=phones[0].id, by=by, now=now)
    return edits


@pytest.mark.rule("ACCESS-11")
@pytest.mark.parametrize("seed", range(3))
def test_harmless_edits_open_nothing(house: Harbor, seed: int) -> None:
    """After any of 25 edits of names, codes, phones and notes the opened set is the same or smaller."""
    dice = random.Random(seed)
    before = picture(house)
    for _ in range(25):
        name, edit = dice.choice(sorted(harmless(house, dice).items()))
        try:
            with unit_of_work():
                edit()
        except Problem:
            continue
        after = picture(house)
        found = compare(before, after, house.now)
        assert not found.gains, name
        assert not found.widens, name
        before = after


@pytest.mark.rule("ACCESS-11")
@pytest.mark.parametrize("seed", range(4))
def test_edits_that_open_say_whom_and_where(house: Harbor, seed: int) -> None:
    """Whatever a group becomes, the preview names exactly those who gain and lose, writes nothing, and the edit then does just that."""
    dice = random.Random(seed)
    for _ in range(6):
        group = queries.group_view(dice.choice(list(house.groups.values())))
        assert group is not None
        rows = [
            GroupDoorView(door, _hours(dice), dice.random() < 0.5) for door in dice.sample(list(house.doors.values()), dice.randint(0, 4))
        ]
        before = picture(house)
        said = services.preview_edit_group(group_id=group.id, doors=rows, now=house.now)
        assert picture(house) == before
        with unit_of_work():
            done = services.edit_group(group_id=group.id, name=group.name, doors=rows, by=house.actor(), now=house.now)
        found = compare(before, picture(house), house.now)
        assert (set(said.gains), set(said.loses)) == (set(found.gains), set(found.loses))
        assert (done.gains, done.loses, done.needs_update) == (said.gains, said.loses, said.needs_update)
        assert {c.door_id for c in (*found.loses, *found.narrows)} - set(said.connected) == {
            n.door_id for n in said.needs_update if n.why != "code_without_app"
        }


@pytest.mark.rule("ACCESS-4", "ACCESS-9")
@pytest.mark.parametrize("person", RESIDENTS)
def test_a_preview_of_an_end_is_the_end(house: Harbor, person: str) -> None:
    """Ending any grant takes away exactly what its preview said, from the person and their guests."""
    for grant in queries.grants_of(house.people[person]):
        before = picture(house)
        said = services.preview_revoke(grant_id=grant.id, now=house.now)
        with unit_of_work():
            services.revoke(grant_id=grant.id, by=house.actor(), now=house.now)
        found = compare(before, picture(house), house.now)
        assert set(said.loses) == set(found.loses)
        assert found.gains == ()
        assert {c.person_id for c in found.loses if c.person_id != house.people[person]} == set(said.guests)
        assert all(isinstance(c, DoorChange) for c in found.loses)


def _hours(dice: random.Random) -> Weekly | None:
    if dice.random() < 0.5:
        return None
    return Weekly((Interval(dice.randint(1, 255), dice.randrange(1440), dice.randint(0, 1440)),))
