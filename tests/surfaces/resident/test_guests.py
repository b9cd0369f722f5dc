"""Inviting a guest: what does not go, and until when it would."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from limen.access import queries as access
from limen.fleet import queries as fleet
from limen.storage.transactions import unit_of_work
from tests.surfaces.resident.conftest import Home


@pytest.mark.rule("ACCESS-7")
def test_whose_own_access_ends_reads_when_before_choosing_an_end(home: Home) -> None:
    """A guest cannot stay longer than the host: the date is said, in the page and to apps, in both languages; without an end of one's own all goes."""
    home.harbor.group("Roof deck", "Roof")
    home.harbor.give("dana", "Roof deck", ends=home.clock.at + timedelta(days=9), now=home.clock.at)
    roof, browser = str(home.door("Roof")), home.browser("dana")
    asked = {"first": "Ines", "last": "Lobo", "email": "ines@example.org"}
    said = browser.post("/home/guests/invite?lang=en", asked | {"doors": [roof]}).content.decode()
    assert "Your own access to Roof ends Mon 30 Nov 14:02. Choose an end before that." in said
    body = json.dumps(asked | {"doors": [roof], "starts": None, "ends": None})
    result = browser.post("/home/api/guests?lang=es", body, content_type="application/json").json()["results"]
    assert result[0]["reason"] == "Su propio acceso a Roof termina el lun 30 nov a las 14:02. Elija un final anterior."
    assert not result[0]["ok"] and result[0]["type"] == "outside_your_own"
    home_door = str(home.door("Unit 4B"))
    assert "Invited." in browser.post("/home/guests/invite?lang=en", asked | {"doors": [home_door]}).content.decode()


ASKED = {"first": "Ines", "last": "Lobo-Sáenz", "email": "ines@example.org", "starts": "2026-11-22T09:00", "ends": "2026-12-24T18:30"}


def typed(page: str) -> dict[str, list[str]]:
    """What stands in the fields of the form on a page, ticked or written."""
    form = next(form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="first"' in form)
    found: dict[str, list[str]] = {}
    for field in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', field))
        if said.get("type") != "checkbox" or " checked" in field:
            found.setdefault(said.get("name", ""), []).append(unescape(said.get("value", "")))
    found.pop("csrfmiddlewaretoken", None)
    return found


def asks(browser: Client, *doors: str) -> str:
    """An invitation, and the page that answers it."""
    page: str = browser.post("/home/guests/invite?lang=en", ASKED | {"doors": list(doors)}).content.decode()
    return page


@pytest.mark.rule("ACCESS-7")
def test_a_refused_invitation_keeps_all_that_was_typed_and_says_what_to_change(home: Home) -> None:
    """Beside the field that would mend it, summed up on top; with that field changed and nothing typed anew the guest is invited."""
    home.harbor.group("Roof deck", "Roof")
    home.harbor.give("dana", "Roof deck", ends=home.clock.at + timedelta(days=9), now=home.clock.at)
    roof, browser = str(home.door("Roof")), home.browser("dana")
    page = asks(browser, roof)
    assert "<title>Error: Invite a guest" in page and "There is a problem" in page
    assert typed(page) == {name: [value] for name, value in ASKED.items()} | {"doors": [roof]}
    assert re.search(r'href="#id_ends">\s*Your own access to Roof ends Mon 30 Nov 14:02\. Choose an end before that\.', page)
    mended = typed(page) | {"ends": ["2026-11-29T12:00"]}
    assert "Ines is invited" in browser.post("/home/guests/invite?lang=en", mended).content.decode()


@pytest.mark.rule("ACCESS-7")
def test_what_was_done_at_some_doors_is_tried_again_at_the_others_alone(home: Home) -> None:
    """J10: the sharing of one was taken away meanwhile; the next try is one tap, and as long as it may not be shared the form says so."""
    home.harbor.group("Roof deck", "Roof")
    home.harbor.give("dana", "Roof deck", may_share=False, now=home.clock.at)
    roof, unit, browser = str(home.door("Roof")), str(home.door("Unit 4B")), home.browser("dana")
    page = asks(browser, unit, roof)
    assert "Done at 1 of 2 doors. Not done: Roof, it may not be shared." in page
    again = typed(page)
    assert again == {name: [value] for name, value in ASKED.items()} | {"doors": [roof]} and "Try Roof again" in page
    refused = browser.post("/home/guests/invite?lang=en", again).content.decode()
    assert typed(refused) == again and re.search(r'href="#id_doors">\s*Roof, it may not be shared\.', refused)
    home.harbor.give("dana", "Roof deck", now=home.clock.at)
    assert "Invited. A mail is on its way." in browser.post("/home/guests/invite?lang=en", again).content.decode()


@pytest.mark.rule("ACCESS-8")
def test_who_ended_a_guest_reads_that_it_is_done_and_for_whom(home: Home) -> None:
    """Once, with the focus on it; where the guest's app may still open a door, that it stands below (ACCESS-13)."""
    home.lock("Unit 4B")
    guest, browser = home.harbor.guest("dana", "Unit 4B"), home.browser("dana")
    home.harbor.people["ines"] = guest
    phone = home.harbor.phone("ines", seed=3)
    with unit_of_work():
        fleet.inbox(guest, phone.id, "resident", home.clock.at)
    (grant,) = access.guests_of(home.harbor.people["dana"], home.clock.at)
    answer = browser.post(f"/home/guests/{grant.id}/end?lang=en", follow=True).content.decode()
    notice = re.search(r'<p class="notice"[^>]*autofocus>(.*?)</p>', answer)
    assert notice is not None and notice[1] == "Access ended for Ines Pires. Below is what still opens until its door is updated."
    assert "Ines Pires&#x27;s app still opens Unit 4B until that door is updated, at most until " in answer
    assert "Access ended for" not in browser.get("/home/guests?lang=en").content.decode()


@pytest.mark.rule("ACCESS-8")
@pytest.mark.rule("ACCESS-13")
def test_an_app_that_ends_a_guest_is_told_in_the_same_answer_what_still_opens(home: Home) -> None:
    """The doors' lists change before the answer is made; a guest of somebody else is not there."""
    home.lock("Unit 4B")
    guest, browser = home.harbor.guest("dana", "Unit 4B"), home.browser("dana")
    home.harbor.people["ines"] = guest
    phone = home.harbor.phone("ines", seed=3)
    with unit_of_work():
        fleet.inbox(guest, phone.id, "resident", home.clock.at)
    (grant,) = access.guests_of(home.harbor.people["dana"], home.clock.at)
    address = f"/home/api/guests/{grant.id}/end?lang=en"
    assert home.browser("theo").post(address, "{}", content_type="application/json").status_code == 404
    answer = browser.post(address, "{}", content_type="application/json").json()
    (said,) = answer["still_opens"]
    assert said.startswith("Ines Pires's app still opens Unit 4B until that door is updated, at most until ")
