"""The code floor at one door by itself: said before it is done, told after it by the lock's word alone (CODE-13)."""

import pytest

from limen.credentials import queries as codes
from limen.credentials import services as credentials
from limen.fleet import services as fleet_services
from limen.journal import queries as journal
from limen.notices.models import Notice
from limen.storage.transactions import unit_of_work
from tests.surfaces.console.desk import Desk, later


def give_out(desk: Desk, door: str, *makers: str) -> None:
    """A code for today by each of them."""
    with unit_of_work():
        for who in makers:
            credentials.make_temporary(
                door_id=desk.house.doors[door], kind="daily", by_person=desk.house.people[who], label="Plumber", now=desk.house.now
            )


def updated(desk: Desk, *doors: str) -> Desk:
    """Their locks hold what was given."""
    for door in doors:
        desk.house.update(door)
    return desk


def floors(desk: Desk, door: str) -> int:
    return len(codes.code_floors(desk.house.doors[door]))


@pytest.mark.rule("CODE-13")
def test_what_ends_is_said_before_it_is_done_and_the_lock_alone_says_that_it_is(desk: Desk) -> None:
    """How many, whose matter it is, until when at the latest; then the order, and a check only from the receipt."""
    updated(desk, "Package Room", "Roof")
    give_out(desk, "Package Room", "Dana", "Dana", "Theo")
    assert f"{desk.door('Package Room')}/codes" in desk.get("Ana", desk.door("Package Room")).links("End codes given out")
    path = f"{desk.door('Package Room')}/codes"
    assert desk.get("Ana", path).says(
        "3 codes that were given out for Package Room end.",
        "2 people gave them out and are told.",
        "Until Package Room has its update they go on working, at the latest until Sun 22 Nov",
        "Codes made from now on work at once. Personal codes, cards and phones stay as they are.",
        "Package Room: needs an update, due today",
        "There is no way back: a code that ended stays dead.",
        "End these codes",
    )
    assert floors(desk, "Package Room") == 0
    later(desk, minutes=8)
    done = desk.post("Ana", path)
    assert done.says(
        "Ordered today 14:10: no code that was given out for Package Room before opens it after its update.",
        "Waits for an update since today 14:10.",
    )
    assert 'data-state="proved"' not in done.html and "End these codes" not in done.text
    assert desk.get("Ana", desk.door("Package Room")).says("All temporary codes made so far end.")
    assert desk.get("Milo", "/c/").says("Door updates due today: 1", "Update Package Room")
    later(desk, minutes=20)
    updated(desk, "Package Room")
    assert desk.get("Ana", path).says("Ordered today 14:10", "Up to date. Confirmed by the lock today 14:30.")


@pytest.mark.rule("CODE-13")
def test_it_is_in_the_journal_and_whoever_gave_a_code_out_is_told_once(desk: Desk) -> None:
    """Pressed twice it is done once."""
    give_out(desk, "Package Room", "Dana", "Dana", "Theo")
    for _ in range(2):
        desk.post("Ana", f"{desk.door('Package Room')}/codes")
    written = [entry for entry in journal.entries(property_id=desk.house.property_id) if entry.verb == "floor.raised"]
    assert [(entry.target, entry.detail["ended"]) for entry in written] == [(f"door:{desk.house.doors['Package Room']}", 3)]
    desk.settle()
    told = Notice.objects.filter(kind="codes_floored")
    assert {notice.person_id for notice in told} == {desk.house.people["Dana"], desk.house.people["Theo"]}
    assert told.count() == 2


def test_codes_made_afterwards_are_a_new_matter(desk: Desk) -> None:
    """They live on, and can be ended in their turn."""
    give_out(desk, "Package Room", "Dana")
    path = f"{desk.door('Package Room')}/codes"
    desk.post("Ana", path)
    later(desk, minutes=31)
    give_out(desk, "Package Room", "Theo")
    assert desk.get("Ana", path).says("1 code that was given out for Package Room ends.", "1 person gave them out and is told.")


def test_where_no_code_lives_there_is_nothing_to_press(desk: Desk) -> None:
    """Nor is anything done for who presses anyway; and a door without a device has no code at all."""
    path = f"{desk.door('Package Room')}/codes"
    page = desk.get("Ana", path)
    assert page.says("No code that was given out for Package Room works now. There is nothing to end.")
    assert "data-state" not in page.html[page.html.index("<h1") :], "nothing was ordered, so nothing waits for the lock"
    assert '<form method="post" class="stack">' not in page.html
    desk.post("Ana", path)
    assert floors(desk, "Package Room") == 0
    assert "End codes given out" not in desk.get("Ana", desk.door("Gym")).text
    assert desk.get("Ana", f"{desk.door('Gym')}/codes").says("No device is active at Gym: no code opens it.")


