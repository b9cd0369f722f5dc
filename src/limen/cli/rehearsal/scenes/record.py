"""The record comes up with a later courier: to whom it belongs, and with its gaps."""

import re

from limen.cli.rehearsal.pages import NotOnPage
from limen.cli.rehearsal.play import Play, handed_in, must, updated

GUEST = "The plumber"


def guest_opens_the_unit_door(play: Play) -> str:
    """The resident gives a code for their own door; the guest types it at the lock, which hears of it for the first time."""
    home = play.cast.home
    browser = play.browser(play.cast.resident)
    body: dict[str, object] = {"door": play.door_ids[home.name], "kind": "24_hour", "label": GUEST}
    play.notes["history of home"] = play.manager.get(f"/c/doors/{play.door_ids[home.name]}/history", days="7").words
    made = browser.json("POST", "/home/api/guests/code", body)
    digits = "".join(one for one in str(made.get("digits") or "") if one.isdigit())
    with play.face(home) as face:
        said = face.type(digits)
        must(said.startswith("Open for"), f"{home.name} said {said!r}")
    return f"the guest opened {home.name}"


def a_part_is_dropped(play: Play) -> str:
    """On purpose: one event of the parcel door is left out of its record."""
    with play.face(play.cast.parcels) as face:
        face.do("inside")
        face.settled()
        face.do("drop_next_segment")
        face.do("inside")
        face.settled()
        face.do("inside")
        face.settled()
    return "one event will be missing"


def a_later_courier_brings_the_record(play: Play) -> str:
    """The resident's phone updates both doors and hands in what it cannot read (SYNC-8, SYNC-10)."""
    phone = play.phone(play.cast.resident.email)
    phone.fetch("resident")
    pieces = 0
    for door in (play.cast.home, play.cast.parcels):
        phone.signal = False
        pieces += updated(phone.update(door.serial, "resident"), door).segments
    phone.signal = True
    handed = handed_in(phone)
    return f"{pieces} sealed pieces, {handed.answered} items handed in"


def residents_see_their_guest(play: Play) -> str:
    """Visits at the unit door belong to its household (HISTORY-1)."""
    page = play.browser(play.cast.resident).get("/home/history")
    page.says(f"{GUEST} opened with the code you gave")
    must(play.cast.resident.name not in page.words.partition("Visits")[2], "the resident's own comings are among the visits")
    return "the guest's visit is in the resident's history"


def managers_do_not_see_it(play: Play) -> str:
    """At the unit door a manager finds neither the guest nor the resident, nor that anybody came; the parcel door they see (HISTORY-1)."""
    home, parcels, resident = play.cast.home, play.cast.parcels, play.cast.resident
    page = play.manager.get(f"/c/doors/{play.door_ids[home.name]}/history", days="7")
    page.says("Nothing recorded")
    for words in (GUEST, resident.name, resident.last, "opened", "Opened"):
        told, before = (len(re.findall(rf"\b{re.escape(words)}\b", said)) for said in (page.words, play.notes["history of home"]))
        must(told <= before, f"{words!r} is told to a manager on {page.here()}")  # a door or a month may be called as the resident is
    page = play.manager.get(f"/c/doors/{play.door_ids[parcels.name]}/history", days="7")
    must("opened" in page.words.casefold(), f"nothing to see at {parcels.name}: {page.here()}")
    return f"nothing of {home.name}, the events of {parcels.name}"


def the_gap_shows(play: Play) -> str:
    """What is missing is named in its place (HISTORY-2, LOCK-8)."""
    page = play.manager.get(f"/c/doors/{play.door_ids[play.cast.parcels.name]}/history", days="7")
    if "missing" not in page.words:
        raise NotOnPage(f"no gap is named on {page.here()}")
    return "the missing event is named"
