"""All cards with their owners, and which weak ones are allowed (CARD-1, CARD-3)."""

import pytest

from limen.credentials import queries as credentials
from tests.surfaces.console.desk import Desk


@pytest.mark.rule("CARD-3")
def test_weak_cards_are_switched_on_by_hand_only(desk: Desk) -> None:
    """Neither kind before somebody says so."""
    before = credentials.card_policy(desk.house.property_id)
    assert (before.allow_uid, before.allow_sun) == (False, False)
    assert desk.get("Ana", "/c/cards").says("Weak cards", "anybody who holds one for a minute has a copy")
    desk.post("Ana", "/c/cards", {"sun": "on"})
    after = credentials.card_policy(desk.house.property_id)
    assert (after.allow_uid, after.allow_sun) == (False, True)


@pytest.mark.rule("CARD-1")
def test_all_cards_stand_with_their_owners(desk: Desk) -> None:
    """None at first; then Rosa's and Dana's, by name, a weak one marked, each leading to where it is turned off. Who gives single groups has no such list."""
    assert desk.get("Ana", "/c/cards").says("No cards yet. Activate one on a person's page.")
    desk.post("Ana", "/c/cards", {"uid": "on"})
    for who, uid, kind in (("Dana", "04A1B2C3D4E5F6", "aes"), ("Rosa", "04112233445566", "uid")):
        desk.post("Ana", f"{desk.person(who)}/codes", {"do": "card", "uid": uid, "kind": kind})
    page = desk.get("Ana", "/c/cards")
    assert page.says("2 cards are on", "04A1B2C3D4E5F6 · on since today 14:02", "04112233445566 · easy to copy · on since today 14:02")
    assert page.links("Rosa") == [f"{desk.person('Rosa')}/codes"]
    assert desk.get("Ben", "/c/cards").status == desk.get("Milo", "/c/cards").status == 403
    desk.staff("Lea", access="limited")
    assert desk.get("Lea", "/c/cards").says("2 cards are on", "Allowed here.")
    assert desk.post("Lea", "/c/cards", {"sun": "on"}).status == 403
    card = next(card for card in credentials.cards_in(desk.house.property_id) if card.weak)
    desk.post("Ana", f"{desk.person('Rosa')}/codes", {"do": "off", "card": str(card.id)})
    assert desk.get("Ana", "/c/cards").says("1 card is on")
