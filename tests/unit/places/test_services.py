"""Buildings, units and doors, one by one."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest

from limen.journal import queries as journal
from limen.kernel.actors import SYSTEM
from limen.kernel.periods import Weekly
from limen.kernel.problems import NotYours, Problem, Refused
from limen.places import queries, services
from limen.places.views import Doorway
from limen.storage import news
from limen.storage.transactions import unit_of_work


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Doors that were said to be touched, with nobody else listening."""
    monkeypatch.setattr(news, "_hearers", {})
    found: list[str] = []
    news.hears("door.touched")(lambda *, now, door_id: found.append(door_id))
    yield found


def door(house: UUID, now: datetime, name: str = "Gym", kind: str = "common", **more: object) -> UUID:
    return services.create_door(property_id=house, name=name, kind=kind, by=SYSTEM, now=now, **more)  # type: ignore[arg-type]


@pytest.mark.rule("PLACE-1")
def test_a_portfolio_owns_buildings_with_units_and_doors(portfolio: UUID, house: UUID, now: datetime) -> None:
    """Each found through the one above it."""
    unit = services.create_unit(property_id=house, name="4B", by=SYSTEM, now=now)
    made = door(house, now, "Unit 4B", "unit", unit_id=unit)
    view = queries.property_view(house)
    assert (view.portfolio_id, view.time_zone, view.profile) == (portfolio, "America/New_York", "NYC")
    assert [p.id for p in queries.properties(portfolio_id=portfolio)] == [house]
    assert [u.id for u in queries.units(house)] == [unit] and [d.id for d in queries.doors_of_unit(unit)] == [made]


@pytest.mark.rule("PLACE-2")
def test_a_door_exists_before_any_device(house: UUID, now: datetime) -> None:
    """Nothing but its name and kind is needed, and both may still change."""
    view = queries.door_view(door(house, now))
    assert (view.name, view.kind, view.kind_frozen, view.planned_serial) == ("Gym", "common", False, "")


@pytest.mark.rule("PLACE-3")
def test_the_kind_is_frozen_by_the_first_activation(house: UUID, now: datetime, touched: list[str]) -> None:
    """Before it the kind may change; after it never, while all else may."""
    made = door(house, now)
    with unit_of_work():
        services.edit_door(door_id=made, kind="entrance", by=SYSTEM, now=now)
        services.device_came(door_id=made, networked=False, now=now)
        services.device_came(door_id=made, networked=False, now=now)
    with pytest.raises(Refused) as refused, unit_of_work():
        services.edit_door(door_id=made, kind="common", by=SYSTEM, now=now)
    assert refused.value.type == "door_kind_frozen"
    with unit_of_work():
        services.edit_door(door_id=made, kind="entrance", name="Gymnasium", by=SYSTEM, now=now)
    assert (queries.door_view(made).kind, queries.door_view(made).name) == ("entrance", "Gymnasium")


@pytest.mark.rule("PLACE-6")
def test_forbidding_codes_or_sharing_touches_the_door(house: UUID, now: datetime, touched: list[str]) -> None:
    """Whoever keeps the lock's list hears of it in the same transaction; an edit that changes nothing is no news."""
    made = door(house, now)
    with unit_of_work():
        services.edit_door(door_id=made, codes_allowed=False, share_allowed=False, by=SYSTEM, now=now)
    assert touched == [str(made)]
    with unit_of_work():
        services.edit_door(door_id=made, codes_allowed=False, by=SYSTEM, now=now)
    assert touched == [str(made)]
    assert (queries.door_view(made).codes_allowed, queries.door_view(made).share_allowed) == (False, False)


def test_names_are_taken_once_whatever_their_capitals(house: UUID, now: datetime, touched: list[str]) -> None:
    """Doors and units alike; also by renaming."""
    first, _ = door(house, now), door(house, now, "Roof")
    services.create_unit(property_id=house, name="4B", by=SYSTEM, now=now)
    with pytest.raises(Refused):
        door(house, now, "GYM")
    with pytest.raises(Refused):
        services.create_unit(property_id=house, name="4b", by=SYSTEM, now=now)
    with pytest.raises(Refused), unit_of_work():
        services.edit_door(door_id=first, name="roof", by=SYSTEM, now=now)
    assert len(queries.doors(house)) == 2


