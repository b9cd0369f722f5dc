"""After a restore: what was taken is taken, nothing is given, and what was given is said."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from limen.access import queries as access
from limen.access import services
from limen.access.views import GroupDoorView
from limen.kernel.periods import Interval, Weekly
from limen.storage import replay
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House
from tests.yesterday import PowerCut, Yesterday

OFFICE = Weekly((Interval(31, 540, 1020),))
pytestmark = pytest.mark.rule("OPS-2")


@pytest.fixture
def house(db: None, own_data: Path, now: datetime) -> House:
    """Dana and Theo hold the Gym and the Roof."""
    house = House.build(now)
    house.door("Gym")
    house.door("Roof")
    for name in ("Dana", "Theo"):
        house.person(name)
        house.give(name, house.group(f"Sport {name}", "Gym", "Roof"))
    return house


@pytest.fixture
def yesterday(house: House, tmp_path: Path) -> Yesterday:
    kept = Yesterday.kept(tmp_path, house.now)
    house.later(hours=20)
    return kept


def doors(house: House, name: str) -> set[str]:
    """Where somebody gets in."""
    held = access.doors_of(house.people[name], house.now)
    return {door for door, door_id in house.doors.items() if door_id in held}


def grant(house: House, name: str) -> access.GrantView:
    return next(one for one in access.grants_of(house.people[name]) if one.is_live(house.now))


def test_ended_access_stays_ended(house: House, yesterday: Yesterday) -> None:
    """And whoever was not touched keeps theirs."""
    house.revoke(grant(house, "Dana"))
    done = yesterday.back(house.now)
    assert (doors(house, "Dana"), doors(house, "Theo")) == (set(), {"Gym", "Roof"})
    assert done.counts["grants_ended"] == 1
    assert done.missing == []


def test_who_was_paused_is_paused_and_who_was_resumed_is_not(house: House, yesterday: Yesterday, tmp_path: Path) -> None:
    """The last word counts; guests of a paused host are not paused for ever."""
    who = {name: house.people[name] for name in ("Dana", "Theo")}
    with unit_of_work():
        services.invite_guest(
            host_id=who["Dana"], door_ids=[house.doors["Gym"]], first="Gil", last="Guest", email="gil@example.org", starts=house.now,
            ends=None, by=ANA, now=house.now,
        )  # fmt: skip
    later = Yesterday.kept(tmp_path, house.now)
    for name in ("Dana", "Theo"):
        with unit_of_work():
            services.suspend(person_id=who[name], property_id=house.property_id, by=ANA, now=house.later(minutes=15))
    with unit_of_work():
        services.resume(person_id=who["Theo"], property_id=house.property_id, by=ANA, now=house.later(minutes=1))
    later.back(house.now)
    assert (doors(house, "Dana"), doors(house, "Theo")) == (set(), {"Gym", "Roof"})
    with unit_of_work():
        services.resume(person_id=who["Dana"], property_id=house.property_id, by=ANA, now=house.later(minutes=1))
    (guest,) = access.guests_of(who["Dana"], house.now)
    assert access.windows(guest.person_id, house.doors["Gym"], house.now)


@pytest.mark.parametrize("failed", [True, False], ids=["never happened", "happened"])
def test_what_was_taken_stands_unless_what_gave_it_back_was_committed(house: House, tmp_path: Path, failed: bool) -> None:
    """A pause, a group's door and a grant's codes: each taken, then given back by a transaction that broke off, or did not."""
    dana, group = house.people["Dana"], grant(house, "Theo").group_id
    assert group
    both = [GroupDoorView(house.doors[name], None, True) for name in ("Gym", "Roof")]
    kept = Yesterday.kept(tmp_path, house.now)

    def say(*, again: bool) -> None:
        if again:
            services.resume(person_id=dana, property_id=house.property_id, by=ANA, now=house.now)
        else:
            services.suspend(person_id=dana, property_id=house.property_id, by=ANA, now=house.now)
        services.edit_group(
            group_id=group, name="Sport Theo", doors=both if again else [replace(both[0], codes_on=False)], by=ANA, now=house.now
        )
        services.set_sharing(grant_id=grant(house, "Theo").id, may_share=again, by=ANA, now=house.now)

    house.later(hours=1)
    with unit_of_work():
        say(again=False)
    house.later(minutes=1)
    with suppress(PowerCut), unit_of_work():
        say(again=True)
        if failed:
            raise PowerCut
    kept.back(house.now)
    theo = grant(house, "Theo")
    codes = any(window.code for window in access.windows(house.people["Theo"], house.doors["Gym"], house.now))
    now_so = (doors(house, "Dana"), doors(house, "Theo"), codes, theo.may_share)
    assert now_so == ((set(), {"Gym"}, False, False) if failed else ({"Gym", "Roof"}, {"Gym", "Roof"}, True, True))


def test_a_group_that_was_narrowed_is_narrow_and_one_that_was_widened_is_named(house: House, yesterday: Yesterday) -> None:
    """The Roof went, the Gym got hours; Theo's group got fewer codes and an entrance that the backup does not know."""
    house.door("Entrance", "entrance")
    dana, theo = (grant(house, name).group_id for name in ("Dana", "Theo"))
    assert dana and theo
    with unit_of_work():
        only = [GroupDoorView(house.doors["Gym"], OFFICE, True)]
        services.edit_group(group_id=dana, name="Sport Dana", doors=only, by=ANA, now=house.now)
        more = [GroupDoorView(house.doors[name], None, name == "Entrance") for name in ("Gym", "Roof", "Entrance")]
        services.edit_group(group_id=theo, name="Sport Theo", doors=more, by=ANA, now=house.now)
    done = yesterday.back(house.now)
    (held,) = access.windows(house.people["Dana"], house.doors["Gym"], house.now)
    assert (doors(house, "Dana"), held.schedule) == ({"Gym"}, OFFICE)
    assert not any(w.code for w in access.windows(house.people["Theo"], house.doors["Gym"], house.now))
    assert done.counts["groups_narrowed"] == 2
    assert done.missing == ["These groups had more doors or hours than they have now: Sport Theo. Look at them."]


