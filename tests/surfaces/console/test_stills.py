"""Stills in the console: for building security, the look written down; for managers a sentence (V10, HISTORY-4)."""

from typing import Any, cast

import pytest

from limen.fleet import services as fleet
from limen.fleet.models import Pseudonym
from limen.history import services as history
from limen.history.models import Photo
from limen.journal import queries as journal
from limen.storage.transactions import unit_of_work
from limen.wire.events import Kind, Method, Result
from tests.surfaces.console.desk import Desk

STILL = b"\x89PNG somebody at the package room"
SENTENCE = "Photos of this door are for security staff and the people in them."


@pytest.fixture
def photographed(desk: Desk) -> Photo:
    """Dana came to the package room, and a courier brought record and still."""
    lock, now = desk.house.locks["Package Room"], desk.house.now
    number = Pseudonym.objects.get(device__door_id=desk.house.doors["Package Room"], person_id=desk.house.people["Dana"], retired_at=None)
    event = lock.note(t=int(now.timestamp()) - 60, kind=Kind.ENTRY, method=Method.APP, result=Result.GRANTED, subj=number.number)
    lock.still(event, STILL)
    with unit_of_work():
        fleet.take_receipt(data=lock.receipt(full=True), now=now)
    for data in lock.segments():
        with unit_of_work():
            history.take_segment(lock_id=lock.lock_id, data=data, now=now)
    with unit_of_work():
        history.take_photo(lock_id=lock.lock_id, data=lock.parcels()[0], now=now)
    return Photo.objects.get()


@pytest.mark.rule("HISTORY-1", "HISTORY-4", "LOCK-9")
def test_security_sees_the_still_and_a_manager_reads_whose_it_is_to_see(desk: Desk, photographed: Photo) -> None:
    """The picture is on the page of who may see it, and its address answers nobody else."""
    address = f"/c/photos/{photographed.id}"
    page = desk.get("Sofia", desk.door("Package Room") + "/history", days="1")
    assert f'src="{address}"' in page.html, page.text
    assert page.says("Kept until Tue 22 Dec.")
    answer = cast("Any", desk.client("Sofia").get(address))
    assert (answer.status_code, answer.content, answer["Content-Type"], answer["Cache-Control"]) == (200, STILL, "image/png", "no-store")
    assert any(entry.verb == "history.photo_seen" for entry in journal.entries(property_id=desk.house.property_id))
    page = desk.get("Ana", desk.door("Package Room") + "/history", days="1")
    assert page.says(SENTENCE) and str(photographed.id) not in page.html
    for who in ("Ana", "Milo", "Ben"):
        assert desk.get(who, address).status == 404, who


@pytest.mark.rule("HISTORY-1")
def test_who_is_in_a_still_sees_it_in_their_own_list(desk: Desk, photographed: Photo) -> None:
    """In the app, under their own comings."""
    from limen.people import services as people
    from limen.resident import policy

    with unit_of_work():
        people.record_consent(person_id=desk.house.people["Dana"], version=policy.VERSION, now=desk.house.now)
    client = desk.client("Dana")
    page = client.get("/home/history", {"list": "mine"}).content.decode()
    assert f'src="/home/photos/{photographed.id}"' in page
    assert client.get(f"/home/photos/{photographed.id}").content == STILL


@pytest.mark.rule("PEOPLE-5", "HISTORY-1")
def test_no_second_way_leads_to_a_still_that_hangs_on_a_role(desk: Desk, photographed: Photo) -> None:
    """Lea is security without a second factor: the console sends her to set one up, and the app, which asks for none, has nothing for her."""
    from limen.people import services as people
    from limen.resident import policy

    desk.staff("Lea", "security_staff", factor=False)
    with unit_of_work():
        for who in ("Lea", "Sofia"):
            people.record_consent(person_id=desk.house.people[who], version=policy.VERSION, now=desk.house.now)
    assert desk.client("Lea").get(f"/c/photos/{photographed.id}")["Location"] == "/account/2fa/"
    for who in ("Lea", "Sofia"):
        assert desk.get(who, f"/home/photos/{photographed.id}").status == 404, who
    assert desk.get("Sofia", f"/c/photos/{photographed.id}").status == 200
