"""What staff change by hand: units, the rules of a door, sharing, somebody's name and address (PLACE-5, PLACE-6, ACCESS-7, CODE-9, PEOPLE-1)."""

import re

import pytest

from limen.access import queries as access
from limen.identity import queries as identity
from limen.journal import queries as journal
from limen.notices import queries as notices
from limen.people import queries as people
from limen.places import queries as places
from limen.wire.records import ConfigFlags
from tests.surfaces.console.desk import Desk, Page, later

RULES = {"name": "Package Room", "codes_allowed": "on", "share_allowed": "on", "key_pause_s": "5"}


def rows(desk: Desk, name: str) -> list[places.DoorView]:
    """Doors of this name."""
    return [door for door in places.doors(desk.house.property_id) if door.name == name]


def contact(desk: Desk, of: str, **changed: str) -> Page:
    """The form of somebody's name and address, with what is changed in it, sent by Ana."""
    who = people.person_view(desk.house.people[of])
    said = {"first": who.first, "last": who.last, "email": who.email or "", "phone": who.phone}
    return desk.post("Ana", f"{desk.person(of)}/contact", said | changed)


# ---- units


@pytest.mark.rule("PLACE-4", "PLACE-5")
def test_a_unit_is_added_by_hand_with_its_door(office: Desk) -> None:
    """One form makes both; the unit is empty, the door has no device; the same name again is refused beside the field."""
    page = office.post("Ana", "/c/units/add", {"name": "5C", "door": "on"})
    assert page.says("Unit 5C", "Nobody lives here.", "Living in 5C opens no door by itself. Give access next.")
    [door] = rows(office, "Unit 5C")
    assert (door.kind, door.unit_name) == ("unit", "5C")
    again = office.post("Ana", "/c/units/add", {"name": "5c"})
    assert again.says("There is a problem", 'There is a unit "5c" already.')
    assert office.get("Ana", "/c/units").says("5C")


@pytest.mark.rule("PLACE-5")
def test_a_unit_without_a_door_gets_one_later_and_only_one(office: Desk) -> None:
    """The page of the unit offers it until it is there."""
    page = office.post("Ana", "/c/units/add", {"name": "5C"})
    assert page.says("No door of its own.", "Add its door")
    unit = places.unit_named(office.house.property_id, "5C")
    assert unit is not None
    for _again in range(2):
        page = office.post("Ana", f"/c/units/{unit.id}/door")
    assert page.says("Unit 5C") and "Add its door" not in page.text
    assert len(rows(office, "Unit 5C")) == 1


# ---- the rules of a door


@pytest.mark.rule("PLACE-6", "SYNC-3")
def test_codes_are_forbidden_at_a_door_and_its_page_says_what_waits(desk: Desk) -> None:
    """Before: how many codes end. After: no codes here, the change waits for an update and is due today; the lock then holds no code."""
    path = f"{desk.door('Package Room')}/rules"
    desk.house.update("Package Room")
    assert desk.get("Ana", path).says("Off: 2 personal codes end with the next update of this door", "Until then it does as before.")
    page = desk.post("Ana", path, {"name": "Package Room", "share_allowed": "on", "key_pause_s": "5"})
    assert page.says("Package Room gives no codes.", "Waits for an update since", "No codes at this door")
    assert desk.get("Ana", "/c/").says("Door updates due today: 1", "Package Room")
    desk.house.update("Package Room")
    assert "Waits for an update" not in desk.get("Ana", desk.door("Package Room")).text


@pytest.mark.rule("PLACE-6", "ACCESS-7")
def test_sharing_is_forbidden_at_a_door(desk: Desk) -> None:
    """Whoever may share in general may not share this door."""
    dana, door = desk.house.people["Dana"], desk.house.doors["Package Room"]
    assert access.may_share(dana, door, desk.house.now)
    page = desk.post("Ana", f"{desk.door('Package Room')}/rules", {"name": "Package Room", "codes_allowed": "on", "key_pause_s": "5"})
    assert page.says("Nobody shares this door")
    assert not access.may_share(dana, door, desk.house.now)


