"""The page behind the sign: who can be visited, without app, account, cookie or script (LINK-2, LINK-9)."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext

from limen.fleet import services as fleet
from limen.intercom import services
from limen.people import services as people
from limen.places import services as buildings
from limen.places.queries import Doorway
from limen.storage.transactions import unit_of_work
from tests.surfaces.visitor.conftest import Street
from tests.unit.fleet.house import FACTORY, trust_factory
from tests.unit.fleet.tiny_lock import TinyLock

PAGE_MAX_BYTES = 50_000


def words(html: str) -> str:
    """What one reads of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(head|noscript).*?</\1>", "", html)).split())


def house_full(street: Street, count: int = 20) -> None:
    """More residents than are listed at once."""
    house = street.porch.house
    for number in range(count):
        name = f"person{number}"
        with unit_of_work():
            house.people[name] = people.add_person(
                first=f"P{number}", last=f"Marlow{number:02d}", email=f"{name}@example.org", by=house.actor(), now=house.now
            )
            people.assign_to_unit(person_id=house.people[name], unit_id=house.units["4C"], since=house.now, by=house.actor(), now=house.now)
        house.give(name, "Residents")
        house.phone(name, seed=100 + number)


@pytest.mark.rule("LINK-2")
def test_a_visitor_reads_building_door_and_who_can_be_called(street: Street) -> None:
    """A plain page with a button for each; nothing about anybody beyond label and unit."""
    page = street.page()
    text = words(page.content.decode())
    assert page.status_code == 200
    for said in (
        "88 Harbor Street, New York",
        "Package Room",
        "Who are you visiting?",
        "D. Whitfield , 4B",
        "Call D. Whitfield",
        "T. Whitfield",
    ):
        assert said in text
    for kept in ("dana@example.org", "Dana", str(street.porch.house.people["dana"]), "K. Park", "R. Lind"):
        assert kept not in page.content.decode()


def test_it_works_before_any_script_and_says_what_does_not(street: Street) -> None:
    """Search is a form with GET; only calling needs a script, and the office's number stands there."""
    html = street.page().content.decode()
    assert re.search(r'<form method="get" action="/v/\w+" class="find"', html)
    assert "Calling needs JavaScript. The office: 212 555 0100." in html
    assert re.search(r'<form method="get" action="/v/\w+/call">', html)


@pytest.mark.rule("LINK-9")
def test_more_than_twelve_are_found_by_search_only(street: Street) -> None:
    """Two letters, eight a page; one letter and nobody each get their sentence."""
    house_full(street)
    assert "Call " not in words(street.page().content.decode())
    assert "Type at least 2 letters, or a unit number." in words(street.page(q="m").content.decode())
    found = words(street.page(q="mar").content.decode())
    assert '20 matches for "mar"' in found and found.count("Call P. Marlow") == 8 and "More matches" in found
    assert words(street.page(q="mar", page="2").content.decode()).count("Call P. Marlow") == 4
    assert '1 match for "marlow07"' in words(street.page(q="marlow07").content.decode())
    assert 'Nobody listed as "whi<b>". Call the office: 212 555 0100.' in words(street.page(q="whi<b>").content.decode()).replace(
        "&lt;b&gt;", "<b>"
    )
    assert words(street.page(q="4b").content.decode()).count("Call ") == 2


def test_a_door_where_nobody_is_listed_says_so(street: Street) -> None:
    """With the office's number."""
    house = street.porch.house
    with unit_of_work():
        sign = services.make_link(door_id=house.doors["Boiler Room"], by=house.actor(), now=house.now)
    assert "Nobody is listed at this door yet. Call the office: 212 555 0100." in words(
        street.browser.get(f"/v/{sign.code}").content.decode()
    )


@pytest.mark.rule("LINK-3")
def test_a_change_shows_at_the_next_request(street: Street) -> None:
    """Nothing is remembered between two looks."""
    porch = street.porch
    assert "D. Whitfield" in street.page().content.decode()
    with unit_of_work():
        services.choose(
            person_id=porch.house.people["dana"],
            property_id=porch.house.property_id,
            shown=False,
            display_name="D. Whitfield",
            quiet=None,
            now=porch.now,
        )
    assert "D. Whitfield" not in street.page().content.decode()