def test_a_serial_is_planned_for_one_door(house: UUID, now: datetime) -> None:
    """No serial may be missing at many."""
    door(house, now, "Gym", planned_serial="LM000104")
    door(house, now, "Roof")
    door(house, now, "Garage")
    with pytest.raises(Refused):
        door(house, now, "Bike Room", planned_serial="LM000104")


def test_a_units_door_needs_a_unit_of_the_same_building(portfolio: UUID, house: UUID, now: datetime) -> None:
    """Another building's unit is as good as none."""
    elsewhere = services.create_property(
        portfolio_id=portfolio, name="Annex", address="", city_line="", time_zone="Europe/Berlin", profile="EU", by=SYSTEM, now=now
    )
    unit = services.create_unit(property_id=elsewhere, name="1A", by=SYSTEM, now=now)
    with pytest.raises(NotYours):
        door(house, now, "Unit 1A", "unit", unit_id=unit)
    with pytest.raises(Problem):
        door(house, now, "Unit 1A", "unit")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code_digits", 3),
        ("code_digits", 10),
        ("staleness_limit_days", 0),
        ("name", " "),
        ("address", " "),
        ("address", "x" * 201),
        ("city_line", "x" * 201),
        ("office_phone", "1" * 41),
    ],
)
def test_a_building_keeps_within_its_limits(house: UUID, now: datetime, field: str, value: object) -> None:
    """4 to 9 digits, 1 to 90 days, a name, an address; none of them longer than it is kept."""
    with pytest.raises(Problem):
        services.edit_property(property_id=house, by=SYSTEM, now=now, **{field: value})  # type: ignore[arg-type]
    services.edit_property(property_id=house, by=SYSTEM, now=now, code_digits=8)
    assert queries.property_view(house).code_digits == 8
    services.edit_property(property_id=house, by=SYSTEM, now=now, code_digits="by_odds")
    assert queries.property_view(house).code_digits is None


def test_a_building_that_stays_as_it_was_tells_nobody(house: UUID, now: datetime, touched: list[str]) -> None:
    """The same values again: no line in the journal, and no door hears of it."""
    door(house, now)
    for _again in range(2):
        with unit_of_work():
            services.edit_property(property_id=house, by=SYSTEM, now=now, name="Harbor House", code_digits=8)
    assert [entry.verb for entry in journal.entries(property_id=house)].count("property.edited") == 1
    assert len(touched) == 1


@pytest.mark.parametrize("pause", [4, 21])
def test_the_pause_between_digits_is_5_to_20_seconds(house: UUID, now: datetime, pause: int) -> None:
    """CODE-9."""
    with pytest.raises(Problem):
        services.edit_door(door_id=door(house, now), key_pause_s=pause, by=SYSTEM, now=now)


def test_a_door_that_is_not_there_is_not_yours(house: UUID, now: datetime) -> None:
    """The same answer for both."""
    with pytest.raises(NotYours):
        services.edit_door(door_id=UUID(int=5), name="x", by=SYSTEM, now=now)
    with pytest.raises(NotYours):
        services.edit_property(property_id=UUID(int=5), name="x", by=SYSTEM, now=now)


def test_what_was_done_stands_in_the_journal(house: UUID, now: datetime) -> None:
    """Under the building it was done to."""
    door(house, now)
    assert [entry.verb for entry in journal.entries(property_id=house)] == ["door.created", "property.created"]


@pytest.mark.rule("LOCK-4", "LOCK-16", "LOCK-17")
def test_how_a_wired_door_behaves_is_set_at_the_door(house: UUID, now: datetime, touched: list[str]) -> None:
    """Passage hours, how long it may stand open, 5 or 10 seconds; its lock is to hear of it, and nothing else is taken."""
    made = door(house, now, "Lobby", "entrance")
    hours = Weekly.of([[31, 480, 1080]])
    before = queries.door_view(made).doorway
    assert before == Doorway(None, 60, 10)
    with unit_of_work():
        services.set_doorway(door_id=made, doorway=Doorway(hours, None, 5), by=SYSTEM, now=now)
    assert queries.door_view(made).doorway == Doorway(hours, None, 5)
    assert touched[-1] == str(made)
    for wrong in (Doorway(None, 60, 7), Doorway(None, 5, 10), Doorway(None, 4_000, 10)):
        with pytest.raises(Problem), unit_of_work():
            services.set_doorway(door_id=made, doorway=wrong, by=SYSTEM, now=now)
    with pytest.raises(NotYours), unit_of_work():
        services.set_doorway(door_id=house, doorway=before, by=SYSTEM, now=now)
