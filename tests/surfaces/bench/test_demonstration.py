"""The demonstration's own pages: what to try, who one can be, the mailbox, the clock, and the shelf of locks (screens 6)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from limen.bench import sayings, tour
from limen.identity import services as identity
from limen.lock.commands import Words
from limen.notices import jobs
from limen.places import services as places
from limen.storage import chance, clock
from limen.storage.transactions import unit_of_work
from tests.cast import PASSWORD, Harbor, harbor
from tests.server import OURS

PARCELS = "LM000103"
OUTSIDE_A_DEMONSTRATION = """
import django
django.setup()
from django.test import Client
from limen.config.asgi import routes
for path in ("/demo/", "/demo/mail", "/demo/clock", "/demo/sign-in/dana", "/bench/", "/bench/LM000103"):
    for ask in (Client().get, Client().post):
        assert ask(path).status_code == 404, path
said = [str(one.pattern) for kind in ("browsers", "programmes") for one in routes(kind)]
assert said and not any(one.startswith(("air/", "bench/")) for one in said), said
"""


@pytest.fixture
def house(db: None, now: datetime) -> Harbor:
    """The building; Dana has an account, and the Package Room a lock on the shelf."""
    made = harbor(now)
    with unit_of_work():
        identity.set_password(person_id=made.people["dana"], password=PASSWORD, now=now)
        places.edit_door(door_id=made.doors["Package Room"], planned_serial=PARCELS, planned_model="M", by=made.actor(), now=now)
    return made


@pytest.fixture(autouse=True)
def real_clock() -> Iterator[None]:
    """The clock that a demonstration moves."""
    clock.use(None)
    yield
    clock.shift(-clock.offset_ms())


def test_every_page_says_that_no_door_is_real(house: Harbor, client: Client) -> None:
    """Also the face of a lock."""
    for path in ("/demo/", "/demo/mail", "/bench/", f"/bench/{PARCELS}"):
        page = client.get(path)
        assert page.status_code == 200 and "DEMONSTRATION, no real door" in page.content.decode()


def test_outside_a_demonstration_nothing_of_it_is_there(tmp_path: Path) -> None:
    """No tour, no sign-in without a password, no clock to move, no air: neither pages nor sockets."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    clean |= {"LIMEN_DATA": str(tmp_path), "LIMEN_SECRET_KEY": "only for tests", "LIMEN_ORIGIN": "http://testserver"}
    clean["DJANGO_SETTINGS_MODULE"] = "limen.config.settings"
    done = subprocess.run([sys.executable, "-c", OUTSIDE_A_DEMONSTRATION], env=clean, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_a_step_has_its_check_only_when_the_thing_happened(house: Harbor, client: Client, now: datetime) -> None:
    """At first nothing is done, also after looking; Theo's visit is noted because he signed in, and by nothing else."""
    client.get("/demo/")
    assert [step.done for step in tour.steps(now)] == [False] * 9
    with unit_of_work():
        identity.set_password(person_id=house.people["theo"], password=PASSWORD, now=now)
    assert client.post("/demo/sign-in/theo?to=/home/history").status_code == 302
    assert [step.key for step in tour.steps(now) if step.done] == ["theo"]


def test_signing_in_leads_only_to_pages_of_ours(house: Harbor) -> None:
    """Never out of the house, whatever the address says; only by POST, only as somebody of the cast."""
    leads = {"/home/guests": "/home/guests", "//evil.example": "/home/", "https://evil.example": "/home/", "/demo/": "/home/", "": "/home/"}
    for to, leads_to in leads.items():
        answer = Client().post(f"/demo/sign-in/dana?to={to}")
        assert (answer.status_code, answer["Location"]) == (302, leads_to)
    assert Client().post("/demo/sign-in/nobody").status_code == 404
    assert Client().get("/demo/sign-in/dana").status_code == 405


def test_time_only_goes_forward(house: Harbor, client: Client) -> None:
    """By at most 400 days at once; the answer says what the wall says."""
    before = client.get("/demo/clock").json()
    after = client.post("/demo/clock", {"ms": 3_600_000}, content_type="application/json").json()
    assert 3_600_000 <= after["now_ms"] - before["now_ms"] < 3_660_000 and after["said"] != before["said"]
    wrongs: tuple[object, ...] = ({"ms": -1}, {"ms": 10**15}, {"ms": "x"}, {"ms": [5]}, {"ms": {}}, {"ms": None}, {}, [])
    for wrong in (
        *map(json.dumps, wrongs),
        '{"ms":1e999}',
        '{"ms":NaN}',
        '{"ms":-Infinity}',
        "",
        "{",
        "[" * 9000,
        r'{"\ud800":1}',
        '{"ms":1e300}',
    ):
        assert client.post("/demo/clock", wrong, content_type="application/json").status_code == 400


def test_the_shelf_has_every_planned_lock_and_says_which_are_active(house: Harbor, client: Client, lock: str) -> None:
    """Found by a part of the door's name or of the serial; what is not there is said."""
    for asked in ("", "packa", "000103"):
        shelf = client.get("/bench/", {"q": asked}).content.decode()
        assert f'href="/bench/{PARCELS}"' in shelf and "not activated yet" in shelf.lower()
    assert 'No door called "nowhere".' in client.get("/bench/", {"q": "nowhere"}).content.decode()


def test_a_lock_that_is_not_on_the_shelf_is_not_there(house: Harbor, client: Client) -> None:
    """M27, for the face and for its list."""
    assert client.get("/bench/LM999999").status_code == 404
    assert client.get("/bench/LM999999/ours").status_code == 404
    assert client.get(f"/bench/{PARCELS}/ours").json() == {"list": None}


def test_the_mailbox_shows_what_would_have_left(house: Harbor, client: Client, now: datetime) -> None:
    """Empty, it says how a mail gets there; a mail is text, whatever stands in it."""
    assert "No mail yet. Invite somebody, and it appears here." in client.get("/demo/mail").content.decode()
    jobs.hand_over(chance.fresh_id(), "dana@example.org", "You have a new door: Gym", "<b>Text</b>", now)
    page = client.get("/demo/mail").content.decode()
    assert "You have a new door: Gym" in page and "&lt;b&gt;Text" in page


def test_the_page_knows_every_sentence_of_the_lens() -> None:
    """A new sentence of the lock needs its translation here."""
    known = {str(sentence) for sentence in sayings.LENS}
    assert {words.value.replace("{seconds}", "{n}") for words in Words} == known
