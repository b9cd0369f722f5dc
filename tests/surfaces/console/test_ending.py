"""Ending access, told truly (J4), pausing and resuming (J11), moving out (J10)."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from limen.access import queries as access
from limen.access import services as verbs
from limen.credentials import queries as codes
from limen.credentials import services as credentials
from limen.identity import queries as identity
from limen.kernel.actors import Actor
from limen.people import services as people
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from tests.surfaces.console.desk import Desk, Page, later
from tests.unit.fleet.house import ANA


def grant_of(desk: Desk, person: str, group: str) -> access.GrantView:
    """The grant that somebody holds."""
    return next(g for g in access.grants_of(desk.house.people[person]) if g.group_name == group and g.ended_at is None)


def end(desk: Desk, person: str, group: str) -> Page:
    """Ends a grant as Ana does; the answer is the page with the three moments."""
    return desk.post("Ana", f"/c/grants/{grant_of(desk, person, group).id}/end", {"reason": "moved away"})


def codes_at(desk: Desk, door_id: UUID) -> str:
    """The digits that Dana's code has at a door."""
    return credentials.permanent_digits(person_id=desk.house.people["Dana"], door_id=door_id)


def proved(desk: Desk) -> Desk:
    """Both locks hold what was given, and Dana's phone has carried her leases along."""
    for door in ("Package Room", "Roof"):
        desk.house.update(door)
    desk.house.inbox("Dana")
    return desk


def test_what_somebody_was_given_is_asked_once_however_much_was_taken(desk: Desk) -> None:
    """A person's page tells every end of access; one more of them asks no more about grants."""

    def asked() -> int:
        with CaptureQueriesContext(connection) as told:
            page = desk.get("Ana", desk.person("Dana"))
        assert page.status == 200 and page.says("Ended")
        return sum('FROM "access_grant"' in one["sql"] for one in told.captured_queries)

    end(desk, "Dana", "Residents")
    once = asked()
    end(desk, "Dana", "Roof deck")
    for _again in range(2):
        desk.house.give("Dana", desk.groups["Roof deck"])
        end(desk, "Dana", "Roof deck")
    assert asked() <= once


@pytest.mark.rule("ACCESS-9", "CODE-6")
def test_codes_that_go_on_living_are_named_before_anything_ends(desk: Desk) -> None:
    """The page says what Dana loses, whom it touches, and that one code cannot be taken back."""
    proved(desk)
    dana = desk.house.people["Dana"]
    with unit_of_work():
        credentials.make_temporary(
            door_id=desk.house.doors["Package Room"], kind="daily", by_person=dana, label="Plumber", now=desk.house.now
        )
        verbs.invite_guest(
            host_id=dana, door_ids=[desk.house.doors["Package Room"]], first="Ines", last="Calder", email="ines@example.org",
            starts=desk.house.now, ends=desk.house.now + timedelta(days=8), by=Actor(person_id=dana, via="test"), now=desk.house.now,
        )  # fmt: skip
    page = desk.get("Ana", f"/c/grants/{grant_of(desk, 'Dana', 'Residents').id}/end")
    assert page.says(
        "Dana loses Main Entrance, Package Room and Unit 4B.",
        "1 guest loses them too.",
        "1 code Dana gave out works until the end of today and cannot be taken back (stops at the latest Sun 22 Nov",
    )
    assert desk.get("Ana", desk.person("Dana")).says("1 guest, until Sun 29 Nov")
    assert "Ines" not in desk.get("Ana", desk.person("Dana")).text


@pytest.mark.rule("ACCESS-9", "CODE-13")
@pytest.mark.parametrize("way", ["end", "move out"])
def test_codes_that_would_go_on_living_can_be_ended_with_the_next_update(desk: Desk, way: str) -> None:
    """The page offers it and names whom else it touches; taken, the door needs an update today, and the code says when it stops."""
    proved(desk)
    house, dana = desk.house, desk.house.people["Dana"]
    room = house.doors["Package Room"]
    with unit_of_work():
        for who in ("Dana", "Theo"):
            credentials.make_temporary(door_id=room, kind="daily", by_person=house.people[who], label="Plumber", now=house.now)
    path = f"/c/grants/{grant_of(desk, 'Dana', 'Residents').id}/end" if way == "end" else f"{desk.person('Dana')}/moveout"
    assert desk.get("Ana", path).says(
        "End every code given out at Package Room with its next update",
        "1 code that somebody else gave out ends with them. Until that update they go on working.",
    )
    wrong = desk.post("Ana", f"{desk.person('Dana')}/moveout", {"word": "nothing", "end_codes": "on"})
    assert " checked" in wrong.html and codes.code_floors(room) == ()
    desk.post("Ana", path, {"word": "4B", "end_codes": "on"})
    assert codes.code_floors(room) != ()
    assert desk.get("Ana", desk.door("Package Room")).says("All temporary codes made so far end.")
    assert all(code.floored_at for code in codes.temporary_of(dana, house.now))


