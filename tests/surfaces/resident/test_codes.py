"""Codes: asked for one by one, given away once, taken back never."""

import json
import logging
from datetime import timedelta

import pytest
from django.test import Client

from limen.access import queries as access
from limen.credentials import services as credentials
from limen.fleet import queries as fleet
from limen.journal import queries as journal
from limen.notices import queries as notices
from limen.people import queries as people
from limen.storage import outbox
from limen.storage.transactions import unit_of_work
from tests.surfaces.resident.conftest import Home

Body = dict[str, object]


def post(browser: Client, path: str, body: Body | None = None, status: int = 200) -> Body:
    answer = browser.post(path, json.dumps(body or {}), content_type="application/json")
    assert answer.status_code == status, answer.content
    said: Body = answer.json()
    return said


@pytest.mark.rule("CODE-11")
@pytest.mark.rule("CODE-1")
def test_a_code_is_shown_to_its_owner_journaled_and_written_nowhere(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """The canary: the digits are in the one answer, and in no log line and no journal entry."""
    door = home.door("Unit 4B")
    with unit_of_work():
        digits = credentials.permanent_digits(person_id=home.harbor.people["dana"], door_id=door)
    with caplog.at_level(logging.DEBUG):
        shown = post(home.browser("dana"), f"/home/api/codes/{door}/show")
    assert shown["digits"] == digits and "".join(shown["groups"]) == digits  # type: ignore[arg-type]
    assert digits not in caplog.text
    entries = journal.entries(property_id=home.harbor.property_id)
    assert any(entry.verb == "doorcode.shown" for entry in entries)
    assert digits not in repr(entries)


def test_the_answer_with_digits_is_kept_by_no_cache(home: Home) -> None:
    """Neither browser nor proxy may keep it."""
    answer = home.browser("dana").post(f"/home/api/codes/{home.door('Unit 4B')}/show", "{}", content_type="application/json")
    assert answer["Cache-Control"] == "no-store"


def test_codes_of_others_and_of_absent_doors_are_not_there(home: Home) -> None:
    """Dana asks for a door of Kim's, for one without codes, and for one that does not exist."""
    browser = home.browser("dana")
    for door in (home.door("Unit 4C"), home.door("Gym"), "00000000-0000-4000-8000-000000000000"):
        post(browser, f"/home/api/codes/{door}/show", status=404)
        post(browser, f"/home/api/codes/{door}/reset", status=404 if door != home.door("Gym") else 403)


@pytest.mark.rule("CODE-3")
def test_only_the_code_of_the_own_unit_door_can_be_reset_and_the_screen_says_from_when(home: Home) -> None:
    """M22; codes of other doors are the property team's."""
    home.lock("Unit 4B")
    browser = home.browser("dana")
    before = post(browser, f"/home/api/codes/{home.door('Unit 4B')}/show")["digits"]
    said = post(browser, f"/home/api/codes/{home.door('Unit 4B')}/reset")
    assert said["sentence"] == "The new code works after this door is updated. Until then the old one works."
    assert post(browser, f"/home/api/codes/{home.door('Unit 4B')}/show")["digits"] != before
    assert post(browser, f"/home/api/codes/{home.door('Package Room')}/reset", status=403)["title"] == "The property team changes this one."


def test_showing_codes_again_and_again_is_limited(home: Home) -> None:
    """30 in ten minutes are more than anybody needs."""
    browser, path = home.browser("dana"), f"/home/api/codes/{home.door('Unit 4B')}/show"
    for _ in range(30):
        post(browser, path)
    post(browser, path, status=429)


@pytest.mark.rule("CODE-4")
@pytest.mark.rule("CODE-6")
def test_a_code_for_a_guest_is_told_once_and_cannot_be_ended(home: Home) -> None:
    """M18 above the button, the digits in one answer, M19 to who wants to end it (invariant 51)."""
    home.lock("Package Room")
    browser = home.browser("dana")
    page = browser.get("/home/guests/code").content.decode()
    warned = "This code cannot be taken back once you share it. To be able to end access, invite your guest to the app."
    assert page.index(warned) < page.index("Make the code</button>")
    made = post(browser, "/home/api/guests/code", {"door": str(home.door("Package Room")), "kind": "daily", "label": "Plumber"}, status=201)
    assert made["sentence"] == "Package Room, until the end of today (Sat 21 Nov)."
    listed = browser.get("/home/guests").content.decode()
    assert "Plumber" in listed and str(made["digits"]) not in listed
    no = post(browser, f"/home/api/guests/code/{made['id']}/end", status=409)
    assert str(no["type"]).endswith("temporary_doorcode_cannot_be_revoked")
    assert no["title"] == (
        "This code cannot be taken back. It ends by itself at the end of today (Sat 21 Nov). Next time, invite your guest to the app: that you can end."
    )
    assert str(no["title"]) in listed
    post(home.browser("theo"), f"/home/api/guests/code/{made['id']}/end", status=404)


def test_a_lost_answer_is_asked_for_again_and_no_second_code_is_made(home: Home) -> None:
    """The page names its wish; the words for a lost answer stand on it. Without a key every question makes a code."""
    home.lock("Package Room")
    browser = home.browser("dana")
    page = browser.get("/home/guests/code").content.decode()
    assert "We got no answer, so we do not know if it was done. Trying again is safe: it cannot happen twice." in page
    wish: Body = {
        "door": str(home.door("Package Room")),
        "kind": "daily",
        "label": "Plumber",
        "key": "6f1c1c1e-52a5-4d0b-9d8e-0b8f0e6a1b11",
    }
    first = post(browser, "/home/api/guests/code", wish, status=201)
    assert post(browser, "/home/api/guests/code", wish, status=201) == first
    assert browser.get("/home/guests").content.decode().count("Plumber") == 1
    other = post(browser, "/home/api/guests/code", wish | {"key": None}, status=201)
    assert other["digits"] != first["digits"]
    post(browser, "/home/api/guests/code", wish | {"key": "x"}, status=400)


@pytest.mark.rule("CODE-8")
def test_a_code_is_sent_by_one_way_only_and_its_digits_stand_in_that_mail_alone(home: Home) -> None:
    """By e-mail; then neither again nor by text."""
    home.lock("Package Room")
    browser = home.browser("dana")
    made = post(
        browser, "/home/api/guests/code", {"door": str(home.door("Package Room")), "kind": "24_hour", "label": "Plumber"}, status=201
    )
    path = f"/home/api/guests/code/{made['id']}/send"
    post(browser, path, {"way": "email", "to": "no address"}, status=400)
    post(home.browser("theo"), path, {"way": "email", "to": "x@example.org"}, status=404)
    post(browser, path, {"way": "email", "to": "plumber@example.org"})
    post(browser, path, {"way": "text", "to": "+1 212 555 0199"}, status=409)
    outbox.settle(home.clock.at)
    letters = [letter for letter in notices.mailbox() if letter.to == "plumber@example.org"]
    assert len(letters) == 1 and str(made["digits"]) in letters[0].body and str(made["digits"]) not in letters[0].subject


@pytest.mark.rule("CODE-8")
def test_who_opens_the_door_already_gets_no_code_and_strangers_learn_nothing(home: Home) -> None:
    """Of the own household the maker hears why; of a neighbour nothing is said, the code is made."""
    home.lock("Package Room")
    home.browser("theo")
    browser = home.browser("dana")
    body: Body = {"door": str(home.door("Package Room")), "kind": "daily"}
    no = post(browser, "/home/api/guests/code", body | {"label": "theo@example.org"}, status=409)
    assert no["title"] == "theo@example.org opens the Package Room already, so no code was made."
    post(browser, "/home/api/guests/code", body | {"label": "kim@example.org"}, status=201)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"door": "x", "kind": "daily"},
        {"kind": "daily"},
        {"door": 7, "kind": "daily"},
        {"door": None, "kind": None},
        {"label": "x" * 1000},
    ],
)
def test_hostile_questions_are_answered_with_a_problem(home: Home, body: Body) -> None:
    """Never with an error of ours."""
    browser = home.browser("dana")
    answer = browser.post("/home/api/guests/code", json.dumps(body), content_type="application/json")
    assert answer.status_code in {400, 404} and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("text", ["[]", "{", "null", "[" * 5000, '"x"'])
