"""Give access, see the effect (J3)."""

import pytest

from limen.access import queries as access
from tests.surfaces.console.desk import Desk, Page

VENDOR = {"standing": "non-resident", "role_kind": "vendor", "opens_by": "code-or-card", "starts": "", "ends": ""}
RESIDENT = {"standing": "resident", "role_kind": "", "opens_by": "app", "starts": "", "ends": ""}


def give(desk: Desk, person: str, group: str, step: str, who: str = "Ana", **terms: object) -> Page:
    """One page of the three."""
    return desk.post(who, desk.person(person) + "/give", {"step": step, "groups": [str(desk.groups[group])], **terms})


@pytest.fixture
def boiler(desk: Desk) -> Desk:
    """Gus lives elsewhere and has a phone; the Boiler Room has a lock too."""
    desk.house.person("Lou", app=False)
    desk.house.activate("Boiler Room", "LM000103", "M")
    desk.house.give("Gus", desk.groups["Amenities"], standing="non-resident")
    return desk


@pytest.mark.rule("ACCESS-2")
def test_standing_is_asked_and_never_defaulted(boiler: Desk) -> None:
    """Without a choice nothing goes on, and the page says why it matters."""
    page = give(boiler, "Gus", "Services", "groups")
    assert page.says("Standing", "Resident", "Non-resident")
    assert 'value="resident" required id="id_standing_0" checked' not in page.html
    assert "checked" not in page.html.split("id_role_kind")[0]
    page = give(boiler, "Gus", "Services", "check", standing="", opens_by="app")
    assert page.status == 422
    assert "<title>Error:" in page.html
    assert page.says("There is a problem", "Choose resident or non-resident. It decides who may see their entries.")


@pytest.mark.rule("SYNC-3", "SYNC-4")
def test_the_check_says_who_gains_what_and_which_door_needs_an_update(boiler: Desk) -> None:
    """By code alone, the unconnected door needs an update on the first day; nobody else is touched."""
    terms = VENDOR | {"starts": "2026-11-23T08:00", "ends": "2026-11-27T18:00"}
    page = give(boiler, "Gus", "Services", "check", **terms)
    assert page.says(
        "Check before you give",
        "non-resident: managers see Gus's entries",
        "Mon 23 Nov 08:00",
        "Fri 27 Nov 18:00",
        "code or card only",
        "Gus gains 2 doors",
        "Boiler Room: needs an update, due Mon 23 Nov",
        "Nobody else gains or loses a door.",
        "A task for Boiler Room is added to Mon 23 Nov.",
        "A mail goes to Gus now.",
    )
    page = give(boiler, "Gus", "Services", "give", **terms)
    assert page.says("Given. Boiler Room waits for an update, due Mon 23 Nov.")
    grant = next(g for g in access.grants_of(boiler.house.people["Gus"]) if g.group_name == "Services")
    assert (grant.standing, grant.role_kind, grant.opens_app, grant.starts.isoformat()) == (
        "non-resident", "vendor", False, "2026-11-23T13:00:00+00:00",
    )  # fmt: skip
    assert boiler.get("Ana", "/c/").says("Next: Boiler Room, Mon 23 Nov.")


@pytest.mark.rule("SYNC-3")
def test_with_the_app_there_is_no_task(boiler: Desk) -> None:
    """A grant to somebody with the app needs no staff action."""
    page = give(boiler, "Gus", "Services", "check", **(VENDOR | {"opens_by": "app"}))
    boiler.house.person("Max")
    boiler.house.give("Max", boiler.groups["Amenities"])
    page = give(boiler, "Max", "Services", "check", **RESIDENT)
    assert page.says("Max gains 2 doors")
    assert "needs an update" not in page.text
    assert give(boiler, "Max", "Services", "give", **RESIDENT).says("Given.")
    assert boiler.get("Ana", "/c/").says("No door needs an update today.")


def test_a_new_end_of_what_somebody_has_is_said(boiler: Desk) -> None:
    """ "Gus has this until Fri 27 Nov 18:00. Now it ends Mon 30 Nov 18:00." """
    terms = VENDOR | {"ends": "2026-11-27T18:00"}
    give(boiler, "Gus", "Services", "give", **terms)
    page = give(boiler, "Gus", "Services", "check", **(terms | {"ends": "2026-11-30T18:00"}))
    assert page.says("Gus has this until Fri 27 Nov 18:00. Now it ends Mon 30 Nov 18:00.")