@pytest.mark.rule("ACCESS-9", "CODE-13")
def test_nobodys_codes_end_early_unless_somebody_said_so(desk: Desk) -> None:
    """Ending access leaves the codes as they are; and where no code lives nothing is offered, nor done for who says it anyway."""
    proved(desk)
    room = desk.house.doors["Package Room"]
    path = f"/c/grants/{grant_of(desk, 'Dana', 'Residents').id}/end"
    assert "end_codes" not in desk.get("Ana", path).html
    with unit_of_work():
        credentials.make_temporary(door_id=room, kind="daily", by_person=desk.house.people["Theo"], label="Plumber", now=desk.house.now)
    desk.post("Ana", path, {"end_codes": "on"})
    assert codes.code_floors(room) == ()


@pytest.mark.rule("ACCESS-4", "ACCESS-13")
def test_the_three_moments_are_told_each_with_its_own_time(desk: Desk) -> None:
    """Ordered now; delivered when the lock signs for it; in force then. Nothing is shown before it is so."""
    proved(desk)
    later(desk, minutes=8)
    page = end(desk, "Dana", "Roof deck")
    assert page.says(
        "Access ended for Dana Example", "Ordered", "today 14:10 by Ana Ruiz", "Delivered", "0 of 1 doors", "In force", "not yet"
    )
    assert page.says("Revoked. The Roof lock still opens for Dana until somebody updates it, at most until Sat 28 Nov 14:14.")
    assert 'data-state="proved"' not in page.html
    home = desk.get("Milo", "/c/")
    assert home.says("Door updates due today: 1", "Roof", "Access ended for 1 person.", "Update Roof")
    assert desk.get("Ana", "/c/").says("Access ended for Dana Example.")
    later(desk, minutes=20)
    desk.house.update("Roof")
    page = desk.get("Ana", desk.person("Dana"))
    assert page.says("today 14:10 by Ana Ruiz", "1 of 1 doors, today 14:30", "Revoked, in force since today 14:30.")
    assert desk.get("Ana", "/c/").says("No door needs an update today.")


@pytest.mark.rule("ACCESS-13")
def test_a_code_without_end_is_told_as_such(desk: Desk) -> None:
    """M05: nothing but an update ends it, and the door says so too."""
    proved(desk)
    page = end(desk, "Dana", "Residents")
    assert page.says("Revoked. Dana's code still opens the Package Room until somebody updates that door. Nothing else ends it.")
    door = desk.get("Ana", desk.door("Package Room"))
    assert door.says("Waits for an update since today 14:02.", "Access ended for Dana Example.", "Ended, but it still opens")
    assert desk.get("Ben", desk.door("Package Room")).says("Access ended for 1 person.", "Milo or Ana can update this door.")
    assert "Dana" not in desk.get("Ben", desk.door("Package Room")).text


