"""Somebody else was faster: a page that was loaded earlier learns which doors need nothing any more, and not who it was."""

import json

import pytest

from tests.surfaces.console.desk import Desk, later
from tests.surfaces.console.test_ending import end, proved


def faster(desk: Desk, who: str, *doors: str) -> dict[str, str]:
    """What the walk of somebody hears about these doors."""
    asked = "&".join(f"door={door}" for door in doors)
    answer = desk.client(who).get(f"/c/updates/faster?{asked}")
    assert answer.status_code == 200
    done: dict[str, str] = json.loads(answer.content)["done"]
    return done


@pytest.mark.rule("SYNC-12")
def test_a_door_that_somebody_else_updated_says_when_it_was_confirmed(desk: Desk) -> None:
    """Only from the receipt on; with the hour of today, and with the day where it was another."""
    proved(desk)
    end(desk, "Dana", "Roof deck")
    roof, room = str(desk.house.doors["Roof"]), str(desk.house.doors["Package Room"])
    before = faster(desk, "Milo", roof, room)
    assert before == {room: "Package Room is already up to date: confirmed 14:02."}
    later(desk, minutes=11)
    desk.house.update("Roof")
    assert faster(desk, "Milo", roof)[roof] == "Roof is already up to date: confirmed 14:13."
    spanish = json.loads(desk.client("Milo").get(f"/c/updates/faster?lang=es&door={roof}").content)["done"]
    assert spanish == {roof: "Roof ya está al día: confirmado a las 14:13."}
    later(desk, days=1)
    assert desk.get("Milo", "/c/", lang="en").status == 200
    assert faster(desk, "Milo", roof)[roof] == "Roof is already up to date: confirmed Sat 21 Nov 14:13."
    assert "confirmado el sáb 21 nov a las 14:13." in desk.client("Milo").get(f"/c/updates/faster?lang=es&door={roof}").json()["done"][roof]


def test_the_page_of_the_update_says_it_before_anybody_walks_there(desk: Desk) -> None:
    """In place of what waits; starting all the same stays possible, and is not the first thing offered."""
    proved(desk)
    end(desk, "Dana", "Roof deck")
    page = desk.get("Milo", desk.door("Roof") + "/update")
    assert "already up to date" not in page.text and 'data-kind="primary" data-do="start">Start, I am at Roof' in page.html
    desk.house.update("Roof")
    page = desk.get("Milo", desk.door("Roof") + "/update")
    assert page.says("Roof is already up to date: confirmed 14:02.", "Start, I am at Roof")
    assert 'data-kind="primary" data-do="start">Start, I am at Roof' not in page.html


def test_it_is_said_of_doors_here_alone(desk: Desk) -> None:
    """What is no door of this building, and what is no door at all, is not in the answer; a door without a proof is neither."""
    proved(desk)
    nobody = "00000000-0000-4000-8000-000000000000"
    assert faster(desk, "Milo", nobody, "nothing", str(desk.house.doors["Gym"])) == {}
    assert desk.get("Dana", "/c/updates/faster").status == 403
    assert desk.get(None, "/c/updates/faster").status == 302