def test_what_is_no_object_is_refused(home: Home, text: str) -> None:
    """Lists, torn JSON, deep nests."""
    answer = home.browser("dana").post("/home/api/guests/code", text, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.rule("ACCESS-7")
@pytest.mark.rule("ACCESS-8")
def test_a_guest_is_invited_door_by_door_and_ended(home: Home) -> None:
    """Partial is said door by door; who is ended is told until when the app may still open."""
    browser = home.browser("dana")
    form = {"first": "Ines", "last": "Calder", "email": "ines@example.org", "doors": [str(home.door("Unit 4B")), str(home.door("Gym"))]}
    page = browser.post("/home/guests/invite", form).content.decode()
    assert "Done at 1 of 2 doors. Not done: Gym, it may not be shared." in page
    assert "not in the app yet" in browser.get("/home/guests").content.decode()
    grant = access.guests_of(home.harbor.people["dana"], home.clock.at)[0]
    assert home.browser("theo").post(f"/home/guests/{grant.id}/end").status_code == 404
    assert browser.post(f"/home/guests/{grant.id}/end").status_code == 302
    assert access.guests_of(home.harbor.people["dana"], home.clock.at) == ()


def test_an_end_before_the_start_stands_beside_its_field(home: Home) -> None:
    """And nothing is done."""
    browser = home.browser("dana")
    form = {
        "first": "Ines",
        "last": "Calder",
        "email": "ines@example.org",
        "doors": [str(home.door("Unit 4B"))],
        "starts": "2026-12-02T10:00",
        "ends": "2026-12-01T10:00",
    }
    answer = browser.post("/home/guests/invite", form)
    assert answer.status_code == 422 and "The end is before the start." in answer.content.decode()
    assert access.guests_of(home.harbor.people["dana"], home.clock.at + timedelta(days=30)) == ()


def test_an_address_known_elsewhere_answers_with_the_name_that_was_typed(home: Home) -> None:
    """Whoever types a neighbour's address learns neither that it is known nor whose it is."""
    browser = home.browser("dana")
    form = {"first": "Someone", "last": "Else", "email": "gus@example.org", "doors": [str(home.door("Unit 4B"))]}
    theirs = people.person_view(home.harbor.people["gus"])
    assert theirs.email == "gus@example.org"
    browser.post("/home/guests/invite", form)
    page = browser.get("/home/guests").content.decode()
    listed = json.dumps(browser.get("/home/api/guests").json())
    for shown in (page, listed):
        assert "Someone" in shown
        assert theirs.first not in shown
        assert theirs.last not in shown


@pytest.mark.rule("LOCK-14")
def test_a_second_code_is_a_choice_of_ones_own(home: Home) -> None:
    """Off first; on shows a row per door without digits; asked for they come once more each time; no history of the home tells."""
    browser, door = home.browser("dana"), home.door("Unit 4B")
    assert "It is evidence, not an alarm." in browser.get("/home/me/second").content.decode()
    post(browser, f"/home/api/codes/{door}/second", status=404)
    assert browser.post("/home/me/second", {"choice": "on"}).status_code == 302
    shown = post(browser, f"/home/api/codes/{door}/second")
    page = browser.get("/home/me/second").content.decode()
    assert "Show the second code for Unit 4B" in page
    assert str(shown["digits"]) not in page
    assert shown["digits"] != post(browser, f"/home/api/codes/{door}/show")["digits"]
    browser.post("/home/me/second", {"choice": "off"})
    post(browser, f"/home/api/codes/{door}/second", status=404)


@pytest.mark.rule("CODE-14")
def test_one_code_for_all_common_doors_is_a_choice_of_ones_own(home: Home) -> None:
    """The page says what it costs before and what it is after; the same digits are shown at each common door."""
    browser, doors = home.browser("dana"), [home.door("Package Room"), home.door("Main Entrance")]
    assert "Who sees you type it at one door can use it at all of them." in browser.get("/home/codes").content.decode()
    assert browser.post("/home/codes", {"choice": "one"}).status_code == 302
    assert "You have one code for all common doors." in browser.get("/home/codes").content.decode()
    assert len({str(post(browser, f"/home/api/codes/{door}/show")["digits"]) for door in doors}) == 1
    browser.post("/home/codes", {"choice": "each"})
    assert len({str(post(browser, f"/home/api/codes/{door}/show")["digits"]) for door in doors}) == 2


@pytest.mark.rule("CODE-14", "LOCK-14")
@pytest.mark.parametrize(("path", "words"), [("/home/codes", ("one", "each")), ("/home/me/second", ("on", "off"))])
def test_nobody_wears_out_locks_by_changing_their_mind(home: Home, path: str, words: tuple[str, str]) -> None:
    """Each change is a new list at every such door, written into the lock's flash and walked to by staff: five an hour, then 429."""
    home.lock("Main Entrance", "LM000002")
    before = fleet.door_state(home.door("Main Entrance"), home.clock.at).current
    browser = home.browser("dana")
    told = [browser.post(path, {"choice": words[n % 2]}).status_code for n in range(12)]
    assert told == [302] * 5 + [429] * 7
    assert 0 < fleet.door_state(home.door("Main Entrance"), home.clock.at).current - before <= 5