def test_a_door_is_made_strict_and_its_lock_hears_of_it(desk: Desk) -> None:
    """The setting travels in the door's own config and can be taken back (protocol C.3)."""
    lock = desk.house.locks["Package Room"]

    def strict() -> bool:
        desk.house.update("Package Room")
        assert lock.state is not None
        return ConfigFlags.STRICT in lock.state.config.flags

    assert not strict()
    page = desk.post("Ana", f"{desk.door('Package Room')}/rules", RULES | {"strict": "on"})
    assert page.says("Only residents open while the lock is behind", "Settings of the door changed.")
    assert strict()
    desk.post("Ana", f"{desk.door('Package Room')}/rules", RULES)
    assert not strict()


@pytest.mark.rule("CODE-9")
def test_staff_give_longer_time_at_shared_doors_and_not_at_a_home_that_can_choose(desk: Desk) -> None:
    """The package room waits 15 seconds; at 4B the household chooses; for Rosa, who cannot sign in, staff do."""
    page = desk.post("Ana", f"{desk.door('Package Room')}/rules", RULES | {"key_pause_s": "15"})
    assert page.says("15 seconds between two digits")
    assert desk.get("Ana", f"{desk.door('Unit 4B')}/rules").says("The time between two digits at this door is the household's to choose.")
    desk.post("Ana", f"{desk.door('Unit 4B')}/rules", RULES | {"name": "Unit 4B", "key_pause_s": "20"})
    assert places.door_view(desk.house.doors["Unit 4B"]).key_pause_s == 5
    desk.post("Ana", f"{desk.door('Unit 2A')}/rules", RULES | {"name": "Unit 2A", "key_pause_s": "10"})
    assert places.door_view(desk.house.doors["Unit 2A"]).key_pause_s == 10


def test_a_name_that_is_taken_is_said_beside_the_field(desk: Desk) -> None:
    """Two doors of one name could not be told apart; nothing is saved."""
    page = desk.post("Ana", f"{desk.door('Roof')}/rules", RULES | {"strict": "on"})
    assert page.status == 422
    assert page.says("There is a problem", 'There is a door "Package Room" already, or one with this serial.')
    assert not places.door_view(desk.house.doors["Roof"]).strict


# ---- sharing


@pytest.mark.rule("ACCESS-7")
def test_sharing_is_taken_from_a_person_and_given_back(desk: Desk) -> None:
    """The page says so each time, doors stay, and it is journaled."""
    grant = next(g for g in access.grants_of(desk.house.people["Dana"]) if g.group_name == "Residents")
    page = desk.post("Ana", f"/c/grants/{grant.id}/sharing", {"share": "no"})
    assert page.says("Dana may not share Residents any more. Guests invited before keep their access.", "Allow sharing")
    assert not access.may_share(desk.house.people["Dana"], desk.house.doors["Package Room"], desk.house.now)
    assert desk.house.doors["Package Room"] in access.doors_of(desk.house.people["Dana"], desk.house.now)
    assert desk.post("Ana", f"/c/grants/{grant.id}/sharing", {"share": "yes"}).says("Dana may share Residents.")


# ---- name and address


def test_a_name_and_a_telephone_are_changed_at_once(desk: Desk) -> None:
    """The page shows the new name; doors stay as they were."""
    before = access.doors_of(desk.house.people["Dana"], desk.house.now)
    assert contact(desk, "Dana", last="Okafor", phone="+1 212 555 0199").says("Dana Okafor")
    who = people.person_view(desk.house.people["Dana"])
    assert (who.last, who.phone) == ("Okafor", "+1 212 555 0199")
    assert access.doors_of(who.id, desk.house.now) == before
    assert contact(desk, "Dana", phone="call me").says("There is a problem", "This is not a telephone number.")
    assert contact(desk, "Dana", first="", last="").says("Give the person a name.")


@pytest.mark.rule("PEOPLE-1")
def test_an_address_moves_only_after_it_is_confirmed_there(desk: Desk) -> None:
    """Nothing moves before; the link of the mail, opened by somebody else, is nobody's; opened by Dana, her access is there."""
    dana = desk.house.people["Dana"]
    old = people.person_view(dana).email
    page = contact(desk, "Dana", email="New@Example.org")
    assert page.says("Access moves to the new address after Dana confirms it there.", "new@example.org")
    link = link_in_mail(desk)
    assert people.person_view(dana).email == old
    assert people.person_of_email("new@example.org") is None
    assert desk.get(None, link).location.startswith("/signin")
    assert desk.get("Theo", link).status == 404
    assert desk.post("Theo", link).status == 404
    assert desk.get("Dana", link).says("Your new address", "The property team entered new@example.org for you.")
    assert people.person_view(dana).email == old
    assert desk.post("Dana", link).says("Your access moved to new@example.org. Sign in with it from now on.")
    assert people.person_view(dana).email == "new@example.org"
    assert identity.move_of(dana, desk.house.now) is None
    assert desk.post("Dana", link).status == 404
    verbs = [entry.verb for entry in journal.entries(target=f"person:{dana}")]
    assert {"address.asked", "address.moved"} <= set(verbs)


