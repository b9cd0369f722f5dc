"""Keycards mirror their owner's access."""

from datetime import datetime, timedelta

import pytest

from limen.credentials import queries, services
from limen.kernel.problems import Refused
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def activated(house: Harbor, person: str, uid: str, kind: str, now: datetime) -> queries.CardView:
    """A card handed to somebody."""
    with unit_of_work():
        return services.activate_card(
            person_id=house.people[person], property_id=house.property_id, uid=bytes.fromhex(uid), kind=kind, by=house.actor(), now=now
        )


@pytest.mark.rule("CARD-1", "CARD-3")
def test_cards(house: Harbor, now: datetime) -> None:
    """A card is one person's; plain ones only where the property allows them, random numbers never; keys differ by slot and door kind."""
    dana = house.people["dana"]
    card = activated(house, "dana", "04112233445566", "aes", now)
    assert not card.weak
    with pytest.raises(Refused, match="is on already"):
        activated(house, "theo", "04112233445566", "aes", now)
    with pytest.raises(Refused) as refused:
        activated(house, "dana", "04aabbcc", "uid", now)
    assert refused.value.type == "kind_not_allowed"
    with pytest.raises(Refused, match="another number each time"):
        activated(house, "dana", "08112233", "aes", now)
    with unit_of_work():
        services.allow_weak_cards(property_id=house.property_id, uid=True, sun=False, by=house.actor(), now=now)
    assert activated(house, "dana", "04aabbcc", "uid", now).weak
    keys = {queries.card_keys(card.id, house.doors[name]) for name in ("Main Entrance", "Unit 4B", "Package Room", "Boiler Room")}
    assert len(keys) == 4
    assert None not in keys
    assert queries.card_keys(card.id, house.doors["Gym"]) == queries.card_image(card.id).keys[3]
    with unit_of_work():
        services.deactivate_card(card_id=card.id, by=house.actor(), now=now)
    assert [c.uid.hex() for c in queries.cards_of(dana)] == ["04aabbcc"]


@pytest.mark.rule("CARD-3")
def test_a_counting_card_has_one_key_of_its_own_kind(house: Harbor, now: datetime) -> None:
    """It cannot keep doors apart: one key for all of them, which is none of the four that an AES card with its number would have."""
    with unit_of_work():
        services.allow_weak_cards(property_id=house.property_id, uid=False, sun=True, by=house.actor(), now=now)
    card = activated(house, "dana", "04112233445566", "sun", now)
    assert card.weak
    keys = {queries.card_keys(card.id, house.doors[name]) for name in ("Main Entrance", "Unit 4B", "Package Room", "Boiler Room")}
    image = queries.card_image(card.id)
    assert set(image.keys) == {1}
    assert keys == {image.keys[1]}
    with unit_of_work():
        services.deactivate_card(card_id=card.id, by=house.actor(), now=now)
    strong = activated(house, "dana", "04112233445566", "aes", now)
    assert image.keys[1] not in queries.card_image(strong.id).keys.values()
