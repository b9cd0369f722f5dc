"""What a change means before it is made: who gains and loses, and which doors people must update."""

from datetime import datetime, timedelta

import pytest

from limen.access import queries, services
from limen.access.views import GroupDoorView
from limen.kernel.periods import Interval, Weekly
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor

DAY = timedelta(days=1)
MORNINGS = Weekly((Interval(0b1111111, 6 * 60, 10 * 60),))
ALL_DAY = Weekly((Interval(0b1111111, 6 * 60, 22 * 60),))


@pytest.mark.rule("SYNC-3")
def test_narrower_hours_need_an_update_wider_ones_do_not(house: Harbor, now: datetime) -> None:
    """Fewer hours take something away and need an update today; more hours only make the door stale."""
    house.give("dana", "Roof deck")
    roof = house.doors["Roof"]

    def hours(schedule: Weekly | None) -> list[GroupDoorView]:
        return [GroupDoorView(roof, schedule, True)]

    narrower = services.preview_edit_group(group_id=house.groups["Roof deck"], doors=hours(MORNINGS), now=now)
    assert [(n.door_id, n.why) for n in narrower.needs_update] == [(roof, "narrowed")]
    with unit_of_work():
        services.edit_group(group_id=house.groups["Roof deck"], name="Roof deck", doors=hours(MORNINGS), by=house.actor(), now=now)
    wider = services.preview_edit_group(group_id=house.groups["Roof deck"], doors=hours(ALL_DAY), now=now)
    assert wider.widens
    assert wider.needs_update == ()


@pytest.mark.rule("SYNC-3", "ACCESS-13")
def test_preview_of_giving(house: Harbor, now: datetime) -> None:
    """Somebody with the app needs no update; by code only the unconnected door needs one on its first day, the connected none."""
    house.give("gus", "Roof deck", standing="non-resident")
    house.group("Services", "Main Entrance", "Boiler Room", "Roof")
    monday = now + 2 * DAY

    def preview(person: str, app: bool) -> queries.Effect:
        return services.preview_give(
            person_id=house.people[person],
            group_id=house.groups["Services"],
            standing="non-resident",
            starts=monday,
            ends=None,
            now=now,
            opens_app=app,
        )

    by_code = preview("gus", app=False)
    assert {c.door_id for c in by_code.gains} == {house.doors["Main Entrance"], house.doors["Boiler Room"]}
    assert by_code.already == (house.doors["Roof"],)
    assert [(n.door_id, n.due, n.why) for n in by_code.needs_update] == [(house.doors["Boiler Room"], monday.date(), "code_without_app")]
    assert by_code.connected == (house.doors["Main Entrance"],)
    assert preview("gus", app=True).needs_update == ()
    assert [n.door_id for n in preview("rosa", app=True).needs_update if n.why == "code_without_app"] != []
