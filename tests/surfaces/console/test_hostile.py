"""Values that somebody typed to do harm: shown as text, refused with a reason, never a broken page."""

import pytest

from limen.people import queries as people
from tests.surfaces.console.desk import Desk

SCRIPT = "<script>alert(1)</script>"
TURNED = "Dana\u202egnat"
HIDDEN = "Da\u200bna"


@pytest.mark.parametrize("first", [TURNED, HIDDEN, "A\x00B", "x" * 81, "", "   "])
def test_names_that_cannot_be_read_are_refused(office: Desk, first: str) -> None:
    """What turns the line around, what cannot be seen, what is too long, what is not there."""
    answer = office.post("Ana", "/c/people/invite", {"first": first, "last": "Example", "email": ""})
    assert answer.status == 422
    assert answer.says("There is a problem")
    assert "Example" in answer.html


def test_markup_is_shown_as_it_was_typed(office: Desk) -> None:
    """On every page on which the name stands."""
    answer = office.post("Ana", "/c/people/invite", {"first": SCRIPT, "last": '"><i>x', "email": ""}, follow=False)
    path = answer.location
    assert SCRIPT not in office.get("Ana", path).html
    person = path.split("/")[3]
    groups = [str(office.groups["Amenities"])]
    terms = {"step": "give", "groups": groups, "standing": "resident", "opens_by": "app", "role_kind": ""}
    office.post("Ana", f"/c/people/{person}/give", terms)
    for page in (f"/c/people/{person}", f"/c/people/{person}/pause", f"/c/people/{person}/moveout", "/c/people", office.door("Gym")):
        shown = office.get("Ana", page)
        assert shown.status == 200
        assert SCRIPT not in shown.html
        assert '"><i>x' not in shown.html
    assert office.get("Ana", "/c/people").says(SCRIPT)


def test_searches_take_anything(office: Desk) -> None:
    """Long, empty, markup, wildcards, what no text has."""
    for q in ("", " ", "%", "_", "'; drop table", SCRIPT, "x" * 5000, "\x00", "🙂", TURNED):
        for path in ("/c/people", "/c/doors", "/c/units", "/c/groups", "/c/find"):
            answer = office.get("Ana", path, q=q)
            assert answer.status == 200, (path, q)
            assert SCRIPT not in answer.html


def test_forms_take_missing_and_foreign_values(office: Desk) -> None:
    """Nothing is a broken page, and nothing is done."""
    dana = office.person("Dana")
    before = len(people.people_in(office.house.property_id, office.house.now))
    for path, data in (
        ("/c/people/invite", {}),
        ("/c/people/invite", {"first": "A", "last": "B", "email": "not an address"}),
        ("/c/people/invite", {"first": "A", "last": "B", "unit": "99Z"}),
        ("/c/doors/add", {"name": "Cellar", "kind": "unit"}),
        ("/c/doors/add", {"name": "Roof", "kind": "common"}),
        (dana + "/give", {"step": "give", "groups": ["x"]}),
        (dana + "/give", {"step": "check", "groups": [str(office.groups["Services"])], "standing": "god", "opens_by": "teeth"}),
        (dana + "/codes", {"do": "card", "uid": "zz", "kind": "aes"}),
        (dana + "/codes", {"do": "card", "uid": "", "kind": "gold"}),
        (dana + "/codes", {"do": "card", "uid": "00" * 11, "kind": "aes"}),
    ):
        assert office.post("Ana", path, data).status == 422, (path, data)
    assert office.post("Ana", dana + "/codes", {"do": "off", "card": "x"}).status == 404
    assert office.get("Ana", dana + "/check", door="x", way="y", at="z").status == 422
    assert len(people.people_in(office.house.property_id, office.house.now)) == before


def test_answers_from_rights(desk: Desk) -> None:
    """ "Would a door open for Dana?" in the agreed words."""
    desk.house.update("Roof")
    ask = desk.person("Dana") + "/check"
    roof, package = str(desk.house.doors["Roof"]), str(desk.house.doors["Package Room"])
    assert desk.get("Ana", ask, door=roof, way="app").says("Yes, with the app, now.")
    assert desk.get("Ana", ask, door=roof, way="code").says("By code: no. The group gives no code at this door.")
    assert desk.get("Ana", ask, door=package, way="code").says("Yes, by code, now.")
    desk.post("Ana", desk.person("Dana") + "/pause")
    assert desk.get("Ana", ask, door=package, way="card").says("By card: no. All access of Dana is paused.")
    gym = str(desk.house.doors["Gym"])
    assert desk.get("Ana", desk.person("Theo") + "/check", door=gym, way="app").says("With the app: no. Theo was not given this door.")


@pytest.mark.rule("CARD-2", "LOCK-2")
def test_a_lock_that_reads_no_cards_is_never_counted_among_those_that_open(desk: Desk) -> None:
    """Neither where the card stands nor where somebody asks whether it would open."""
    path, home = desk.person("Rosa"), str(desk.house.doors["Unit 2A"])
    desk.house.give("Rosa", desk.groups["Second floor"])
    desk.house.activate("Unit 2A", "LM000777", "C")
    page = desk.post("Ana", path + "/codes", {"do": "card", "uid": "04 A1 B2 C3 D4 E5 F6", "kind": "aes"})
    assert page.says("On. It opens what this person may open: no door now.", "The lock at Unit 2A reads no cards.")
    assert desk.get("Ana", path + "/check", door=home, way="card").says("By card: no. The lock of Unit 2A reads no cards.")
    assert desk.get("Ana", path + "/check", door=home, way="app").says("Yes, with the app, now.")


@pytest.mark.rule("CARD-2")
def test_a_card_says_at_which_doors_it_works(desk: Desk) -> None:
    """Works at n of m doors; the others wait for an update. Off, it still opens until then."""
    desk.house.update("Package Room")
    path = desk.person("Dana") + "/codes"
    page = desk.post("Ana", path, {"do": "card", "uid": "04 A1 B2 C3 D4 E5 F6", "kind": "aes"})
    assert page.says("04A1B2C3D4E5F6", "Works at 0 of 4 doors.", "wait for an update.", "Digits are never shown here.")
    desk.house.update("Package Room")
    assert desk.get("Ana", path).says("Works at 1 of 4 doors.")
    card = page.html.split('name="card" value="')[1].split('"')[0]
    assert desk.post("Ana", path, {"do": "off", "card": card}).says("Off since today 14:02", "still takes it")
