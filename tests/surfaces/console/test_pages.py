"""Who sees which page: the gate, the roles, and every page once."""

import re
from uuid import UUID

import pytest

from limen.access import queries as access
from tests.surfaces.console.desk import Desk, later
from tests.unit.fleet.house import House

MANAGERS = ("/c/", "/c/doors", "/c/updates", "/c/more", "/c/find", "/c/links")
PEOPLE = ("/c/people", "/c/people/invite", "/c/units", "/c/groups")
M27 = "We could not find that, or it is not yours to see."


def test_a_stranger_is_sent_to_the_sign_in_and_back(office: Desk) -> None:
    """Every page of the console asks who one is first."""
    for path in (*MANAGERS, *PEOPLE, "/c/import", office.door("Roof"), office.person("Dana"), f"/c/{office.house.property_id}/doors"):
        answer = office.get(None, path)
        assert (answer.status, answer.location) == (302, f"/signin?next={path}")


@pytest.mark.rule("PEOPLE-5")
def test_a_manager_without_a_second_factor_is_sent_to_set_one_up(office: Desk) -> None:
    """A password alone opens no page of the console."""
    office.staff("Lea", factor=False, access="full")
    for path in (*MANAGERS, *PEOPLE):
        answer = office.get("Lea", path)
        assert (answer.status, answer.location) == (302, "/account/2fa/")
    assert "The console needs a second proof that it is you." in office.client("Lea").get("/c/", follow=True).content.decode()


def test_a_resident_is_told_where_their_doors_are(office: Desk) -> None:
    """Who manages nothing gets a way on, not a riddle."""
    answer = office.get("Dana", "/c/")
    assert answer.status == 403
    assert answer.says("This account manages no property. Your doors are in the resident app.")


def test_ana_opens_every_page(office: Desk) -> None:
    """A portfolio manager does everything in the portfolio; one h1 a page, and a title."""
    for path in (*MANAGERS, *PEOPLE, "/c/import", "/c/history", "/c/doors/add", "/c/groups/add"):
        answer = office.get("Ana", path)
        assert answer.status == 200, path
        assert answer.html.count("<h1") == 1, path
        assert "<title></title>" not in answer.html


@pytest.mark.rule("PEOPLE-7")
def test_a_technicians_wallet_is_their_own(desk: Desk) -> None:
    """The page names whose it is: on a shared browser nobody carries with another manager's phone, and signing out empties this one."""
    for who in ("Ana", "Milo"):
        answer = desk.get(who, "/c/updates")
        assert f'<meta name="limen-person" content="{desk.house.people[who]}">' in answer.html
        assert re.search(r"<form[^>]*data-sign-out", answer.html)


def test_ana_opens_every_page_of_a_person_and_of_a_door(desk: Desk) -> None:
    """The pages behind the lists."""
    for end in ("", "/give", "/codes", "/check", "/pause", "/moveout"):
        assert desk.get("Ana", desk.person("Dana") + end).status == 200
    for end in ("", "/update", "/history", "/history?days=7", "/activate"):
        assert desk.get("Ana", desk.door("Roof") + end).status == 200
    for group in desk.groups.values():
        assert desk.get("Ana", f"/c/groups/{group}").status == 200
        assert desk.get("Ana", f"/c/groups/{group}/edit").status == 200
    assert desk.get("Ana", f"/c/units/{desk.house.units['4B']}").status == 200
    assert desk.get("Ana", f"/c/{desk.house.property_id}/people").status == 200


@pytest.mark.rule("PEOPLE-2")
def test_technicians_and_security_find_no_people(office: Desk) -> None:
    """Device management and security are not access management: people, units and groups are absent for them."""
    for who in ("Milo", "Sofia"):
        for path in (*PEOPLE, office.person("Dana"), office.person("Dana") + "/give", f"/c/groups/{office.groups['Roof deck']}"):
            answer = office.get(who, path)
            assert answer.status == 404
            assert answer.says(M27)
        assert "/c/people" not in office.get(who, "/c/").html
        for path in MANAGERS:
            assert office.get(who, path).status == 200


