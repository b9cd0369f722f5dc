"""What stands on the page of a door for the moment in which it opens (W8)."""

import re
from pathlib import Path

import pytest

import limen
from limen.fleet import queries as fleet
from limen.fleet import services as locks
from limen.places import queries as places
from limen.places import services as buildings
from limen.storage.transactions import unit_of_work
from limen.web.lengths import NO_BREAK
from tests.surfaces.resident.conftest import Home
from tests.unit.fleet.tiny_lock import TinyLock


def open_for(home: Home, name: str, engaged_s: int) -> None:
    """The manager's choice for one door."""
    with unit_of_work():
        doorway = places.Doorway(None, None, engaged_s)
        buildings.set_doorway(door_id=home.door(name), doorway=doorway, by=home.harbor.actor(), now=home.clock.at)


def updated(home: Home, name: str, lock: TinyLock) -> None:
    """The newest list reaches the door, and its receipt the service."""
    with unit_of_work():
        bundle = fleet.newest(home.door(name), home.clock.at)
    assert bundle is not None and lock.take(bundle.data) == "applied"
    with unit_of_work():
        locks.take_receipt(data=lock.receipt(), now=home.clock.at)


COURIER = Path(limen.__file__).parent / "web" / "static" / "courier"


def told_by_the_phone() -> set[str]:
    """Every state in which an opening can fail, as the phone's own modules name it: results of reaching a lock, reasons of a refusal."""
    modules = {path.stem: path.read_text() for path in COURIER.glob("*.js")}
    results = re.search(r"@typedef \{([^}]*)\} Failure", modules["reach"])
    words = re.search(r"const WORDS = \[(.*?)\];", modules["refusals"], re.DOTALL)
    assert results is not None and words is not None
    thrown = {word for name in ("unlock", "session", "reach") for word in re.findall(r'(?:new Denied\(|reason: )"(\w+)"', modules[name])}
    reasons = set(re.findall(r'"(\w+)"', words[1])) | thrown
    return (set(re.findall(r'"(\w+)"', results[1])) - {"stopped"}) | {f"reason-{reason}" for reason in reasons}


@pytest.mark.rule("LOCK-3")
@pytest.mark.parametrize("model", ["C2", "M", "R"])
def test_every_way_in_which_a_lock_can_refuse_has_its_words(home: Home, model: str) -> None:
    """No refusal ends in a page that says that there is no reason while the phone has one; each says something, in both languages."""
    home.lock("Package Room", model=model)
    browser, path = home.browser("dana"), f"/home/doors/{home.door('Package Room')}"
    states = told_by_the_phone()
    assert {"reason-battery", "reason-not_recorded", "reason-no_right", "reason-too_late", "refused", "out_of_reach"} <= states
    said = {}
    for language in ("en", "es"):
        page = browser.get(path, {"lang": language}).content.decode()
        sections = dict(re.findall(r'<section data-when="([^"]+)"[^>]*>(.*?)</section>', page, re.DOTALL))
        said[language] = {state: re.sub(r"<[^>]+>", " ", sections.get(state, "")).strip() for state in states}
        assert sorted(state for state, words in said[language].items() if not words) == []
    assert sorted(state for state in states if said["en"][state] == said["es"][state]) == []


@pytest.mark.parametrize(("model", "way"), [("C2", "A power bank lets it open once."), ("M", "Use the metal key or call 212 555 0100.")])
def test_a_lock_without_power_says_what_still_opens_it(home: Home, model: str, way: str) -> None:
    """Where a power bank wakes it, that; elsewhere the key or the team (LOCK-6)."""
    home.lock("Package Room", model=model)
    page = home.browser("dana").get(f"/home/doors/{home.door('Package Room')}?lang=en").content.decode()
    section = page.partition('data-when="reason-battery"')[2].partition("</section>")[0]
    assert way in section and section.count("metal key") == ("metal key" in way)


def seconds(home: Home, name: str) -> list[tuple[str, str]]:
    """What the door's page and its row in the list say and count, in seconds."""
    browser, door = home.browser("dana"), home.door(name)
    said = []
    for path in ("/home/", f"/home/doors/{door}"):
        page = browser.get(path).content.decode()
        found = re.search(rf'id="opening-{door}"[^>]* data-engaged="(\d+)".*?Open\. You have (\d+) seconds\.', page, re.DOTALL)
        assert found is not None, path
        said.append((found[1], found[2]))
    return said


@pytest.mark.rule("LOCK-4")
def test_the_seconds_of_an_opening_are_the_doors_own(home: Home) -> None:
    """A reader that opens for 5 seconds says 5; set to 10 it says so when it has proved it; a lock has 10."""
    reader = home.lock("Main Entrance", model="R")
    home.lock("Unit 4B", "LM000002")
    assert seconds(home, "Main Entrance") == seconds(home, "Unit 4B") == [("10", "10")] * 2
    open_for(home, "Main Entrance", 5)
    updated(home, "Main Entrance", reader)
    assert seconds(home, "Main Entrance") == [("5", "5")] * 2
    open_for(home, "Main Entrance", 10)
    assert seconds(home, "Main Entrance") == [("5", "5")] * 2
    updated(home, "Main Entrance", reader)
    assert seconds(home, "Main Entrance") == seconds(home, "Unit 4B") == [("10", "10")] * 2


def test_they_are_said_in_spanish_too(home: Home) -> None:
    """M12."""
    home.lock("Unit 4B")
    page = home.browser("dana").get(f"/home/doors/{home.door('Unit 4B')}", {"lang": "es"}).content.decode()
    assert "Abierta. Tiene 10 segundos." in page


@pytest.mark.parametrize(
    ("accepted", "language", "said"),
    [
        ("en-US", "en", "Stay within 10 feet and keep this screen open."),
        ("en-GB", "en", "Stay within 3 m and keep this screen open."),
        ("es-US", "es", "Quédese a menos de 10 pies y deje esta pantalla abierta."),
        ("es-MX", "es", "Quédese a menos de 3 m y deje esta pantalla abierta."),
    ],
)
def test_how_near_one_must_be_is_said_as_the_reader_measures(home: Home, accepted: str, language: str, said: str) -> None:
    """M08 and M13, on each page that says it; a browser without a country hears what the building's own people say (screens 1.2)."""
    home.lock("Unit 4B")
    browser, door = home.browser("dana"), f"/home/doors/{home.door('Unit 4B')}"
    near = "10 feet" if accepted == "en-US" else "3 m" if accepted != "es-US" else "10 pies"
    for path, sentence in ((f"{door}/update", said), ("/home/carry", said), ("/home/help", said), (door, f" {near} ")):
        page = browser.get(path, {"lang": language}, headers={"accept-language": accepted}).content.decode().replace(NO_BREAK, " ")
        words = page.replace(",", " ")
        assert sentence in (words if path == door else page)
        assert not any(f" {other} " in words for other in {"10 feet", "3 m", "10 pies"} - {near})
    assert f"Stay within 10{NO_BREAK}feet" in browser.get("/home/help", {"lang": "en"}, headers={"accept-language": "en"}).content.decode()
