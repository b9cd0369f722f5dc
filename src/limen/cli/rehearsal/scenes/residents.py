"""Residents come in by their invitation, agree once, make their phone a key, and open the door at home with no network anywhere."""

import re

from limen.cli.courier.service import Service
from limen.cli.rehearsal.building import PersonRow
from limen.cli.rehearsal.play import Play, Wrong, must, opens
from limen.cli.rehearsal.scenes.access import HOME, OTHER, PARCELS, give
from limen.cli.rehearsal.scenes.moving_in import agree

MAIL_S = 60.0
LETTER = re.compile(r"<article.*?</article>", re.S)
LIST = re.compile(r"List (\d+) of \d+")
JOIN = re.compile(r"/join/[A-Za-z0-9_-]+")


def resident_comes_in(play: Play) -> str:
    """The mail of the import, a password, consent; then the phone is registered."""
    come_in(play, play.cast.resident)
    register(play, play.cast.resident)
    play.person_page(play.cast.resident).says("has the app")
    return f"{play.cast.resident.name} has the app"


def resident_gets_home(play: Play) -> str:
    """The unit door, after its lock was activated: no task, as the first opening will bring the change (SYNC-3)."""
    give(play, play.cast.resident, [HOME])
    play.manager.get("/c/").says("No door needs an update today.")
    play.door_page(play.cast.home).says("Waits for an update since")
    return "the door waits; nobody has to walk"


def first_opening_sets_the_door_up(play: Play) -> str:
    """Phone and lock both offline: the phone brings the newer list, then the bolt moves (LOCK-3, SYNC-3)."""
    home = play.cast.home
    phone = play.phone(play.cast.resident.email)
    phone.fetch("resident")
    phone.signal = False
    with play.face(home) as face:
        before = face.holds("list")
        first = opens(phone, home)
        must(first.set_up, "the first opening did not set the door up")
        face.settled()
        must(isinstance(before, int) and face.holds("list") == before + 1, f"list {before} became {face.holds('list')}")
    again = opens(phone, home)
    must(not again.set_up, "the second opening set the door up again")
    return f"list {before} became {face.holds('list')}; opened twice, set up once"


def come_in(play: Play, who: PersonRow) -> None:
    """From the letter in the mailbox to the doors."""
    browser = play.browser(who)
    try:
        play.soon(f"the mail to {who.email}", lambda: bool(letter(play, who)), within_s=MAIL_S)
    except Wrong:  # the mailbox page shows the newest letters only: in a large house others lie above it by now
        play.manager.press(play.person_page(who), "Send again")
        play.soon(f"the second mail to {who.email}", lambda: bool(letter(play, who)), within_s=MAIL_S)
    page = browser.get(letter(play, who))
    page.says(play.stage.property_name)
    agree(browser, browser.press(page, "Accept", {"password": play.password}))
    browser.get("/home/")


def letter(play: Play, who: PersonRow) -> str:
    """The path of the join link in the newest letter to this person, or nothing yet."""
    to_them = re.compile(rf"(?<![\w.+-]){re.escape(who.email)}(?![\w.-])", re.I)
    for one in LETTER.findall(play.manager.raw("/demo/mail").text):
        found = JOIN.search(one)
        if to_them.search(one) and found:
            return found[0]
    return ""


def register(play: Play, who: PersonRow) -> None:
    """The phone's key becomes known; its private half stays where it is."""
    service = Service(play.stage.origin)
    service.http.cookies = play.browser(who).client.cookies
    try:
        play.phone(who.email).register(service, f"{who.first}'s phone")
    finally:
        service.close()


def neighbour_comes_in(play: Play) -> str:
    """A neighbour with the app gets access: no task comes of it (SYNC-3), and the reader follows by itself within ten seconds (SYNC-7)."""
    cast = play.cast
    come_in(play, cast.neighbour)
    register(play, cast.neighbour)
    before = _list(play)
    give(play, cast.neighbour, [OTHER, PARCELS])
    play.manager.get("/c/").says("No door needs an update today.")
    play.soon("the reader's update", lambda: _list(play) > before, within_s=10)
    return f"no door needs an update today; the reader went from list {before} to {_list(play)}"


def _list(play: Play) -> int:
    """Which list the reader has proved."""
    found = LIST.search(play.door_page(play.cast.reader).words)
    return int(found[1]) if found else 0


def leaver_has_a_phone(play: Play) -> str:
    """Somebody whose access will end: their phone opens the third door today."""
    cast = play.cast
    come_in(play, cast.leaver)
    register(play, cast.leaver)
    phone = play.phone(cast.leaver.email)
    phone.fetch("resident")
    phone.signal = False
    opens(phone, cast.other)
    return f"{cast.leaver.name} opened {cast.other.name}"
