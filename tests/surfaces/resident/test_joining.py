"""From an invitation to the doors, and the policy before anything else."""

from datetime import timedelta

import pytest
from django.test import Client

from limen.identity import services as accounts
from limen.storage.transactions import unit_of_work
from tests.cast import PASSWORD
from tests.surfaces.resident.conftest import Home, browser_of


def invited(home: Home, who: str) -> str:
    with unit_of_work():
        return accounts.make_link(
            person_id=home.harbor.people[who], property_id=home.harbor.property_id, by=home.harbor.actor(), now=home.harbor.now
        )


@pytest.mark.rule("PEOPLE-4")
@pytest.mark.rule("PEOPLE-6")
def test_an_invitation_becomes_an_account_and_then_asks_for_consent(home: Home) -> None:
    """Accept leads to the policy, Agree to the doors; before Agree there are no doors."""
    link, browser = invited(home, "dana"), Client()
    page = browser.get(link)
    assert "88 Harbor Street invites you" in page.content.decode() and "Unit 4B" not in page.content.decode()
    answer = browser.post(link, {"password": PASSWORD})
    assert answer.status_code == 302 and answer["Location"] == "/home/consent"
    assert browser.get("/home/")["Location"] == "/home/consent"
    consent = browser.get("/home/consent").content.decode()
    assert consent.count("<li>") == 10 and "checked" not in consent
    assert browser.post("/home/consent", {"choice": "agree"}).status_code == 302
    assert "Open Unit 4B" not in browser.get("/home/").content.decode()  # no device yet
    assert "Unit 4B" in browser.get("/home/").content.decode()


@pytest.mark.rule("PEOPLE-5")
def test_a_short_password_is_refused_beside_its_field(home: Home) -> None:
    """The page says why and makes no account."""
    link = invited(home, "dana")
    answer = Client().post(link, {"password": "short"})
    assert answer.status_code == 422 and "There is a problem" in answer.content.decode()
    assert "Accept" in Client().get(link).content.decode()


def test_an_invitation_that_ran_out_sends_a_new_one_to_the_same_address(home: Home) -> None:
    """Whoever holds an old link gets nothing but a mail to the person it was for."""
    link = invited(home, "dana")
    home.clock.at += timedelta(days=31)
    page = Client().get(link).content.decode()
    assert "This invitation has run out." in page and "dana@example.org" not in page
    assert "on its way to the same address" in Client().post(link, {"do": "again"}).content.decode()


def test_a_link_of_somebody_with_an_account_leads_to_the_sign_in(home: Home) -> None:
    """The doors are added to the account that is there (PEOPLE-1)."""
    link = invited(home, "dana")
    browser_of(home.harbor, "dana")
    assert "Sign in, and the doors are added." in Client().get(link).content.decode()


def test_an_unknown_link_is_not_there(home: Home) -> None:
    """Like everything that is not the asker's."""
    assert Client().get("/join/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status_code == 404


@pytest.mark.rule("PEOPLE-6")
def test_who_wants_no_app_is_told_what_comes_instead_and_can_change_their_mind(home: Home) -> None:
    """Nothing of the app works then, and nobody presses them."""
    browser = browser_of(home.harbor, "dana", agreed=False)
    browser.post("/home/consent", {"choice": "no-app"})
    assert "The property team gives you a code or a card instead." in browser.get("/home/consent").content.decode()
    assert browser.get("/home/")["Location"] == "/home/consent"
    assert browser.post("/home/api/phones", "{}", content_type="application/json").status_code == 403
    browser.post("/home/consent", {"choice": "ask-again"})
    browser.post("/home/consent", {"choice": "agree"})
    assert browser.get("/home/").status_code == 200
