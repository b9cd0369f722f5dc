"""Phones: registered by key, proved by token or session, removed from anywhere."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from limen.fleet import queries as fleet
from limen.fleet import services as locks
from limen.identity import queries as identity
from limen.identity import rules
from limen.storage.transactions import unit_of_work
from limen.wire.envelope import SoftSigner
from limen.wire.receipts import TrustedTime
from tests.surfaces.resident.conftest import Home


def key(number: int) -> str:
    """A phone's public key as the app sends it."""
    public = SoftSigner.from_scalar(number.to_bytes(32, "big")).public
    return base64.urlsafe_b64encode(public).rstrip(b"=").decode()


def register(browser: Client, number: int = 7, platform: str = "browser", **more: object) -> tuple[int, dict[str, str]]:
    body = {"public_key": key(number), "platform": platform, "name": "Kitchen tablet"} | more
    answer = browser.post("/home/api/phones", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def leave(browser: Client, phone: str) -> int:
    """What a page says once its key is gone; the status of the answer."""
    return browser.post(f"/home/api/phones/{phone}/left", "{}", content_type="application/json").status_code


def test_a_browser_is_registered_once_and_gets_no_token(home: Home) -> None:
    """The same key again is the same phone."""
    browser = home.browser("dana")
    status, first = register(browser)
    assert status == 201 and "token" not in first
    assert register(browser)[1]["id"] == first["id"]
    assert [phone["name"] for phone in browser.get("/home/api/phones").json()["phones"]] == ["Kitchen tablet"]


@pytest.mark.rule("PEOPLE-7")
def test_a_native_phone_asks_by_its_token_until_it_is_removed(home: Home) -> None:
    """No session, no cookie; after the removal 410 says why, and another token is nobody's."""
    dana = home.browser("dana")
    _status, made = register(dana, 8, "native")
    phone = Client(headers={"Authorization": f"Bearer {made['token']}"})
    assert phone.get("/home/api/state").json()["person"]["name"] == "Dana Whitfield"
    assert dana.post(f"/home/me/phones/{made['id']}/remove").status_code == 302
    gone = phone.get("/home/api/state")
    assert gone.status_code == 410 and gone.json()["type"].endswith("phone-removed")
    assert "Removed. It gets nothing new." in dana.get("/home/me/phones").content.decode()
    assert Client(headers={"Authorization": "Bearer nobody"}).get("/home/api/state").status_code == 410
    assert Client(headers={"Authorization": "Basic eDp5"}).get("/home/api/state").status_code == 401


@pytest.mark.rule("PEOPLE-7")
def test_a_stolen_phone_leaves_no_other_phone_behind_and_takes_none_along(home: Home) -> None:
    """Its token registers its own key again and removes itself; a second key, which would outlive its removal, and Dana's other phone are not its to touch."""
    dana = home.browser("dana")
    _status, tablet = register(dana, 7)
    _status, stolen = register(dana, 8, "native")
    thief = Client(headers={"Authorization": f"Bearer {stolen['token']}"})
    for number, platform in ((9, "native"), (9, "browser")):
        status, said = register(thief, number, platform)
        assert status == 403 and said["type"].endswith("not_allowed"), said
    assert thief.delete(f"/home/api/phones/{tablet['id']}").status_code == 403
    assert register(thief, 8, "native")[1]["id"] == stolen["id"]
    assert dana.post(f"/home/me/phones/{stolen['id']}/remove").status_code == 302
    assert [str(phone.id) for phone in identity.phones(home.harbor.people["dana"])] == [tablet["id"]]


@pytest.mark.rule("PEOPLE-7")
def test_a_phone_may_end_itself_by_its_token(home: Home) -> None:
    """What `limen phone` says when it is emptied."""
    _status, made = register(home.browser("dana"), 8, "native")
    own = Client(headers={"Authorization": f"Bearer {made['token']}"})
    assert own.delete(f"/home/api/phones/{made['id']}").status_code == 200
    assert identity.phones(home.harbor.people["dana"]) == ()


@pytest.mark.rule("PEOPLE-7")
def test_a_browser_that_was_signed_out_of_makes_room_for_the_next(home: Home) -> None:
    """Who signs out each time is a phone for the fiftieth time; what was signed out of gets nothing, and can be removed as long as a lease may last."""
    dana = home.browser("dana")
    for number in range(11, 11 + rules.PHONES_MAX):
        status, made = register(dana, number)
        assert status == 201
        assert leave(dana, made["id"]) == 200
    assert identity.phones(home.harbor.people["dana"]) == () and not identity.has_app(home.harbor.people["dana"])
    status, again = register(dana, 11)
    assert status == 409 and again["type"].endswith("phone_removed"), "its key is gone, whoever shows it now"
    assert register(dana, 30)[0] == 201
    page = dana.get("/home/me/phones").content.decode()
    assert page.count("Not you? Remove it.") == rules.PHONES_MAX
    assert dana.post(f"/home/me/phones/{made['id']}/remove").status_code == 302
    later = identity.removable_phones(home.harbor.people["dana"], datetime.now(UTC) + rules.LEFT_PHONE_STAYS + timedelta(minutes=1))
    assert [phone.left_at for phone in later] == [None]


@pytest.mark.rule("PEOPLE-7")
def test_nobody_signs_the_phone_of_somebody_else_out(home: Home) -> None:
    """A stranger's is not there, and a stolen phone says it of itself alone."""
    dana, theo = home.browser("dana"), home.browser("theo")
    _status, tablet = register(dana)
    _status, stolen = register(dana, 8, "native")
    assert leave(theo, tablet["id"]) == 404
    thief = Client(headers={"Authorization": f"Bearer {stolen['token']}"})
    assert leave(thief, tablet["id"]) == 403
    assert leave(thief, stolen["id"]) == 200
    assert thief.get("/home/api/state").status_code == 410
    assert [str(phone.id) for phone in identity.phones(home.harbor.people["dana"])] == [tablet["id"]]


@pytest.mark.rule("PEOPLE-7")
def test_nobody_removes_the_phone_of_somebody_else(home: Home) -> None:
    """By page or interface it is not there."""
    _status, made = register(home.browser("dana"))
    theo = home.browser("theo")
    assert theo.delete(f"/home/api/phones/{made['id']}").status_code == 404
    assert theo.post(f"/home/me/phones/{made['id']}/remove").status_code == 404
    assert len(identity.phones(home.harbor.people["dana"])) == 1


def removed(home: Home, *clocks: TrustedTime) -> str:
    """What Dana reads after removing her phone, which carries leases for doors whose locks last said this of their clocks."""
    browser, dana = home.browser("dana"), home.harbor.people["dana"]
    for place, (name, clock) in enumerate(zip(("Gym", "Package Room", "Unit 4B"), clocks, strict=False)):
        lock = home.lock(name, f"LM00000{place + 1}")
        with unit_of_work():
            locks.take_receipt(data=lock.receipt(full=True, tstate=clock), now=home.clock.at)
    _status, made = register(browser)
    with unit_of_work():
        fleet.inbox(dana, UUID(made["id"]), "resident", home.clock.at)
    home.clock.at += timedelta(minutes=5)
    assert browser.post(f"/home/me/phones/{made['id']}/remove").status_code == 302
    page = unescape(browser.get("/home/me/phones", {"lang": "en"}).content.decode())
    return page.partition("Removed. It gets nothing new. ")[2].partition("</p>")[0]


@pytest.mark.rule("PEOPLE-7")
@pytest.mark.rule("ACCESS-13")
def test_a_removed_phone_is_said_to_open_also_where_only_an_update_ends_it(home: Home) -> None:
    """A lock that lost its clock knows no end: its door counts and is named, and no date is promised for it; the others keep theirs."""
    good, lost = TrustedTime.GOOD, TrustedTime.LOST
    said = removed(home, good, lost, lost)
    assert re.fullmatch(
        r"It may still open 3 doors until they are updated\. Nothing else ends it at Package Room, Unit 4B\. "
        r"Elsewhere at most until Sun 22 Nov [0-9:]+\.",
        said,
    ), said


@pytest.mark.rule("PEOPLE-7")
@pytest.mark.rule("ACCESS-13")
@pytest.mark.parametrize(
    ("clocks", "says"),
    [
        ("gg", r"It may still open 2 doors until they are updated, at most until Sun 22 Nov [0-9:]+\."),
        ("l", r"It may still open 1 door until it is updated\. Nothing else ends it at Gym\."),
        ("", ""),
    ],
)
def test_what_a_removed_phone_may_still_open_has_its_ends(home: Home, clocks: str, says: str) -> None:
    """One date for all where each has one, none where none has; nothing is said where it opened nothing."""
    said = removed(home, *(TrustedTime.GOOD if clock == "g" else TrustedTime.LOST for clock in clocks))
    assert re.fullmatch(says, said), said


def test_a_session_without_the_token_of_our_own_pages_changes_nothing(home: Home) -> None:
    """A form on another site cannot speak for Dana; a native phone's token is no cookie and needs none."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = home.browser("dana").cookies
    status, said = register(strict)
    assert status == 403 and said["type"].endswith("form_too_old")
    assert identity.phones(home.harbor.people["dana"]) == ()


@pytest.mark.parametrize(
    "more",
    [{"public_key": "x"}, {"public_key": "A" * 44}, {"public_key": 5}, {"platform": "toaster"}, {"name": ["x"]}, {"name": "x" * 500}],
)
def test_a_bad_key_platform_or_name_is_refused(home: Home, more: dict[str, Any]) -> None:
    """Each with problem details."""
    status, said = register(home.browser("dana"), 9, **more)
    assert status == 400 and said["type"].startswith("about:limen/")


def test_managers_register_a_phone_without_the_residents_policy(home: Home) -> None:
    """Milo updates doors with a phone of his own; the app itself still asks him first."""
    from tests.surfaces.resident.conftest import browser_of

    ana = browser_of(home.harbor, "ana", agreed=False)
    assert register(ana)[0] == 201
    assert ana.get("/home/api/state").status_code == 403


@pytest.mark.rule("PEOPLE-5")
def test_sessions_are_listed_and_ended_one_by_one(home: Home) -> None:
    """Who came by invitation sees that session; another one's cannot be ended."""
    from tests.cast import PASSWORD
    from tests.surfaces.resident.test_joining import invited

    link, browser = invited(home, "kim"), Client()
    browser.post(link, {"password": PASSWORD})
    browser.post("/home/consent", {"choice": "agree"})
    assert "here" in browser.get("/home/me/phones").content.decode()
    assert home.browser("dana").post("/home/me/sessions/1/end").status_code == 404
