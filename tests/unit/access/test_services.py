"""Giving, taking away and what either means, through the face of the room."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from limen.access import queries, services
from limen.access.models import Revocation
from limen.access.views import GroupDoorView
from limen.kernel.periods import Interval, Weekly
from limen.kernel.problems import NotYours, Problem, Refused
from limen.people import queries as people_queries
from limen.people import services as people
from limen.places import services as places
from limen.storage import ledger, news
from limen.storage.transactions import unit_of_work
from limen.wire.grants import Cls
from tests.cast import Harbor

DAY = timedelta(days=1)
MORNINGS = Weekly((Interval(0b1111111, 6 * 60, 10 * 60),))
ALL_DAY = Weekly((Interval(0b1111111, 6 * 60, 22 * 60),))


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was said about doors: (door id, revocation id or "")."""
    heard: list[tuple[str, str]] = []

    def hear(*, now: datetime, door_id: str, revocation_id: str = "") -> None:
        heard.append((door_id, revocation_id))

    monkeypatch.setitem(news._hearers, "door.touched", [hear])
    return heard


@pytest.mark.rule("ACCESS-2")
def test_standing_is_asked_for(house: Harbor) -> None:
    """A grant without a standing is refused with the sentence that says why it is asked."""
    with pytest.raises(Problem) as refused:
        house.give("dana", "Residents", standing="")
    assert refused.value.title == "Choose resident or non-resident. It decides who may see their entries."


def test_given_again_changes_the_grant(house: Harbor, now: datetime) -> None:
    """The same group given again to the same person changes the grant they hold instead of adding one."""
    first = house.give("gus", "Roof deck", standing="non-resident", ends=now + 6 * DAY)
    second = house.give("gus", "Roof deck", standing="non-resident", ends=now + 9 * DAY)
    assert second.id == first.id
    (window,) = queries.windows(house.people["gus"], house.doors["Roof"], now)
    assert window.ends == now + 9 * DAY


def test_end_before_start_is_refused(house: Harbor, now: datetime) -> None:
    """A window that ends before it starts is no window."""
    with pytest.raises(Problem, match="The end is before the start"):
        house.give("dana", "Residents", starts=now, ends=now - DAY)


@pytest.mark.rule("PLACE-4")
def test_living_somewhere_opens_nothing(house: Harbor) -> None:
    """Being assigned to a unit gives no door by itself."""
    assert house.opens("dana") == set()


@pytest.mark.rule("PEOPLE-2")
def test_managing_opens_nothing(house: Harbor) -> None:
    """A managing role is not access: a manager opens a door only with a grant of their own."""
    assert house.opens("ana") == set()


@pytest.mark.rule("ACCESS-1", "PLACE-6")
def test_doorcodes_follow_group_and_door(house: Harbor, now: datetime) -> None:
    """A code exists where the group has doorcodes on and the door does not forbid them; no group overrides the door."""
    house.group("No codes", "Roof", codes=False)
    house.give("dana", "Residents")
    house.give("kim", "No codes")
    assert queries.windows(house.people["dana"], house.doors["Package Room"], now)[0].code
    assert not queries.windows(house.people["dana"], house.doors["Gym"], now)[0].code
    assert not queries.windows(house.people["kim"], house.doors["Roof"], now)[0].code


def test_class_at_a_unit_door_needs_the_household(house: Harbor, now: datetime) -> None:
    """Class 1 at a unit door is standing resident and member of that household; another resident there is class 5."""
    house.give("dana", "Home 4B")
    house.give("kim", "Home 4B")
    unit = house.doors["Unit 4B"]
    assert queries.windows(house.people["dana"], unit, now)[0].cls == Cls.RESIDENT
    assert queries.windows(house.people["kim"], unit, now)[0].cls == Cls.VENDOR


def test_classes_of_people_who_come_to_work(house: Harbor, now: datetime) -> None:
    """Somebody with a role here is staff, anybody else without residence is a vendor."""
    house.give("sofia", "Residents", standing="non-resident")
    house.give("gus", "Residents", standing="non-resident")
    door = house.doors["Package Room"]
    assert queries.windows(house.people["sofia"], door, now)[0].cls == Cls.STAFF
    assert queries.windows(house.people["gus"], door, now)[0].cls == Cls.VENDOR


def test_windows_are_never_merged_and_at_most_four(house: Harbor, now: datetime) -> None:
    """Several grants at one door stay several windows; a fifth is refused and leaves nothing behind."""
    for number in range(5):
        house.group(f"Roof {number}", "Roof")
    for number in range(4):
        house.give("dana", f"Roof {number}", starts=now + number * 10 * DAY, ends=now + (number * 10 + 5) * DAY)
    held = queries.windows(house.people["dana"], house.doors["Roof"], now)
    assert [w.starts for w in held] == [now + n * 10 * DAY for n in range(4)]
    with pytest.raises(Refused) as refused:
        house.give("dana", "Roof 4", starts=now + 50 * DAY)
    assert refused.value.type == "too_many_windows"
    assert len(queries.windows(house.people["dana"], house.doors["Roof"], now)) == 4