@pytest.mark.rule("ACCESS-2", "ACCESS-4")
def test_what_ended_can_be_given_back_on_its_terms_and_makes_new_codes(desk: Desk) -> None:
    """Checked first, with everything as it was said before; given, it is a new grant, the codes are others, and nothing offers it twice."""
    proved(desk)
    house, dana = desk.house, desk.house.people["Dana"]
    room = house.doors["Package Room"]
    before, digits = grant_of(desk, "Dana", "Residents"), codes_at(desk, room)
    offer = f"/c/grants/{before.id}/back"
    assert desk.get("Ana", offer).status == 404  # it has not ended
    page = end(desk, "Dana", "Residents")
    assert page.says("Give it back") and offer in page.html
    assert offer in desk.get("Ana", desk.person("Dana")).html
    later(desk, minutes=5)
    check = desk.get("Ana", offer)
    assert check.says(
        "Check before you give", "Residents (3 doors)", "resident", "somebody ends it", "New codes are made. Old ones stay dead."
    )
    assert all(grant.ended_at for grant in access.grants_of(dana) if grant.group_name == "Residents")  # looking gives nothing
    typed = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', check.html))
    assert desk.post("Ana", f"{desk.person('Dana')}/give", typed | {"step": "give"}).says("Given.")
    after = grant_of(desk, "Dana", "Residents")
    same = ("standing", "role_kind", "may_share", "opens_app", "opens_code", "opens_card", "ends")
    assert after.id != before.id and [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert codes_at(desk, room) != digits
    assert "Give it back" not in desk.get("Ana", desk.person("Dana")).text
    assert desk.get("Ana", offer).status == 404


@pytest.mark.rule("ACCESS-2")
def test_only_what_the_asker_may_give_and_what_would_last_can_be_given_back(desk: Desk) -> None:
    """Not another's group, not a guest's or a vendor's time that is over, and not by who looks at doors alone."""
    dana = desk.house.people["Dana"]
    grant = grant_of(desk, "Dana", "Roof deck")
    with unit_of_work():
        verbs.give(
            person_id=dana, group_id=grant.group_id or dana, standing="resident", starts=desk.house.now,
            ends=desk.house.now + timedelta(hours=2), may_share=True, by=Actor(person_id=dana, via="test"), now=desk.house.now,
        )  # fmt: skip
    end(desk, "Dana", "Roof deck")
    offer = f"/c/grants/{grant.id}/back"
    check = desk.get("Ana", offer)
    assert check.says("today 16:02", "Sharing\nyes")
    assert desk.get("Milo", offer).status in (403, 404)
    later(desk, hours=3)
    assert desk.get("Ana", offer).status == 404
    assert offer not in desk.get("Ana", desk.person("Dana")).html


@pytest.mark.rule("ACCESS-4")
def test_what_ends_by_itself_is_in_force_and_not_delivered(desk: Desk) -> None:
    """Nobody comes; the phone's lease runs out: in force by itself, delivered not, and the task stays."""
    proved(desk)
    end(desk, "Dana", "Roof deck")
    later(desk, days=7, hours=1)
    page = desk.get("Ana", desk.person("Dana"))
    assert page.says("0 of 1 doors", "In force since today 14:14: the phone's access ran out.")
    assert desk.get("Ana", "/c/").says("Door updates due today: 1")


def test_what_no_lock_ever_held_needs_nobody(office: Desk) -> None:
    """A door without a device: nothing has to be brought there, and no check pretends that a lock signed."""
    page = end(office, "Dana", "Roof deck")
    assert page.says("to no lock: none held it", "No lock held this. Nothing has to be brought there.")
    assert 'data-state="proved"' not in page.html


def test_ended_twice_says_that_it_has_ended(office: Desk) -> None:
    """A second tab cannot end again."""
    path = f"/c/grants/{grant_of(office, 'Dana', 'Roof deck').id}/end"
    office.post("Ana", path)
    assert office.post("Ana", path, follow=False).status == 409


@pytest.mark.rule("PEOPLE-7")
def test_pause_and_resume_bring_everything_back_as_it_was(desk: Desk) -> None:
    """Field by field: grants, doors, dates, sharing, codes."""
    proved(desk)
    dana = desk.house.people["Dana"]
    before = (access.grants_of(dana), access.doors_of(dana, desk.house.now))
    assert desk.get("Ana", desk.person("Dana") + "/pause").says("Everything comes back as it was.", "Dana loses")
    page = desk.post("Ana", desk.person("Dana") + "/pause")
    assert page.says("Paused since today 14:02. Everything comes back as it was.", "Resume")
    assert not access.doors_of(dana, desk.house.now)
    assert desk.get("Ana", "/c/people", q="dana").says("Paused")
    page = desk.post("Ana", desk.person("Dana") + "/resume")
    assert "Paused since" not in page.text
    assert (access.grants_of(dana), access.doors_of(dana, desk.house.now)) == before


@pytest.mark.rule("PEOPLE-7", "ACCESS-4")
def test_a_pause_has_its_three_moments_for_as_long_as_it_lasts(desk: Desk) -> None:
    """Ordered, carried to how many doors, in force: what a lock has not heard of it, it still opens for. After it there is nothing to follow."""
    proved(desk)
    page = desk.post("Ana", desk.person("Dana") + "/pause")
    assert page.says("Paused", "Ordered", "Delivered", "In force", "not yet")
    assert "Paused. Dana's code still opens the Package Room" in page.text
    assert "Revoked." not in page.text
    page = desk.post("Ana", desk.person("Dana") + "/resume")
    assert page.says("Resumed. Everything is back as it was.")
    assert "Delivered" not in page.text
    desk.post("Ana", desk.person("Dana") + "/pause")
    assert "Resumed." not in desk.get("Ana", desk.person("Dana"), resumed="1").text


@pytest.mark.rule("PEOPLE-7")
def test_a_stolen_phone_is_removed_and_cards_and_codes_stay(desk: Desk) -> None:
    """Staff remove one phone; nobody learns which model it was."""
    phone = desk.house.phones["Dana"]
    page = desk.get("Ana", desk.person("Dana"))
    assert page.says("Remove this phone", "A removed phone gets nothing new. Codes and cards stay.")
    assert phone.name not in page.text
    page = desk.post("Ana", f"{desk.person('Dana')}/phones/{phone.id}/remove")
    assert "Remove this phone" not in page.text
    assert desk.post("Ana", f"{desk.person('Theo')}/phones/{phone.id}/remove").status == 404


@pytest.mark.rule("PEOPLE-7")
def test_the_phones_of_who_left_are_no_longer_this_buildings_to_see_or_remove(desk: Desk) -> None:
    """Dana moved out and opens doors of another house: the office she left neither learns of her phones nor takes them from her there."""
    phone = desk.house.phones["Dana"]
    assert "Remove this phone" in desk.get("Ana", desk.person("Dana")).text
    desk.post("Ana", f"{desk.person('Dana')}/moveout", {"word": "4B"})
    page = desk.get("Ana", desk.person("Dana"))
    assert page.status == 200 and "Remove this phone" not in page.text
    assert desk.post("Ana", f"{desk.person('Dana')}/phones/{phone.id}/remove").status == 404
    assert identity.phones(desk.house.people["Dana"]) != ()


@pytest.mark.rule("PEOPLE-7")
def test_giving_a_group_to_somebody_elses_tenant_does_not_make_their_phones_ones_own(desk: Desk) -> None:
    """Dana has a door in a house of another owner: neither office sees or takes the phone that opens the other's doors; who runs both does."""
    house, phone, ours = desk.house, desk.house.phones["Dana"], desk.house.property_id
    with unit_of_work():
        theirs = places.create_portfolio(name="Pier Homes", by=ANA, now=house.now)
        house.property_id = places.create_property(
            portfolio_id=theirs, name="2 Pier", address="2 Pier", city_line="New York", time_zone="America/New_York", profile="US",
            by=ANA, now=house.now,
        )  # fmt: skip
    house.door("Pier Gate", "entrance")
    house.give("Dana", house.group("Pier", "Pier Gate"))
    page = desk.get("Ana", desk.person("Dana"))
    assert page.status == 200 and "Remove this phone" not in page.text
    assert desk.post("Ana", f"{desk.person('Dana')}/phones/{phone.id}/remove").status == 404
    with unit_of_work():
        people.appoint(person_id=house.people["Ana"], kind="portfolio_manager", portfolio_id=theirs, by=ANA, now=house.now)
    assert "Remove this phone" in desk.get("Ana", f"/c/{ours}/people/{house.people['Dana']}").text


@pytest.mark.rule("ACCESS-10")
def test_moving_out_asks_for_the_name_of_the_unit(desk: Desk) -> None:
    """Wrong: nothing happens, and the page says what to type. Right: everything ends, and the person lives here no more."""
    proved(desk)
    path = desk.person("Dana") + "/moveout"
    assert desk.get("Ana", path).says("Type 4B. 4 doors end, 2 doors need an update today.")
    page = desk.post("Ana", path, {"word": "4C"})
    assert page.status == 422
    assert page.says("Type 4B exactly, or go back.")
    assert grant_of(desk, "Dana", "Residents")
    page = desk.post("Ana", path, {"word": " 4B "})
    assert page.says("Dana Example moved out. Below is what the locks know of it.", "Moved out", "No access yet.")
    assert not access.doors_of(desk.house.people["Dana"], desk.house.now)
    assert "Dana" not in desk.get("Ana", f"/c/units/{desk.house.units['4B']}").text


def test_whose_access_is_given_by_others_is_only_counted(office: Desk) -> None:
    """Ben sees his groups on a page, and that there are more."""
    office.house.give("Dana", office.groups["Services"])
    page = office.get("Ben", office.person("Dana"))
    assert page.says("Services", "2 more groups that are not yours to give.")
    assert "Roof deck" not in page.text
    assert office.post("Ben", f"/c/grants/{grant_of(office, 'Dana', 'Residents').id}/end", follow=False).status == 403
    assert office.post("Ben", f"/c/grants/{grant_of(office, 'Dana', 'Services').id}/end").status == 200
