"""A person's own codes in writing: on paper or in a mail to themselves, journaled, told, and none for who is paused."""

import json
from uuid import UUID

import pytest

from limen.access import services as access
from limen.credentials import queries, services
from limen.credentials.services import Written
from limen.journal import queries as journal
from limen.kernel.problems import Refused
from limen.storage import kms, outbox
from limen.storage.models import OutboxRow
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor


def at(house: Harbor, *names: str) -> list[UUID]:
    return [house.doors[name] for name in names]


def letter(house: Harbor, person: str, *names: str) -> dict[UUID, str]:
    """The digits of a printed letter by door."""
    with unit_of_work():
        found: tuple[Written, ...] = services.write_letter(
            person_id=house.people[person], property_id=house.property_id, doors=at(house, *names), by=house.actor(), now=house.now
        )
    return {one.door_id: one.digits for one in found}


def bodies(topic: str) -> list[dict[str, object]]:
    """What waits to be told, unsealed."""
    rows = OutboxRow.objects.filter(topic=topic, done_at=None)
    context = [kms.context("storage_outboxrow", "body", row.id) for row in rows]
    return [json.loads(kms.unseal(outbox.KEY_ID, bytes(row.body or b""), where)) for row, where in zip(rows, context, strict=True)]


@pytest.mark.rule("CODE-8")
def test_a_letter_holds_the_codes_in_force_and_its_reader_is_told(house: Harbor) -> None:
    """The digits that the person would be shown, at the doors where there is one; a journal line without digits, one notice."""
    OutboxRow.objects.all().delete()
    printed = letter(house, "rosa", "Package Room", "Unit 4B")
    with unit_of_work():
        own = services.show_code(person_id=house.people["rosa"], door_id=house.doors["Package Room"], by=house.actor("rosa"), now=house.now)
    assert printed == {house.doors["Package Room"]: own}
    [line] = [one for one in journal.entries(property_id=house.property_id) if one.verb == "doorcode.printed"]
    assert (line.by, line.target) == (house.people["ana"], f"door:{house.doors['Package Room']}") and own not in str(line)
    assert line.detail == {"person": str(house.people["rosa"])}
    [told] = bodies("notice")
    assert (told["kind"], told["person"]) == ("letter_printed", str(house.people["rosa"])) and own not in str(told)


@pytest.mark.rule("CODE-8")
def test_codes_are_mailed_to_their_owner_alone(house: Harbor) -> None:
    """No address is asked for, so no digits can go to another one; where a lock must be updated first is said with the code."""
    package = house.doors["Package Room"]
    with unit_of_work():
        sent = services.mail_codes(
            person_id=house.people["dana"],
            property_id=house.property_id,
            doors=at(house, "Package Room", "Unit 2A"),
            waiting=[package],
            by=house.actor(),
            now=house.now,
        )
    [mail] = bodies("mail.own_codes")
    assert sent == (package,)
    assert mail["person"] == str(house.people["dana"]) and mail["codes"] == [
        [str(package), letter(house, "dana", "Package Room")[package], True]
    ]
    assert "doorcode.mailed" in {one.verb for one in journal.entries(property_id=house.property_id)}


@pytest.mark.rule("PEOPLE-7")
def test_who_is_paused_or_holds_nothing_gets_none(house: Harbor) -> None:
    """Nothing is journaled and nobody is told of a letter that was not written."""
    with pytest.raises(Refused, match="no code to send"):
        letter(house, "rosa", "Unit 4B")
    with unit_of_work():
        access.suspend(person_id=house.people["rosa"], property_id=house.property_id, by=house.actor(), now=house.now)
    with pytest.raises(Refused, match="no code to send"):
        letter(house, "rosa", "Package Room")
    assert "letter_printed" not in {str(one["kind"]) for one in bodies("notice")}
    assert queries.code_of(house.people["rosa"], house.doors["Package Room"]) is not None, "it comes back with the access"


@pytest.mark.rule("CODE-14")
def test_a_code_for_all_common_doors_is_written_whole(house: Harbor) -> None:
    """As its owner reads it, though a lock compares fewer of its digits."""
    with unit_of_work():
        services.set_one_code(
            person_id=house.people["dana"], property_id=house.property_id, wanted=True, by=house.actor("dana"), now=house.now
        )
    with unit_of_work():
        own = services.show_code(person_id=house.people["dana"], door_id=house.doors["Package Room"], by=house.actor("dana"), now=house.now)
    assert letter(house, "dana", "Package Room") == {house.doors["Package Room"]: own}


def test_a_letter_may_have_many_doors(house: Harbor) -> None:
    """Each has its own line in the journal; the notice names them all."""
    names = [name for name in house.doors if name.startswith(("Main", "Package", "Unit 4B", "Gym"))]
    printed = letter(house, "dana", *names)
    lines = [one for one in journal.entries(property_id=house.property_id) if one.verb == "doorcode.printed"]
    assert len(printed) > 2 and {one.target for one in lines} == {f"door:{door_id}" for door_id in printed}
