"""`limen init` makes the first building and its first manager, once."""

import argparse
from datetime import datetime

import pytest

from limen.cli import init
from limen.identity import queries as accounts
from limen.identity import services as identity
from limen.kernel.problems import Problem
from limen.people import queries as people
from limen.places import queries as places
from limen.storage.transactions import unit_of_work

pytestmark = pytest.mark.django_db


def asked(**more: str) -> argparse.Namespace:
    """What was typed."""
    said = {
        "property": "88 Harbor Street", "address": "", "city": "", "time_zone": "America/New_York", "profile": "NYC", "office_phone": "",
        "portfolio": "", "manager": "ana@example.org", "manager_name": "Ana Ruiz",
    }  # fmt: skip
    return argparse.Namespace(**{**said, **more})


def link(now: datetime, **more: str) -> str | None:
    """The path that is printed."""
    with unit_of_work():
        return init.first_link(asked(**more), now)


@pytest.mark.rule("PEOPLE-4")
def test_the_first_manager_comes_in_by_a_link(now: datetime) -> None:
    """A portfolio, a building, a portfolio manager with every right there; and a link that works."""
    path = link(now)
    assert path is not None
    assert path.startswith("/join/")
    assert (
        identity.accept_invitation(token=path.removeprefix("/join/"), password="a sentence for a test", now=now).email == "ana@example.org"
    )
    [place] = places.properties()
    ana = people.person_of_email("ana@example.org")
    assert ana is not None
    rights = people.rights(ana.id, place.id, now)
    assert rights.portfolio_manager
    assert rights.activate_devices
    assert (place.name, place.profile) == ("88 Harbor Street", "NYC")


def test_a_second_run_changes_nothing_and_renews_the_link(now: datetime) -> None:
    """The old link dies; nothing comes twice."""
    first, second = link(now), link(now)
    assert first is not None
    assert second is not None
    assert first != second
    assert len(places.properties()) == 1
    assert not _open(first, now)
    assert _open(second, now)


def test_a_manager_with_an_account_gets_no_link(now: datetime) -> None:
    """They sign in."""
    path = link(now)
    assert path is not None
    identity.accept_invitation(token=path.removeprefix("/join/"), password="a sentence for a test", now=now)
    assert link(now) is None


def test_what_cannot_be_is_refused_as_a_whole(now: datetime) -> None:
    """No half an installation."""
    with pytest.raises(Problem):
        link(now, time_zone="Nowhere/Land")
    assert places.properties() == ()


def _open(path: str, now: datetime) -> bool:
    found = accounts.invitation_by_token(path.removeprefix("/join/"), now)
    return found is not None and found.is_open(now)
