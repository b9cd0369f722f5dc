"""Past a thrown bolt: managers give staff the right for one home, and read what it does before they give it (LOCK-15)."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.core.cache import cache

from limen.notices.models import Notice
from limen.storage import clock
from tests.surfaces.console.desk import Desk, harbor, later


@pytest.fixture
def home(db: None, now: datetime) -> Iterator[Desk]:
    """Unit 4B has a lock with a bolt; Milo of the staff opens it with the app."""
    cache.clear()
    try:
        desk = harbor(now, ("Unit 4B", "Roof"))
        desk.groups["Homes"] = desk.house.group("Homes", "Unit 4B")
        desk.house.give("Milo", desk.groups["Homes"], standing="non-resident", role_kind="staff")
        yield desk
    finally:
        clock.use(None)


def wish(desk: Desk, **other: object) -> dict[str, object]:
    return {"who": str(desk.house.people["Milo"]), "hours": "4", "why": "Water in 3B."} | other


@pytest.mark.rule("LOCK-15")
def test_the_right_is_read_before_it_is_given_and_shows_until_it_ends(home: Desk) -> None:
    """What it does and that it cannot be taken back stands above the button; the door's page then says who and until when."""
    path = f"{home.door('Unit 4B')}/bolt"
    assert path in home.get("Ana", home.door("Unit 4B")).links("Open past the bolt")
    assert home.get("Ana", path).says(
        "When the bolt is thrown from inside, only the household opens, and whoever has the metal key.",
        "The household is told at once: who, by whom, for how long and why. This cannot be taken back. It ends by itself.",
        "Milo Brandt",
        "Give this right",
    )
    assert home.post("Ana", path, wish(home)).says("Milo Brandt may open although the bolt is thrown, until today 18:02.")
    home.settle()
    assert set(Notice.objects.filter(kind="override_given").values_list("person_id", flat=True)) == {
        home.house.people["Dana"],
        home.house.people["Theo"],
    }
    assert home.get("Ana", path).says(
        "Nobody can be given this now. It is for staff who open Unit 4B with the app: give them access first."
    )
    later(home, hours=4)
    assert "although the bolt is thrown, until" not in home.get("Ana", home.door("Unit 4B")).text


@pytest.mark.rule("LOCK-15")
def test_nobody_else_gives_it_and_a_door_without_a_bolt_has_no_such_page(home: Desk) -> None:
    """Ben manages other doors, Milo only devices; the Roof is nobody's home."""
    path = f"{home.door('Unit 4B')}/bolt"
    for who in ("Ben", "Milo", "Sofia"):
        assert home.post(who, path, wish(home), follow=False).status in {403, 404}
        assert "Open past the bolt" not in home.get(who, home.door("Unit 4B")).text
    assert home.get("Ana", f"{home.door('Roof')}/bolt").status in {403, 404}
    assert not Notice.objects.filter(kind="override_given").exists()


def test_what_is_left_out_or_made_up_is_said_and_nothing_is_given(home: Desk) -> None:
    """No reason, a plumber's or a stranger's number, an hour nobody offered."""
    path = f"{home.door('Unit 4B')}/bolt"
    for wrong in ({"why": ""}, {"who": str(home.house.people["Gus"])}, {"who": "1"}, {"hours": "99"}, {"why": "x" * 201}):
        answer = home.post("Ana", path, wish(home, **wrong))
        assert answer.status == 422 and answer.says("There is a problem")
    nothing = home.post("Ana", path, {})
    assert nothing.says("Who: This field is required.", "For how long: This field is required.", "Reason: This field is required.")
    assert "although the bolt is thrown, until" not in home.get("Ana", home.door("Unit 4B")).text