@pytest.mark.rule("PEOPLE-2")
def test_what_one_sees_and_may_not_change_names_who_can(desk: Desk) -> None:
    """A refusal says who could do it."""
    for who, path in (
        ("Ben", "/c/import"),
        ("Ben", "/c/groups/add"),
        ("Ben", "/c/doors/add"),
        ("Ben", desk.person("Dana") + "/pause"),
        ("Ben", desk.person("Dana") + "/moveout"),
        ("Milo", "/c/import"),
        ("Milo", desk.door("Roof") + "/activate"),
    ):
        answer = desk.get(who, path)
        assert answer.status == 403
        assert answer.says("You can see this, not change it. Ana Ruiz can.")
    answer = desk.get("Ben", desk.door("Roof") + "/update")
    assert answer.status == 403
    assert answer.says("You can see this, not change it. Milo Brandt and Ana Ruiz can.")


@pytest.mark.rule("PEOPLE-2")
def test_every_writing_address_refuses_who_may_not(office: Desk) -> None:
    """A form that was never shown is refused when it is sent anyway, and nothing changes."""
    residents = office.groups["Residents"]
    dana = office.person("Dana")
    for who, path, data, status in (
        ("Ben", dana + "/pause", {}, 403),
        ("Ben", dana + "/resume", {}, 403),
        ("Ben", dana + "/moveout", {"word": "4B"}, 403),
        ("Ben", dana + "/codes", {"do": "card", "uid": "04a1b2c3d4e5f6", "kind": "aes"}, 403),
        ("Ben", f"/c/groups/{residents}/edit", {"name": "Mine"}, 403),
        ("Ben", "/c/links", {"door": str(office.house.doors["Roof"])}, 403),
        ("Milo", dana + "/pause", {}, 404),
        ("Sofia", dana + "/moveout", {"word": "4B"}, 404),
        ("Milo", "/c/people/invite", {"first": "A", "last": "B"}, 404),
        ("Milo", "/c/import/run", {}, 403),
        ("Dana", dana + "/pause", {}, 403),
    ):
        assert office.post(who, path, data, follow=False).status == status, (who, path)
    assert office.get("Ana", dana).says("Residents", "Roof deck")


def test_another_building_is_absent(office: Desk) -> None:
    """What belongs to another property answers like what does not exist: same status, same sentence."""
    other = House.build(office.house.now)
    other.door("Unit 4C", "unit", unit="4C")
    other.door("Gym")
    other.person("Kim", unit="4C")
    nobody = UUID(int=7)
    for theirs in (
        f"/c/doors/{other.doors['Gym']}", f"/c/people/{other.people['Kim']}", f"/c/units/{other.units['4C']}", f"/c/{other.property_id}/",
        f"/c/doors/{nobody}", f"/c/people/{nobody}", f"/c/groups/{nobody}", f"/c/grants/{nobody}/end", f"/c/links/{nobody}", "/c/no-such-page",
    ):  # fmt: skip
        answer = office.get("Ana", theirs)
        assert answer.status == 404, theirs
        assert answer.says(M27)


def test_forms_without_their_token_do_nothing(office: Desk) -> None:
    """A form from somewhere else is refused (CSRF)."""
    from django.test import Client

    from limen.identity.models import User

    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(person_id=office.house.people["Ana"]))
    answer = client.post(office.person("Dana") + "/pause")
    assert answer.status_code == 403
    assert "This page is too old. Load it again; what you typed is not sent." in answer.content.decode()
    assert not office.get("Ana", office.person("Dana")).text.count("Paused")


def test_pages_carry_strict_headers_and_are_not_kept(office: Desk) -> None:
    """Nothing personal stays in a cache, and nothing foreign runs."""
    answer = office.get("Ana", "/c/people").raw
    assert answer["Cache-Control"] == "no-store"
    assert "script-src 'self' 'sha256-" in answer["Content-Security-Policy"]


def test_the_wrong_method_is_refused(office: Desk) -> None:
    """What writes is never a link."""
    for path in (office.person("Dana") + "/resume", "/c/import/run", "/c/place"):
        assert office.get("Ana", path).status == 405