@pytest.mark.rule("LINK-9")
def test_a_directory_cannot_be_read_out_by_a_program(street: Street) -> None:
    """Sixty looks in ten minutes from one address, then a page that says from when it works again; another address still looks."""
    for _ in range(60):
        assert street.page(q="whi").status_code == 200
    many = street.page(q="whi")
    assert many.status_code == 429 and re.search(r"Many searches from here. Try again at \d\d:\d\d\.", words(many.content.decode()))
    assert street.page("/call", to=street.porch.entry()).status_code == 429
    assert street.browser.get(f"/v/{street.porch.link.code}", REMOTE_ADDR="198.51.100.7").status_code == 200
    street.clock.pass_by(minutes=10)
    assert street.page(q="whi").status_code == 200


@pytest.mark.rule("LINK-9")
def test_one_phone_with_many_ipv6_addresses_is_one_address(street: Street) -> None:
    """Of an IPv6 address the first 64 bits count."""
    path = f"/v/{street.porch.link.code}"
    for number in range(60):
        street.browser.get(path, REMOTE_ADDR=f"2001:db8:1:2::{number:x}")
    assert street.browser.get(path, REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code == 429
    assert street.browser.get(path, REMOTE_ADDR="2001:db8:1:3::1").status_code == 200


@pytest.mark.rule("LINK-8", "LINK-9")
def test_unknown_replaced_and_silent_signs_have_one_page_of_the_same_weight_and_status(street: Street) -> None:
    """One sentence apart, for every path below them; and as many questions to the database for each."""
    code, house = street.porch.link.code, street.porch.house
    with unit_of_work():
        services.rotate(link_id=street.porch.link.id, by=house.actor(), now=street.porch.now)
        gym = services.make_link(door_id=house.doors["Gym"], by=house.actor(), now=street.porch.now)
        services.switch_calls(link_id=gym.id, on=False, by=house.actor(), now=street.porch.now)
    old, unknown, off = f"/v/{code}", "/v/AAAAAAAAAAAAAAAA", f"/v/{gym.code}"
    for path in ("", "/call", "/code"):
        pages = [street.browser.get(sign + path) for sign in (old, unknown, off)]
        assert [page.status_code for page in pages] == [404, 404, 404]
        assert max(len(page.content) for page in pages) - min(len(page.content) for page in pages) < 40
        assert dict(pages[0].headers).keys() == dict(pages[1].headers).keys() == dict(pages[2].headers).keys()
    assert "This sign is no longer in use. Look for a newer one. Call the office" in words(street.browser.get(old).content.decode())
    assert "We do not know this address. Check the letters, or scan again. Call the office" in words(
        street.browser.get(unknown).content.decode()
    )
    said = words(street.browser.get(off).content.decode())
    assert "Calls from this sign are switched off. The office: 212 555 0100. Call the office" in said and "Gym" not in said
    assert street.call().status_code == 404
    asked = [questions(street, sign) for sign in (old, unknown, off)]
    assert max(asked) - min(asked) <= 2


@pytest.mark.rule("LINK-9")
def test_a_page_from_before_the_calls_were_switched_off_is_told_so(street: Street) -> None:
    """In its language, decided by the service and not by the page that was loaded."""
    with unit_of_work():
        services.switch_calls(link_id=street.porch.link.id, on=False, by=street.porch.house.actor(), now=street.porch.now)
    answer = street.call(language="es")
    assert answer.status_code == 409 and answer.json()["type"].endswith("/calls_off")
    assert answer.json()["title"] == "Las llamadas desde este letrero están desactivadas."
    with unit_of_work():
        services.switch_calls(link_id=street.porch.link.id, on=True, by=street.porch.house.actor(), now=street.porch.now)
    assert street.page().status_code == 200 and street.call().status_code == 201


def questions(street: Street, path: str) -> int:
    """How many queries a page needs: what it costs, without a stopwatch."""
    with CaptureQueriesContext(connection) as asked:
        street.browser.get(path)
    return len(asked)


@pytest.mark.parametrize("code", ["x", "ä" * 16, "A" * 500, "%00%00%00%00%00%00%00%00", "..", "AAAAAAAA'--AAAAA"])
def test_hostile_addresses_get_the_friendly_page(street: Street, code: str) -> None:
    """Never an error, never a different status."""
    assert street.browser.get(f"/v/{code}").status_code == 404


def test_no_page_sets_a_cookie_or_lets_anything_be_kept(street: Street) -> None:
    """Also not for the language; and no third party is named anywhere."""
    link = street.porch.link.code
    pages = [
        street.page(),
        street.page(q="whi", lang="es"),
        street.page("/call", to=street.porch.entry(), lang="es"),
        street.browser.get("/v/AAAAAAAAAAAAAAAA"),
    ]
    pages.append(street.call())
    for page in pages:
        assert not page.cookies and page["Cache-Control"] == "no-store"
        assert not re.search(r"https?://(?!localhost)", page.content.decode())
    assert not street.browser.cookies and link


@pytest.mark.parametrize("path", ["", "/call"])
def test_the_whole_page_is_under_50_kilobytes(street: Street, path: str) -> None:
    """With every style sheet, module and picture it names, files packed as they are served; the directory also unpacked. Also when twelve are listed."""
    house_full(street, 10)
    html = street.page(path, to=street.porch.entry()).content.decode()
    wanted, seen = files_in(html), dict[str, bytes]()
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen[name] = Path(str(finders.find(name))).read_bytes()
        folder = Path(name).parent
        wanted |= {str((folder / one).resolve().relative_to(Path.cwd())) for one in re.findall(r'from "(\.[^"]+)"', seen[name].decode())}
    assert "visitor/visitor.css" in seen and (path == "" or {"visitor/call.js", "web/talk.js"} <= seen.keys())
    page = len(html.encode())
    assert page + sum(len(gzip.compress(text)) for text in seen.values()) < PAGE_MAX_BYTES / 2
    assert path or page + sum(map(len, seen.values())) < PAGE_MAX_BYTES


def files_in(html: str) -> set[str]:
    """Static files that a page names, but for those in its import map, which nothing here asks for."""
    page = re.sub(r'(?s)<script type="importmap">.*?</script>', "", html)
    return set(re.findall(rf'(?:href|src)="{re.escape(settings.STATIC_URL)}([^"]+)"', page))


def test_spanish_is_one_tap_away_and_stays(street: Street) -> None:
    """In the address, for there is no cookie; the search and the entry stay."""
    page = street.page(q="whi")
    assert re.search(r'<a href="\?lang=es&amp;q=whi" lang="es" hreflang="es">Español</a>', page.content.decode())
    spanish = street.page(q="whi", lang="es")
    text = words(spanish.content.decode())
    assert "¿A quién visita?" in text and "Llamar a D. Whitfield" in text and "2 resultados" in text
    assert '<input type="hidden" name="lang" value="es">' in spanish.content.decode() and '<html lang="es"' in spanish.content.decode()
    assert "¿A quién visita?" in words(
        street.browser.get(f"/v/{street.porch.link.code}", headers={"accept-language": "es-MX"}).content.decode()
    )


def test_help_tells_how_a_code_is_typed_and_nothing_of_any_sign(street: Street) -> None:
    """Found at the foot of the directory; small, without a cookie, asked of no table, and the same for a sign that nobody put up."""
    code = street.porch.link.code
    assert f'<a href="/v/{code}/help">Help</a>' in street.page().content.decode()
    assert (
        f'<a href="/v/{code}/help" target="_blank" rel="noopener">Help</a>'
        in street.page("/call", to=street.porch.entry()).content.decode()
    )
    with CaptureQueriesContext(connection) as asked:
        page = street.page("/help")
    unknown = street.browser.get("/v/NOSUCHSIGN/help")
    assert page.status_code == unknown.status_code == 200 and not asked.captured_queries and not page.cookies
    assert page.content.decode().replace(code, "NOSUCHSIGN") == unknown.content.decode()
    assert len(page.content) < PAGE_MAX_BYTES
    assert "Digits blink? It was not accepted. Type it once more, slowly." in words(page.content.decode())
    spanish = street.page("/help", lang="es").content.decode()
    assert "Cómo entrar" in spanish and "How to get in" not in spanish and f'href="/v/{code}?lang=es"' in spanish


@pytest.mark.rule("LINK-2")
def test_larger_text_is_one_tap_away_and_stays(street: Street) -> None:
    """Between Español and Help; in the address, for there is no cookie, and on each page that one comes to from there, beside the language."""
    code, entry = street.porch.link.code, street.porch.entry()
    usual = street.page(q="whi").content.decode()
    foot = words(usual[usual.index("<footer") :])
    assert foot == "Español Larger text Help"
    assert '<a href="?text=larger&amp;q=whi">Larger text</a>' in usual and "data-text" not in usual
    for path, asked in (("", {"q": "whi"}), ("/call", {"to": entry}), ("/help", {})):
        page = street.page(path, text="larger", lang="es", **asked)
        html = page.content.decode()
        assert ' data-text="larger"' in html[: html.index("<head>")] and not page.cookies
        here = "".join(f"&amp;{name}={value}" for name, value in asked.items())
        assert f'<a href="?text=usual&amp;lang=es{here}">Texto más pequeño</a>' in html
        assert f'<a href="?lang=en&amp;text=larger{here}" lang="en" hreflang="en">English</a>' in html
        kept = [link for link in re.findall(rf'href="(/v/{code}[^"]*)"', html) if "/static/" not in link]
        assert kept and all(link.endswith("lang=es&amp;text=larger") for link in kept), kept
    found = street.page(text="larger").content.decode()
    assert found.count('<input type="hidden" name="text" value="larger">') == found.count("<form ")
    assert "data-text" not in street.page(text="huge").content.decode()
    assert ' data-text="larger"' in street.browser.get("/v/NOSUCHSIGN", {"text": "larger"}).content.decode()


@pytest.mark.rule("LINK-9")
def test_the_page_of_a_search_stays_with_the_size_of_the_text(street: Street) -> None:
    """Who reads on does not begin again."""
    house_full(street)
    page = street.page(q="mar", page="1").content.decode()
    assert '<a href="?text=larger&amp;q=mar&amp;page=1">Larger text</a>' in page
    assert 'href="?q=mar&amp;page=2&amp;text=larger"' in street.page(q="mar", page="1", text="larger").content.decode()


@pytest.mark.rule("LOCK-4")
@pytest.mark.parametrize(("model", "seconds"), [("R", 5), ("M", 10)])
def test_who_types_a_code_is_told_how_long_this_door_stays_open(street: Street, model: str, seconds: int) -> None:
    """A reader may have five seconds, a lock has ten whatever is set; the help, which is the same for all, names both."""
    house, door = street.porch.house, street.porch.house.doors["Package Room"]
    with unit_of_work():
        buildings.set_doorway(door_id=door, doorway=Doorway(None, None, 5), by=house.actor(), now=house.now)
    trust_factory()
    lock = TinyLock("LM000009", FACTORY, model)
    with unit_of_work():
        n_s = fleet.begin_activation(door_id=door, lock_id=lock.lock_id, by=house.actor(), now=house.now)
    with unit_of_work():
        done = fleet.finish_activation(door_id=door, attest=lock.attest(n_s), h=bytes(32), by=house.actor(), now=house.now)
    with unit_of_work():
        fleet.take_receipt(data=lock.become(done.ticket, done.snapshot), now=house.now)
    said = f"The lens runs in a circle: open. You have {seconds} seconds."
    assert said in words(street.page("/call", to=street.porch.entry()).content.decode())
    assert "You have 10 seconds, at some doors 5." in words(street.page("/help").content.decode())