@pytest.mark.rule("ACCESS-3")
def test_group_edit_reaches_every_holder_at_once(house: Harbor, now: datetime, touched: list[tuple[str, str]]) -> None:
    """A door added to a group opens for all its holders in the same transaction, and the door is told."""
    for person in ("dana", "theo", "kim"):
        house.give(person, "Residents")
    group = queries.group_view(house.groups["Residents"])
    assert group is not None
    touched.clear()
    with unit_of_work():
        rows = [*group.doors, GroupDoorView(house.doors["Roof"], None, True)]
        effect = services.edit_group(group_id=group.id, name=group.name, doors=rows, by=house.actor(), now=now)
    assert len(effect.gains) == 3
    assert not effect.loses
    assert all("Roof" in house.opens(person) for person in ("dana", "theo", "kim"))
    assert touched == [(str(house.doors["Roof"]), "")]


@pytest.mark.rule("ACCESS-11")
def test_a_new_name_changes_no_door(house: Harbor, now: datetime, touched: list[tuple[str, str]]) -> None:
    """Renaming a group changes nobody's doors and touches none."""
    house.give("dana", "Residents")
    group = queries.group_view(house.groups["Residents"])
    assert group is not None
    touched.clear()
    with unit_of_work():
        effect = services.edit_group(group_id=group.id, name="All who live here", doors=group.doors, by=house.actor(), now=now)
    assert effect.is_nothing
    assert touched == []


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
            person_id=house.people[person], group_id=house.groups["Services"], standing="non-resident", starts=monday, ends=None, now=now, opens_app=app
        )

    by_code = preview("gus", app=False)
    assert {c.door_id for c in by_code.gains} == {house.doors["Main Entrance"], house.doors["Boiler Room"]}
    assert by_code.already == (house.doors["Roof"],)
    assert [(n.door_id, n.due, n.why) for n in by_code.needs_update] == [(house.doors["Boiler Room"], monday.date(), "code_without_app")]
    assert by_code.connected == (house.doors["Main Entrance"],)
    assert preview("gus", app=True).needs_update == ()
    assert [n.door_id for n in preview("rosa", app=True).needs_update if n.why == "code_without_app"] != []


@pytest.mark.rule("ACCESS-4")
def test_revoking_keeps_the_record_and_orders(house: Harbor, now: datetime, touched: list[tuple[str, str]]) -> None:
    """A revoked grant is kept with its end; the revocation says when, by whom and where; the ledger knew before the commit."""
    grant = house.give("dana", "Roof deck")
    touched.clear()
    with unit_of_work():
        ordered = services.revoke(grant_id=grant.id, by=house.actor(), now=now, reason="moved her things")
    assert (ordered.ordered_at, ordered.ordered_by, ordered.door_ids) == (now, house.people["ana"], (house.doors["Roof"],))
    kept = queries.grant_view(grant.id)
    assert kept is not None
    assert kept.ended_at == now
    assert house.opens("dana") == set()
    assert (str(house.doors["Roof"]), str(ordered.id)) in touched
    assert ledger.lines("revocation")[-1].facts["id"] == str(ordered.id)
    assert b"moved" not in bytes(Revocation.objects.get(id=ordered.id).reason or b"")
    with unit_of_work(), pytest.raises(Refused, match="has ended"):
        services.revoke(grant_id=grant.id, by=house.actor(), now=now)


def test_revoking_names_only_doors_really_lost(house: Harbor, now: datetime) -> None:
    """Where another group still opens the door as before, the revocation has nothing to deliver there."""
    house.group("Roof again", "Roof")
    grant = house.give("dana", "Roof deck")
    house.give("dana", "Roof again")
    with unit_of_work():
        ordered = services.revoke(grant_id=grant.id, by=house.actor(), now=now)
    assert ordered.door_ids == ()
    assert house.opens("dana") == {"Roof"}


@pytest.mark.rule("PEOPLE-7")
def test_pause_and_resume_bring_everything_back(house: Harbor, now: datetime) -> None:
    """A pause closes every door of the person and of their guests; resuming restores windows, dates and sharing field by field."""
    house.give("dana", "Residents", ends=now + 90 * DAY)
    house.give("dana", "Home 4B")
    guest = _invite(house, now, "Unit 4B")
    before = {name: queries.windows(house.people["dana"], door, now) for name, door in house.doors.items()}
    guest_before = queries.doors_of(guest, now)
    with unit_of_work():
        services.suspend(person_id=house.people["dana"], property_id=house.property_id, by=house.actor(), now=now)
    assert house.opens("dana") == set()
    assert queries.doors_of(guest, now) == {}
    later = now + 3 * DAY
    with unit_of_work():
        services.resume(person_id=house.people["dana"], property_id=house.property_id, by=house.actor(), now=later)
    assert {name: queries.windows(house.people["dana"], door, later) for name, door in house.doors.items()} == before
    assert queries.doors_of(guest, later) == guest_before