def test_a_search_finds_without_accents_and_offers_what_is_near(office: Desk) -> None:
    """Typing wrong is no reason to find nothing."""
    assert office.get("Ana", "/c/doors", q="Rof").says('No door called "Rof".', "Did you mean Roof?")
    assert office.get("Ana", "/c/people", q="zzz").says('Nobody called "zzz".')
    assert office.get("Ana", "/c/people", q="dena exampel").says("Did you mean Dana Example?")
    assert office.get("Ana", "/c/find", q="dánà").says("Dana Example")
    assert "Dana Example" not in office.get("Sofia", "/c/find", q="dana").text
    assert office.get("Ana", "/c/find", q="dena exampel").says('Nothing called "dena exampel".', "Did you mean Dana Example?")
    assert office.get("Sofia", "/c/find", q="Rof").says("Did you mean Roof?")
    assert "Did you mean" not in office.get("Sofia", "/c/find", q="dena exampel").text


def test_the_console_speaks_spanish(desk: Desk) -> None:
    """The agreed Spanish of M01, M02, M03, M05 and M07; names of doors stay as they are."""
    answer = desk.get("Ana", "/c/", lang="es")
    assert 'lang="es"' in answer.html
    assert answer.says("sáb 21 nov, 14:02", "Hoy ninguna puerta necesita actualización.")
    desk.house.update("Package Room")
    grant = next(g for g in access.grants_of(desk.house.people["Dana"]) if g.group_name == "Residents")
    desk.post("Ana", f"/c/grants/{grant.id}/end")
    assert desk.get("Ana", "/c/").says(
        "Puertas por actualizar hoy: 1",
        "Acceso retirado. El código de Dana Example todavía abre Package Room hasta que alguien actualice esa puerta. Nada más le pone fin.",
    )
    assert desk.get("Ana", desk.door("Roof")).says("Al día. La cerradura lo confirmó hoy a las 14:02.")
    later(desk, days=1)
    assert desk.get("Ana", desk.door("Roof")).says("Al día. La cerradura lo confirmó el sáb 21 nov a las 14:02.")
    sends_only = "Solo envía cambios. No trae batería ni historial. La aplicación de residentes hace ambas cosas."
    assert desk.get("Ana", desk.door("Package Room") + "/update").says("Empezar, estoy en Package Room", sends_only)
    assert "Update" not in desk.get("Ana", desk.door("Package Room") + "/update").text


@pytest.mark.rule("SYNC-14")
def test_a_door_is_put_on_its_floor_and_the_round_says_when_people_passing_would_do(office: Desk) -> None:
    """A number, for who edits groups; anything else is told what to write and changes nothing."""
    said = office.post("Ana", f"{office.door('Gym')}/floor", {"floor": "-1"})
    assert said.status == 200
    assert 'value="-1"' in said.html
    for wrong in ("cellar", "", "1000", "²"):
        assert office.post("Ana", f"{office.door('Gym')}/floor", {"floor": wrong}, follow=False).status in {400, 409, 422}
    assert 'value="-1"' in office.get("Ana", office.door("Gym")).html
    assert office.post(None, f"{office.door('Gym')}/floor", {"floor": "2"}, follow=False).status in {302, 403, 404}
    assert 'value="-1"' in office.get("Ana", office.door("Gym")).html


def test_a_refusal_stands_on_the_page_in_the_readers_language(office: Desk) -> None:
    """Its sentence is the room's; what differs from time to time stands in it as it was typed."""
    taken = office.post("Ana", "/c/doors/add?lang=es", {"name": "Roof", "kind": "common"})
    assert taken.status == 422 and taken.says('Ya hay una puerta "Roof", o una con este número de serie.')


def test_the_page_of_an_activation_has_words_for_what_the_lock_answers(desk: Desk) -> None:
    """The lock says "battery"; nobody reads that word."""
    page = desk.get("Ana", desk.door("Roof") + "/activate")
    section = page.html.partition('data-when="reason-battery"')[2].partition("</section>")[0]
    assert "Battery under 20 %. Activation needs 20 %: put in fresh ones." in section
    assert '<p data-fill="said"></p>' in page.html