@pytest.mark.rule("PEOPLE-2")
def test_ben_gives_only_his_groups(boiler: Desk) -> None:
    """Other groups are not offered, and sent anyway they are not given."""
    page = boiler.get("Ben", boiler.person("Gus") + "/give")
    assert page.says("You may give 2 of 5 groups. Ana Ruiz can give the others.")
    assert "Roof deck" not in page.text
    page = give(boiler, "Gus", "Roof deck", "give", who="Ben", **VENDOR)
    assert page.status == 422
    assert page.says("Choose at least one group.")
    assert "Roof deck" not in boiler.get("Ana", boiler.person("Gus")).text


def test_dates_that_make_no_sense_are_refused_with_their_reason(boiler: Desk) -> None:
    """Back to front, out of every clock, or not a date."""
    wrong = {"starts": "2026-11-27T08:00", "ends": "2026-11-26T08:00"}
    assert give(boiler, "Gus", "Services", "check", **(VENDOR | wrong)).says("The end is before the start.")
    for year in ("0001", "9999"):
        page = give(boiler, "Gus", "Services", "check", **(VENDOR | {"ends": f"{year}-12-31T23:59"}))
        assert page.says("Choose a date between 2000 and 2100.")
    assert give(boiler, "Gus", "Services", "check", **(VENDOR | {"ends": "tomorrow"})).status == 422


def test_what_was_typed_is_there_again_after_going_back(boiler: Desk) -> None:
    """Back and change loses nothing."""
    page = give(boiler, "Gus", "Services", "terms", **(VENDOR | {"ends": "2026-11-27T18:00"}))
    assert 'value="2026-11-27T18:00"' in page.html
    assert page.html.count("checked") >= 3


def test_a_new_person_gets_access_in_one_go(office: Desk) -> None:
    """Invite, then doors; the mail leaves at once, and until then nobody else of the staff can look them up by id."""
    page = office.post("Ana", "/c/people/invite", {"first": "Vera", "last": "Novak", "email": "vera@example.org", "unit": ""}, follow=False)
    assert page.location.endswith("/give?new=1")
    assert office.get("Ana", page.location).says("Give access to Vera Novak")
    office.staff("Lea", access="full")
    assert office.get("Lea", page.location).status == 404
    path = page.location.split("?")[0]
    given = office.post("Ana", path, {"step": "give", "groups": [str(office.groups["Amenities"])], **RESIDENT})
    assert given.says("Given.", "Gym: works when a device is activated")
    assert office.get("Ana", "/c/people", q="vera").says("Invited Sat 21 Nov, not signed in")


@pytest.mark.rule("PEOPLE-4")
def test_an_invitation_that_is_sent_again_says_when_and_where_to(office: Desk) -> None:
    """What is now true, in place of nothing; it is not said where nobody sent anything."""
    made = office.post("Ana", "/c/people/invite", {"first": "Vera", "last": "Novak", "email": "vera@example.org", "unit": ""}, follow=False)
    person = made.location.removesuffix("/give?new=1")
    office.post("Ana", f"{person}/give", {"step": "give", "groups": [str(office.groups["Amenities"])], **RESIDENT})
    said = "A new invitation was sent today 14:02 to vera@example.org. The one before no longer works."
    assert said not in office.get("Ana", person).text
    assert office.post("Ana", f"{person}/invite").says(said)


def test_a_known_address_goes_by_the_name_that_was_typed_until_it_belongs_here(office: Desk) -> None:
    """An address with an account elsewhere does not answer with the person behind it."""
    from limen.kernel.actors import SYSTEM
    from limen.people import services as people_verbs
    from limen.storage.transactions import unit_of_work

    with unit_of_work():
        people_verbs.add_person(first="Rosalind", last="Achterberg", email="rosalind@example.org", by=SYSTEM, now=office.house.now)
    page = office.post(
        "Ana", "/c/people/invite", {"first": "Vera", "last": "Novak", "email": "rosalind@example.org", "unit": ""}, follow=False
    )
    shown = office.get("Ana", page.location)
    assert shown.says("Give access to Vera Novak")
    assert "Rosalind" not in shown.html


def test_several_groups_are_given_together_or_not_at_all(office: Desk) -> None:
    """One that cannot be given leaves the others ungiven too."""
    from limen.people.models import Person

    Person.objects.filter(id=office.house.people["Theo"]).update(status="archived")
    groups = [str(office.groups["Amenities"]), str(office.groups["Services"])]
    page = office.post("Ana", office.person("Theo") + "/give", {"step": "give", "groups": groups, **RESIDENT})
    assert page.says("This account is closed.")
    assert not [g for g in access.grants_of(office.house.people["Theo"]) if g.group_name in {"Amenities", "Services"}]