def test_a_pause_is_ordered_for_its_doors(house: Harbor, now: datetime) -> None:
    """A pause has its three moments too: one order of kind paused that names the doors."""
    house.give("dana", "Roof deck")
    with unit_of_work():
        services.suspend(person_id=house.people["dana"], property_id=house.property_id, by=house.actor(), now=now)
    (order,) = queries.revocations(person_id=house.people["dana"])
    assert (order.kind, order.door_ids) == ("paused", (house.doors["Roof"],))
    assert queries.would_open(house.people["dana"], house.doors["Roof"], "app", now).reason == "paused"


@pytest.mark.rule("ACCESS-9")
def test_guests_lose_what_their_host_loses(house: Harbor, now: datetime) -> None:
    """When the host loses a door, the guest loses it for good, with an order of the guest's own; other doors stay."""
    house.give("dana", "Residents")
    home = house.give("dana", "Home 4B")
    guest = _invite(house, now, "Unit 4B", "Package Room")
    with unit_of_work():
        services.revoke(grant_id=home.id, by=house.actor(), now=now)
    assert set(queries.doors_of(guest, now)) == {house.doors["Package Room"]}
    (order,) = queries.revocations(person_id=guest)
    assert (order.kind, order.door_ids) == ("host_lost_access", (house.doors["Unit 4B"],))
    house.give("dana", "Home 4B")
    assert set(queries.doors_of(guest, now)) == {house.doors["Package Room"]}


@pytest.mark.rule("ACCESS-10", "ACCESS-9")
def test_moving_out_ends_all_of_it(house: Harbor, now: datetime) -> None:
    """Moving out ends every grant here, hand-given ones too, the residency, and the guests; the preview said so."""
    house.give("dana", "Residents")
    house.give("dana", "Home 4B")
    house.give("dana", "Roof deck", standing="non-resident")
    guest = _invite(house, now, "Unit 4B")
    said = services.preview_move_out(person_id=house.people["dana"], property_id=house.property_id, now=now)
    with unit_of_work():
        services.move_out(person_id=house.people["dana"], property_id=house.property_id, by=house.actor(), now=now)
    assert house.opens("dana") == set()
    assert queries.doors_of(guest, now) == {}
    assert said.guests == (guest,)
    assert {c.door_id for c in said.loses if c.person_id == house.people["dana"]} == {
        house.doors[name] for name in ("Main Entrance", "Package Room", "Gym", "Unit 4B", "Roof")
    }
    assert people_queries.unit_of(house.people["dana"], house.property_id, now) is None


@pytest.mark.rule("ACCESS-7", "PLACE-6")
def test_invitation_tries_every_door(house: Harbor, now: datetime) -> None:
    """Each door answers for itself: one is done, one may not be shared, one is not the host's; the done one opens."""
    house.give("dana", "Home 4B")
    house.give("dana", "Residents", may_share=False)
    with unit_of_work():
        places.edit_door(door_id=house.doors["Gym"], share_allowed=False, by=house.actor(), now=now)
        invited = services.invite_guest(
            host_id=house.people["dana"], door_ids=[house.doors["Unit 4B"], house.doors["Gym"], house.doors["Roof"]], first="Ines", last="Pires",
            email="ines@example.org", starts=now, ends=now + 8 * DAY, by=house.actor("dana"), now=now,
        )  # fmt: skip
    assert [(r.ok, r.type) for r in invited.results] == [(True, ""), (False, "may_not_share"), (False, "not_found")]
    assert invited.results[1].reason == "Gym, it may not be shared."
    assert invited.person_id is not None
    assert set(queries.doors_of(invited.person_id, now)) == {house.doors["Unit 4B"]}


@pytest.mark.rule("ACCESS-7")
def test_a_guest_stays_inside_the_hosts_window(house: Harbor, now: datetime) -> None:
    """A stay beyond the host's own end is refused; if the host's window shrinks later, the guest's shrinks with it."""
    house.give("dana", "Home 4B", ends=now + 9 * DAY)
    with unit_of_work():
        refused = _try(house, now, now + 20 * DAY)
    assert [r.type for r in refused.results] == ["outside_your_own"]
    guest = _invite(house, now, "Unit 4B", ends=now + 8 * DAY)
    house.give("dana", "Home 4B", ends=now + 5 * DAY)
    (window,) = queries.windows(guest, house.doors["Unit 4B"], now)
    assert window.ends == now + 5 * DAY
    assert window.cls == Cls.APP_GUEST
    with pytest.raises(Problem, match="a year ahead"), unit_of_work():
        _try(house, now + 400 * DAY, None)


