"""Every page of the app: who gets it, what it never holds."""

from uuid import uuid4

import pytest
from django.test import Client

from limen.credentials import services as credentials
from limen.places import queries as places
from limen.storage.transactions import unit_of_work
from tests.surfaces.resident.conftest import Home, browser_of

PAGES = ["/home/", "/home/codes", "/home/guests", "/home/guests/invite", "/home/guests/code", "/home/history", "/home/history?list=mine",
         "/home/calls", "/home/me", "/home/me/intercom", "/home/me/phones", "/home/carry", "/home/help", "/home/no-signal"]  # fmt: skip
QUESTIONS = ["/home/api/state", "/home/api/phones", "/home/api/guests", "/home/api/intercom"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_opens_for_a_resident(home: Home, path: str, language: str) -> None:
    """In both languages."""
    browser = home.browser("dana")
    answer = browser.get(path, {**dict(p.split("=") for p in path.partition("?")[2].split("&") if p), "lang": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_sent_to_the_sign_in_and_newcomers_to_the_policy(home: Home, path: str) -> None:
    """Nothing of a page is seen before."""
    assert Client().get(path)["Location"].startswith("/signin?next=")
    assert browser_of(home.harbor, "kim", agreed=False).get(path)["Location"] == "/home/consent"


@pytest.mark.parametrize("path", QUESTIONS)
def test_the_interface_answers_strangers_with_problem_details(home: Home, path: str) -> None:
    """401 for nobody, 403 before the policy was agreed to; never a page."""
    answer = Client().get(path)
    assert answer.status_code == 401 and answer["Content-Type"] == "application/problem+json"
    if path != "/home/api/phones":
        assert browser_of(home.harbor, "kim", agreed=False).get(path).status_code == 403


@pytest.mark.rule("PEOPLE-6")
def test_no_group_name_and_no_other_person_is_on_the_door_list(home: Home) -> None:
    """Residents see door names (ACCESS-1)."""
    page = home.browser("dana").get("/home/").content.decode()
    assert "Unit 4B" in page and "Gym" in page
    assert "Residents 4B" not in page and "Theo" not in page and "Unit 4C" not in page


@pytest.mark.rule("PRIVACY-1")
def test_history_says_how_long_it_is_kept(home: Home) -> None:
    """At one's own door, and of one's own ways through every kind of door; in both languages."""
    browser = home.browser("dana")
    assert "Kept until Tue 21 Nov 2028, then deleted." in browser.get("/home/history?lang=en").content.decode()
    assert "Kept until Tue 21 Nov 2028, then deleted or made nameless." in browser.get("/home/history?list=mine&lang=en").content.decode()
    assert "Se guarda hasta el mar 21 nov 2028 y después se borra." in browser.get("/home/history?lang=es").content.decode()


@pytest.mark.parametrize("path", ["/home/doors/{}", "/home/doors/{}/update"])
def test_a_door_of_others_and_an_absent_one_look_alike(home: Home, path: str) -> None:
    """M27: same page, same status."""
    browser = home.browser("dana")
    foreign, absent = browser.get(path.format(home.door("Unit 4C"))), browser.get(path.format(uuid4()))
    assert foreign.status_code == absent.status_code == 404
    assert without_ids(foreign.content.decode()) == without_ids(absent.content.decode())


@pytest.mark.rule("CODE-11")
def test_no_page_holds_the_digits_of_a_code_before_they_were_asked_for(home: Home) -> None:
    """The canary: Dana's real digits are in no page, not even on the page of codes."""
    door = home.door("Unit 4B")
    with unit_of_work():
        digits = credentials.permanent_digits(person_id=home.harbor.people["dana"], door_id=door)
    browser = home.browser("dana")
    for path in [*PAGES, f"/home/doors/{door}"]:
        assert digits not in browser.get(path).content.decode()


def without_ids(page: str) -> str:
    """What differs between two loads of the same page: tokens."""
    return "\n".join(line for line in page.splitlines() if "csrf" not in line)


@pytest.mark.rule("SYNC-13")
def test_a_household_excludes_its_own_door_from_others_phones_and_no_other(home: Home) -> None:
    """The switch names the household's door alone; another's door is not there for it, held or not."""
    browser, mine = home.browser("dana"), home.door("Unit 4B")
    page = browser.get("/home/carry").content.decode()
    assert "Phones of others in the building bring sealed updates to Unit 4B" in page
    assert "Main Entrance" not in page and "Unit 4C" not in page
    assert all(f'data-when="{state}"' in page for state in ("bluetooth_off", "no_lock_chosen", "out_of_reach", "unsupported"))
    assert browser.post("/home/carry", {"door": str(mine), "others": "no"})["Location"] == "/home/carry"
    assert places.door_view(mine).carried_by_others is False
    assert "Phones of others bring nothing to Unit 4B" in browser.get("/home/carry").content.decode()
    browser.post("/home/carry", {"door": str(mine), "others": "yes"})
    assert places.door_view(mine).carried_by_others is True
    for name in ("Unit 4C", "Main Entrance"):
        assert browser.post("/home/carry", {"door": str(home.door(name)), "others": "no"}).status_code == 404
        assert places.door_view(home.door(name)).carried_by_others is True
    assert browser.post("/home/carry", {"door": "nothing"}).status_code == 404