def test_a_door_that_left_a_group_and_came_back_keeps_its_hosts_guests_out(house: House, tmp_path: Path) -> None:
    """Their access ended when the host's did (ACCESS-9), and nothing brought it back."""
    group = grant(house, "Dana").group_id
    assert group
    with unit_of_work():
        services.invite_guest(
            host_id=house.people["Dana"], door_ids=[house.doors["Gym"]], first="Gil", last="Guest", email="gil@example.org", starts=house.now,
            ends=None, by=ANA, now=house.now,
        )  # fmt: skip
    kept = Yesterday.kept(tmp_path, house.now)
    both = [GroupDoorView(house.doors[name], None, True) for name in ("Gym", "Roof")]
    for doors_then in ([both[1]], both):
        with unit_of_work():
            services.edit_group(group_id=group, name="Sport Dana", doors=doors_then, by=ANA, now=house.later(hours=1))
    assert access.guests_of(house.people["Dana"], house.now) == ()
    done = kept.back(house.now)
    assert access.guests_of(house.people["Dana"], house.now) == ()
    assert (doors(house, "Dana"), done.counts["guests_ended"]) == ({"Gym", "Roof"}, 1)


def test_a_grant_that_was_narrowed_is_narrow_again_and_none_is_wider(house: House, yesterday: Yesterday) -> None:
    """Its end, its ways in, its right to share; Theo's longer end is not here."""
    ends = house.now + timedelta(days=2)
    for name, share, until in (("Dana", False, ends), ("Theo", True, None)):
        held = grant(house, name)
        assert held.group_id
        house.give(name, held.group_id, ends=until, may_share=share, opens_code=False, starts=held.starts)
    yesterday.back(house.now)
    dana, theo = grant(house, "Dana"), grant(house, "Theo")
    assert (dana.ends, dana.may_share, dana.opens_code) == (ends, False, False)
    assert (theo.ends, theo.may_share, theo.opens_code, theo.opens_app) == (None, True, False, True)


def test_what_was_given_since_is_said_by_name_and_not_given(house: House, yesterday: Yesterday) -> None:
    """Somebody the backup knows, somebody it does not; who lost it again meanwhile is not missed."""
    pool = house.group("Pool", "Gym")
    house.person("Ines")
    house.give("Ines", grant(house, "Theo").group_id or pool)
    house.give("Dana", pool)
    house.revoke(house.give("Theo", pool))
    done = yesterday.back(house.now)
    assert done.counts["grants_missing"] == 2
    assert [sentence for sentence in done.missing if "given" in sentence] == [
        "Somebody who came after the backup was given Sport Theo Sun 22 Nov 10:02. That is not here: give it again.",
        "Dana Example was given a group made after the backup Sun 22 Nov 10:02. That is not here: give it again.",
    ]


def test_done_twice_is_done_once(house: House, yesterday: Yesterday) -> None:
    """The second time finds nothing to take."""
    house.revoke(grant(house, "Dana"))
    first = yesterday.back(house.now)
    before = doors(house, "Dana"), doors(house, "Theo"), len(access.revocations())
    again = replay.Restoring(first.made_at, house.now, first.lines)
    with unit_of_work():
        replay.do_again(again)
    assert (doors(house, "Dana"), doors(house, "Theo"), len(access.revocations())) == before
    assert again.counts.keys() <= {"grants_missing"}