@pytest.mark.rule("ACCESS-8")
def test_a_host_ends_one_or_all_guests(house: Harbor, now: datetime) -> None:
    """A host ends one guest or all of them; nobody else's guest is theirs to end."""
    house.give("dana", "Home 4B")
    house.give("theo", "Home 4B")
    _invite(house, now, "Unit 4B", email="one@example.org")
    _invite(house, now, "Unit 4B", email="two@example.org")
    guests = queries.guests_of(house.people["dana"], now)
    assert len(guests) == 2
    with unit_of_work(), pytest.raises(NotYours):
        services.revoke_guest(grant_id=guests[0].id, host_id=house.people["theo"], by=house.actor("theo"), now=now)
    with unit_of_work():
        results = services.revoke_all_guests(host_id=house.people["dana"], by=house.actor("dana"), now=now)
    assert [r.ok for r in results] == [True, True]
    assert queries.guests_of(house.people["dana"], now) == ()


@pytest.mark.rule("ACCESS-12", "ACCESS-5")
def test_would_a_door_open(house: Harbor, now: datetime) -> None:
    """The service answers with the first reason that says no: not started, outside the hours, no code here, ended, never had."""
    dana, roof, gym = house.people["dana"], house.doors["Roof"], house.doors["Gym"]
    assert queries.would_open(dana, roof, "app", now).reason == "no_access"
    grant = house.give("dana", "Roof deck", starts=now + DAY)
    assert queries.would_open(dana, roof, "app", now).reason == "not_started"
    assert queries.would_open(dana, roof, "app", now + 2 * DAY).opens
    house.group("Early gym", "Gym", schedule=MORNINGS)
    house.give("dana", "Early gym")
    assert queries.would_open(dana, gym, "app", now).reason == "outside_schedule"
    assert queries.would_open(dana, gym, "code", now).reason == "no_code_here"
    with unit_of_work():
        services.revoke(grant_id=grant.id, by=house.actor(), now=now)
    assert queries.would_open(dana, roof, "app", now).reason == "ended"


@pytest.mark.rule("PEOPLE-3")
def test_doors_managed_are_those_of_ones_groups(house: Harbor, now: datetime) -> None:
    """A manager of chosen groups manages the doors of those groups and no others."""
    with unit_of_work():
        people.appoint(
            person_id=house.people["ben"], kind="property_manager", property_id=house.property_id, access="specific",
            group_ids=[house.groups["Roof deck"]], by=house.actor(), now=now,
        )  # fmt: skip
    rights = people_queries.rights(house.people["ben"], house.property_id, now)
    assert queries.doors_managed(rights, house.property_id) == {house.doors["Roof"]}
    assert [(g.name, g.may_give) for g in queries.groups(house.property_id, rights)] == [
        ("Home 4B", False), ("Residents", False), ("Roof deck", True),
    ]  # fmt: skip


@pytest.mark.rule("PEOPLE-7")
def test_a_removed_phone_orders_for_the_doors_it_opened(house: Harbor, now: datetime, touched: list[tuple[str, str]]) -> None:
    """Removing a phone touches every door it opened and leaves the grants alone."""
    from limen.identity import services as identity

    house.give("dana", "Roof deck")
    phone = house.phone("dana")
    touched.clear()
    with unit_of_work():
        identity.remove_phone(phone_id=phone.id, by=house.actor("dana"), now=now)
    (order,) = queries.revocations(person_id=house.people["dana"])
    assert (order.kind, order.door_ids) == ("phone_removed", (house.doors["Roof"],))
    assert touched == [(str(house.doors["Roof"]), str(order.id))]
    assert house.opens("dana") == {"Roof"}


def _invite(house: Harbor, now: datetime, *doors: str, ends: datetime | None = None, email: str = "ines@example.org") -> UUID:
    with unit_of_work():
        invited = services.invite_guest(
            host_id=house.people["dana"], door_ids=[house.doors[name] for name in doors], first="Ines", last="Pires", email=email, starts=now,
            ends=ends, by=house.actor("dana"), now=now,
        )  # fmt: skip
    assert all(r.ok for r in invited.results), invited.results
    assert invited.person_id is not None
    return invited.person_id


def _try(house: Harbor, starts: datetime, ends: datetime | None) -> queries.Invited:
    return services.invite_guest(
        host_id=house.people["dana"], door_ids=[house.doors["Unit 4B"]], first="Ines", last="Pires", email="ines@example.org", starts=starts,
        ends=ends, by=house.actor("dana"), now=house.now,
    )  # fmt: skip