@pytest.mark.rule("PEOPLE-2")
def test_who_manages_no_group_with_the_door_ends_no_code_there(desk: Desk) -> None:
    """Neither a technician nor a manager of other groups is offered it, and they hear who can."""
    give_out(desk, "Package Room", "Dana")
    for who in ("Ben", "Milo", "Sofia"):
        assert "End codes given out" not in desk.get(who, desk.door("Package Room")).text
        refused = desk.post(who, f"{desk.door('Package Room')}/codes")
        assert refused.status == 403
    assert refused.says("You can see this, not change it. Ana Ruiz can.")
    assert floors(desk, "Package Room") == 0
    stranger = desk.post(None, f"{desk.door('Package Room')}/codes", follow=False)
    assert stranger.status == 302 and stranger.location.startswith("/signin")


@pytest.mark.rule("CODE-13", "HISTORY-1")
def test_at_the_door_of_a_home_nothing_tells_whether_a_code_lives(office: Desk) -> None:
    """The page reads the same with and without one, before and after; the household is told if one ends."""
    desk = office
    desk.house.activate("Unit 4B", "LM000104", "M")
    updated(desk, "Unit 4B")
    path = f"{desk.door('Unit 4B')}/codes"
    none = desk.get("Ana", path).text
    after_none = desk.post("Ana", path).says("No code that was given out for Unit 4B before now opens it after its next update.")
    give_out(desk, "Unit 4B", "Dana")
    assert desk.get("Ana", path).text == none
    assert after_none and floors(desk, "Unit 4B") == 0
    assert desk.post("Ana", path).says("No code that was given out for Unit 4B before now opens it after its next update.")
    assert floors(desk, "Unit 4B") > 0
    desk.settle()
    assert [notice.person_id for notice in Notice.objects.filter(kind="codes_floored")] == [desk.house.people["Dana"]]


def test_a_connected_door_hears_of_it_by_itself_or_says_that_it_does_not_now(office: Desk) -> None:
    """Nobody walks there; and no promise is made for a reader that has no connection."""
    desk = office
    desk.house.activate("Main Entrance", "LR000100", "R")
    updated(desk, "Main Entrance")
    give_out(desk, "Main Entrance", "Dana")
    path = f"{desk.door('Main Entrance')}/codes"
    assert desk.get("Ana", path).says("No connection yet. The reader decides by itself; changes wait.")
    with unit_of_work():
        fleet_services.note_online(lock_id=desk.house.locks["Main Entrance"].lock_id, since=desk.house.now)
    assert desk.get("Ana", path).says("Main Entrance: by itself, within 10 seconds")


def test_it_is_said_in_spanish_too(desk: Desk) -> None:
    """Whole, and no sentence twice in English."""
    give_out(desk, "Package Room", "Dana")
    client = desk.client("Ana")
    client.cookies["django_language"] = "es"
    page = desk.get("Ana", f"{desk.door('Package Room')}/codes")
    assert page.says(
        "Códigos dados para Package Room",
        "Se anula 1 código dado para Package Room.",
        "Los dio 1 persona, que recibe un aviso.",
        "Hasta que Package Room se actualice siguen sirviendo; como máximo, hasta",
        "No hay vuelta atrás: un código anulado no vuelve a servir.",
        "Anular estos códigos",
    )


@pytest.mark.rule("CODE-10")
def test_a_keypad_that_slowed_itself_down_is_said_on_its_doors_page(desk: Desk) -> None:
    """By the lock's own last word, and until it says otherwise."""
    door, lock = desk.door("Gym"), desk.house.activate("Gym", "LM000012")
    words = "The keypad slowed itself down after wrong codes. App, card and key work."
    for slowed in (True, False):
        desk.house.later(minutes=5)
        said = lock.telemetry(battery=64, t=int(desk.house.now.timestamp()), slowed=slowed)
        with unit_of_work():
            assert fleet_services.take_telemetry(data=said, now=desk.house.now).status == "taken"
        assert (words in desk.get("Ana", door).text) is slowed