@pytest.mark.rule("PEOPLE-1")
def test_a_new_address_is_taken_back_or_runs_out(desk: Desk) -> None:
    """Taken back, the link is dead at once; unconfirmed for 7 days, it says so and moves nothing."""
    old = people.person_view(desk.house.people["Dana"]).email
    contact(desk, "Dana", email="new@example.org")
    link = link_in_mail(desk)
    assert "Access moves" not in desk.post("Ana", f"{desk.person('Dana')}/contact/keep").text
    assert desk.get("Dana", link).status == 404
    contact(desk, "Dana", email="new@example.org")
    link = link_in_mail(desk)
    later(desk, days=7)
    assert desk.post("Dana", link).says("This link has run out. Your address stays as it is.")
    assert people.person_view(desk.house.people["Dana"]).email == old


@pytest.mark.rule("PEOPLE-1")
def test_an_address_of_somebody_else_is_refused(desk: Desk) -> None:
    """Neither asked for nor, when it was taken in the meantime, moved to."""
    assert contact(desk, "Dana", email="theo@example.org").says("This e-mail belongs to another person.")
    assert identity.move_of(desk.house.people["Dana"], desk.house.now) is None
    assert contact(desk, "Dana", email="").says("This field is required.")


@pytest.mark.rule("PEOPLE-1", "PEOPLE-4")
def test_who_has_no_account_is_invited_at_the_new_address(desk: Desk) -> None:
    """Rosa gets an address on her page, and an invitation goes there."""
    contact(desk, "Rosa", email="rosa.new@example.org")
    assert people.person_view(desk.house.people["Rosa"]).email == "rosa.new@example.org"
    assert identity.last_invitation(desk.house.people["Rosa"]) is not None


def link_in_mail(desk: Desk) -> str:
    """The link of the newest mail to the new address; the old one hears of it too."""
    desk.settle()
    letters = notices.mailbox()
    assert any(one.to == "dana@example.org" and "another address" in one.subject for one in letters)
    asked = next(one for one in letters if one.to == "new@example.org")
    found = re.search(r"/address/[\w-]+", asked.body)
    assert found is not None
    return found[0]


# ---- who may not


@pytest.mark.rule("PEOPLE-2")
def test_only_who_may_change_these_things_can(desk: Desk) -> None:
    """Ben, of single groups, sees and may not change (403); Milo, who manages devices, finds no people (404); nobody finds another house's."""
    grant = next(g for g in access.grants_of(desk.house.people["Dana"]) if g.group_name == "Residents")
    for path in ("/c/units/add", f"{desk.door('Roof')}/rules", f"{desk.person('Dana')}/contact", f"/c/grants/{grant.id}/sharing"):
        assert desk.post("Ben", path, {}).status == 403, path
    unit = places.unit_named(desk.house.property_id, "2A")
    assert unit is not None
    for path in (f"{desk.person('Dana')}/contact", f"{desk.person('Dana')}/contact/keep", f"/c/grants/{grant.id}/sharing"):
        assert desk.post("Milo", path, {}).status == 404, path
    assert desk.post("Milo", f"/c/units/{unit.id}/door").status == 404
    assert desk.post("Milo", f"{desk.door('Roof')}/rules", RULES).status == 403
    nobody = "00000000-0000-4000-8000-000000000000"
    for path in (f"/c/doors/{nobody}/rules", f"/c/people/{nobody}/contact", f"/c/grants/{nobody}/sharing", f"/c/units/{nobody}/door"):
        assert desk.post("Ana", path, RULES).status == 404, path
    assert desk.post("Dana", "/c/units/add", {"name": "9Z"}).status == 403
    assert places.unit_named(desk.house.property_id, "9Z") is None


def test_nobody_changes_their_own_address_here(desk: Desk) -> None:
    """Ana's own page offers no form, and the form refuses."""
    assert desk.post("Ana", f"{desk.person('Ana')}/contact", {"first": "A", "email": "x@example.org"}).status == 403
