"""The manager comes in, and the building comes out of two files."""

import csv
import io
import re
from urllib.parse import quote

from limen.cli.rehearsal.authenticator import six_digits
from limen.cli.rehearsal.browser import Browser
from limen.cli.rehearsal.casting import cast
from limen.cli.rehearsal.pages import NotOnPage, Page
from limen.cli.rehearsal.play import Play, must

COUNTS = re.compile(r"(\d+) new")
ID = re.compile(r"[0-9a-f-]{36}")
LINE = re.compile(r"Line (\d+)\b")
NOT_IMPORTED = "/c/import/bad"


def manager_comes_in(play: Play) -> str:
    """The link of `limen init`, a password, and the second factor that every managing role needs (PEOPLE-5)."""
    page = play.manager.get(play.stage.join)
    page = play.manager.press(page, "Accept", {"password": play.password})
    agree(play.manager, page)
    secret = second_factor(play)
    home = play.manager.get("/c/")
    home.says("No doors yet. Import your doors, or add one.")
    play.notes["authenticator"] = secret
    return "signed in with a second factor; the console is empty"


def agree(browser: Browser, page: Page) -> None:
    """Consent comes before anything else, once (PEOPLE-6)."""
    if any("Agree" in words for form in page.forms for words, _, _ in form.buttons):
        browser.press(page, "Agree")


def second_factor(play: Play) -> str:
    """Adds an authenticator; its secret is on the page that shows the picture."""
    page = play.manager.get("/account/2fa/totp/activate/")
    if any("password" in form.fields for form in page.forms):
        page = play.manager.press(page, "", {"password": play.password}, holds="password")
        page = play.manager.get("/account/2fa/totp/activate/")
    found = re.search(r"\b[A-Z2-7]{26,}\b", page.html)
    must(found is not None, f"no secret on {page.here()}")
    secret = found[0] if found else ""
    play.manager.press(page, "", {"code": six_digits(secret, play.now_ms() // 1000)}, holds="code")
    return secret


def doors_are_imported(play: Play) -> str:
    """Nothing is saved before the preview; the good rows arrive (PLACE-5)."""
    return _import(play, "doors", play.building.doors_csv)


def people_are_imported(play: Play) -> str:
    """The rent roll: each line that cannot be imported is named with its reason."""
    return _import(play, "people", play.building.people_csv)


def importing_again_changes_nothing(play: Play) -> str:
    """The same two files again: nothing to do."""
    for kind, data in (("doors", play.building.doors_csv), ("people", play.building.people_csv)):
        page = _preview(play, kind, data)
        must(
            not any("Import" in words for form in page.forms for words, _, _ in form.buttons), f"{kind}: there is something to import again"
        )
    return "both files again: nothing to do"


def everybody_is_found(play: Play) -> str:
    """Who plays whom is chosen among the lines that arrived; these doors and people are where a manager looks for them."""
    play.cast = cast(play.building.without(doors=play.refused["doors"], people=play.refused["people"]))
    for door in play.cast.doors:
        play.door_ids[door.name] = _found(play, f"/c/doors?all=1&q={quote(door.name)}", "/c/doors/", door.name)
    for who in play.cast.people:
        play.person_ids[who.email] = _found(play, f"/c/people?all=1&q={quote(who.name)}", "/c/people/", who.name)
        play.person_page(who).says(f"Unit {who.unit}")
    return f"played at {', '.join(play.door_ids)} by {', '.join(who.name for who in play.cast.people)}"


def _found(play: Play, search: str, below: str, name: str) -> str:
    """The id in the address of the page with exactly this name: "Unit 1" is not "Unit 10"."""
    listed = play.manager.get(search)
    for words, address in listed.links:
        tail = address.rpartition(below)[2]
        if name in words and ID.fullmatch(tail) and play.manager.get(address).title.startswith(f"{name}, "):
            return tail
    raise NotOnPage(f"{name!r} is not found on {listed.here()}")


def _import(play: Play, kind: str, data: bytes) -> str:
    page = _preview(play, kind, data)
    page.says("Nothing is saved yet.")
    play.refused[kind] = _refused(play, page)
    done = play.manager.press(page, "Import")
    must(COUNTS.search(done.words) is not None, f"no counts on {done.here()}")
    said = re.search(r"\d+ new[^.]*\.", done.words)
    return said[0] if said else done.words[:80]


def _preview(play: Play, kind: str, data: bytes) -> Page:
    page = play.manager.get("/c/import")
    form = page.form(holds="kind")
    return play.manager.send(page, form, "", {"kind": kind}, files={"file": (f"{kind}.csv", data, "text/csv")})


def _refused(play: Play, preview: Page) -> frozenset[int]:
    """The lines that will not be imported, from the file that the preview offers for correcting; each reason begins with its line."""
    if not any(address == NOT_IMPORTED for _, address in preview.links):
        return frozenset()
    table = list(csv.reader(io.StringIO(play.manager.raw(NOT_IMPORTED).content.decode("utf-8-sig"), newline="")))
    named = [int(found[1]) for cells in table[1:] if (found := LINE.match(cells[-1]))]
    must(len(named) == len(table) - 1, f"{len(table) - 1} lines are not imported, and {len(named)} of the reasons say which")
    return frozenset(named)
