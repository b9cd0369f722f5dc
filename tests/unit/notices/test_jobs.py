"""Telling people: once decided, at least once handed over, under one Message-ID (NOTICE-1, NOTICE-2)."""

from datetime import timedelta
from email.header import decode_header, make_header
from uuid import uuid4

import pytest
from django.utils import translation

from limen.identity import services as identity
from limen.identity.models import User
from limen.intercom import services as intercom
from limen.kernel.actors import SYSTEM
from limen.notices import jobs, queries
from limen.notices.models import Letter, Notice
from limen.storage import kms, outbox
from limen.storage.models import OutboxRow
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor
from tests.unit.notices.conftest import Server


def put(house: Harbor, kind: str, who: str = "dana", **facts: str) -> None:
    """Some room decides that somebody is to be told something."""
    body = {"kind": kind, "person": str(house.people[who]), "property": str(house.property_id), "facts": facts}
    with unit_of_work():
        outbox.put("notice", body, house.now)


@pytest.mark.rule("NOTICE-2")
def test_told_twice_the_mail_has_the_same_message_id(house: Harbor, server: Server) -> None:
    """A crash between hand-over and note hands it over again; whoever receives it sees one. The list holds one either way."""
    put(house, "phone_removed", name="Pixel")
    outbox.settle(house.now)
    row = OutboxRow.objects.get(topic="notice")
    body = {"kind": "phone_removed", "person": str(house.people["dana"]), "property": "", "facts": {"name": "Pixel"}}
    jobs.tell(body, row.id, house.now + timedelta(minutes=1))
    ids = [mail["Message-ID"] for _, mail in server.taken]
    assert len(ids) == 2 and len(set(ids)) == 1 and str(row.id) in ids[0]
    assert len(queries.notices_of(house.people["dana"])) == 1


@pytest.mark.rule("NOTICE-1")
def test_mail_reaches_a_real_mail_server(house: Harbor, server: Server) -> None:
    """To the person alone, with the title as its subject and the way to its screen."""
    put(house, "access_given", doors=str(house.doors["Gym"]))
    outbox.settle(house.now)
    [(receivers, mail)] = server.taken
    assert receivers == ["dana@example.org"] and mail["Subject"] == "You have a new door: Gym"
    assert "http://localhost:8000/home/" in str(mail.get_payload())


@pytest.mark.rule("NOTICE-2")
def test_a_busy_mail_server_only_delays_it(house: Harbor, server: Server) -> None:
    """Nothing is lost: it is tried again, with the same Message-ID, and noted only then."""
    server.busy = True
    put(house, "phone_removed", name="Pixel")
    outbox.settle(house.now)
    assert server.taken == [] and OutboxRow.objects.get(topic="notice").done_at is None
    server.busy = False
    outbox.settle(house.now + timedelta(minutes=5))
    row = OutboxRow.objects.get(topic="notice")
    assert len(server.taken) == 1 and row.done_at is not None and str(row.id) in server.taken[0][1]["Message-ID"]


@pytest.mark.rule("NOTICE-2")
def test_what_was_undone_is_never_told(house: Harbor, server: Server) -> None:
    """The row is in the transaction of what it tells of."""
    with pytest.raises(ZeroDivisionError), unit_of_work():
        outbox.put("notice", {"kind": "phone_removed", "person": str(house.people["dana"]), "property": "", "facts": {}}, house.now)
        raise ZeroDivisionError
    outbox.settle(house.now)
    assert server.taken == [] and not Notice.objects.exists()


@pytest.mark.rule("NOTICE-1")
@pytest.mark.parametrize("how", ["archived", "erased", "gone"])
def test_who_left_is_never_written_to_again(house: Harbor, server: Server, how: str) -> None:
    """Not even by what was decided a moment before."""
    person_id = house.people["dana"]
    body = {"kind": "phone_removed", "person": str(person_id), "property": "", "facts": {}}
    if how == "archived":
        from limen.people.models import Person

        Person.objects.filter(id=person_id).update(status="archived")
    if how == "erased":
        kms.destroy(f"person:{person_id}", now=house.now)
    if how == "gone":
        body["person"] = str(uuid4())
    with unit_of_work():
        outbox.put("notice", body, house.now)
    outbox.settle(house.now)
    assert server.taken == [] and not Notice.objects.exists()
    assert OutboxRow.objects.get(topic="notice").done_at is not None


@pytest.mark.rule("CODE-8")
def test_a_code_for_a_stranger_is_mailed_and_kept_nowhere(house: Harbor, server: Server) -> None:
    """The digits stand in the body alone."""
    facts = {"door": str(house.doors["Package Room"]), "digits": "50938174", "until": "the end of today (Sat 21 Nov)"}
    with unit_of_work():
        outbox.put("mail.code", {"to": "plumber@example.org", "property": str(house.property_id), "facts": facts}, house.now)
    outbox.settle(house.now)
    [(receivers, mail)] = server.taken
    assert receivers == ["plumber@example.org"] and "50938174" in str(mail.get_payload())
    assert all("50938174" not in str(value) for value in mail.values())
    assert not Notice.objects.exists() and OutboxRow.objects.get(topic="mail.code").body is None


@pytest.mark.rule("PEOPLE-7")
def test_own_codes_are_mailed_and_said_to_stay(house: Harbor, server: Server) -> None:
    """Door by door, to the address of the person's own row; what the list keeps of it has no digits."""
    User.objects.update_or_create(person_id=house.people["dana"], defaults={"language": "en"})
    codes = [[str(house.doors["Package Room"]), "50938174", True], [str(house.doors["Gym"]), "1234567", False]]
    with unit_of_work():
        outbox.put("mail.own_codes", {"person": str(house.people["dana"]), "property": str(house.property_id), "codes": codes}, house.now)
    outbox.settle(house.now)
    [(receivers, mail)] = server.taken
    text = str(mail.get_payload()).replace("\r\n", "\n")
    assert receivers == ["dana@example.org"] and mail["Subject"] == "Your codes for 88 Harbor Street"
    assert "Gym: 1234567\nPackage Room: 50938174 It works after this door is updated." in text and "They stay until they are reset." in text
    [kept] = queries.notices_of(house.people["dana"])
    assert kept.title == "The property team mailed you your own codes" and "50938174" not in kept.text
    assert OutboxRow.objects.get(topic="mail.own_codes").body is None


@pytest.mark.rule("PEOPLE-7")
def test_own_codes_reach_who_never_signed_in_in_both_languages(house: Harbor, server: Server) -> None:
    """Nobody knows what they read, and nobody tells them at the door: each code is there with either sentence."""
    codes = [[str(house.doors["Package Room"]), "50938174", True]]
    with unit_of_work():
        outbox.put("mail.own_codes", {"person": str(house.people["dana"]), "property": str(house.property_id), "codes": codes}, house.now)
    outbox.settle(house.now)
    [(_receivers, mail)] = server.taken
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    text = payload.decode().replace("\r\n", "\n")
    assert str(make_header(decode_header(mail["Subject"]))).strip() == "Your code for 88 Harbor Street / Su código para 88 Harbor Street"
    assert "Package Room: 50938174 It works after this door is updated." in text
    assert "Package Room: 50938174 Sirve cuando se actualice esta puerta." in text
    [kept] = queries.notices_of(house.people["dana"])
    assert kept.title.startswith("The property team mailed you your own codes / La administración le envió")
    assert "50938174" not in kept.text


@pytest.mark.rule("NOTICE-1")
@pytest.mark.parametrize("kind", ["code_reset", "letter_printed"])
def test_what_is_said_of_codes_reaches_who_never_signed_in_in_both_languages(house: Harbor, server: Server, kind: str) -> None:
    """People who open by code alone never say what they read; once they do, it is that and nothing else."""
    facts = {"door": str(house.doors["Gym"]), "doors": str(house.doors["Gym"])}
    put(house, kind, **facts)
    outbox.settle(house.now)
    User.objects.update_or_create(person_id=house.people["dana"], defaults={"language": "es"})
    put(house, kind, **facts)
    outbox.settle(house.now)
    both, spanish = (str(make_header(decode_header(mail["Subject"]))).strip() for _, mail in server.taken)
    assert both.endswith(f" / {spanish}") and both != spanish


def test_an_invitations_link_is_not_kept_in_the_list(house: Harbor, server: Server) -> None:
    """It is a key; it stands in the mail only."""
    put(house, "invitation", path="/join/abcdef")
    outbox.settle(house.now)
    assert "/join/abcdef" in str(server.taken[0][1].get_payload())
    assert queries.notices_of(house.people["dana"]) == ()


def test_a_ready_mail_is_passed_on_as_it_is(house: Harbor, server: Server) -> None:
    """Those about sign-in; a subject has one line whatever was in it."""
    with unit_of_work():
        outbox.put("mail", {"to": "dana@example.org", "subject": "Sign-in\r\nBcc: all@example.org", "text": "123"}, house.now)
    outbox.settle(house.now)
    [(receivers, mail)] = server.taken
    assert receivers == ["dana@example.org"] and mail["Bcc"] is None and mail["Subject"] == "Sign-in Bcc: all@example.org"


def test_without_a_mail_server_mail_lies_in_the_mailbox_once(house: Harbor) -> None:
    """Sealed in the table, readable on the demonstration's page; told again, it does not double."""
    put(house, "access_given", doors=str(house.doors["Gym"]))
    outbox.settle(house.now)
    row = OutboxRow.objects.get(topic="notice")
    body = {"kind": "access_given", "person": str(house.people["dana"]), "property": "", "facts": {"doors": str(house.doors["Gym"])}}
    jobs.tell(body, row.id, house.now)
    [letter] = queries.mailbox()
    assert (letter.to, letter.subject) == ("dana@example.org", "You have a new door: Gym")
    assert b"dana@example.org" not in bytes(Letter.objects.get().sealed)


def test_a_person_without_an_address_has_it_in_their_list(house: Harbor, server: Server) -> None:
    """Rosa has no e-mail."""
    put(house, "code_reset", "rosa", door=str(house.doors["Package Room"]))
    outbox.settle(house.now)
    assert server.taken == []
    [notice] = queries.notices_of(house.people["rosa"])
    both = "Your code for the Package Room was reset / Se restableció su código para Package Room"
    assert (notice.kind, notice.title, notice.link) == ("code_reset", both, "/home/codes")


@pytest.mark.rule("LINK-4")
def test_a_ringing_call_is_told_and_one_that_is_over_is_not(house: Harbor, server: Server) -> None:
    """M23 in the resident's list, no mail; and nothing rings late."""
    house.give("dana", "Residents")
    house.phone("dana")
    with unit_of_work():
        link = intercom.make_link(door_id=house.doors["Package Room"], by=SYSTEM, now=house.now)
    from limen.intercom import queries as calls

    entry = calls.directory(link.code, "", house.now).entries[0]
    with unit_of_work():
        call, _ = intercom.start_call(code=link.code, entry_id=entry.id, visitor="x", now=house.now)
    outbox.settle(house.now)
    [notice] = [one for one in queries.notices_of(house.people["dana"]) if one.kind == "call_ringing"]
    assert (notice.title, notice.link) == ("Visitor at the Package Room", f"/home/call/{call.id}")
    assert not [mail for _, mail in server.taken if "Visitor" in mail["Subject"]]
    late = house.now + timedelta(seconds=50)
    jobs.ring({"person": str(house.people["dana"]), "door": str(house.doors["Gym"]), "call": str(uuid4())}, uuid4(), late)
    assert len([one for one in queries.notices_of(house.people["dana"]) if one.kind == "call_ringing"]) == 1


def test_names_are_read_when_it_is_told(house: Harbor) -> None:
    """A notice says ids to the outbox and names to people."""
    facts = jobs.facts_of(
        {
            "property": str(house.property_id),
            "facts": {
                "doors": f"{house.doors['Roof']},{house.doors['Gym']}",
                "door": str(house.doors["Package Room"]),
                "maker": str(house.people["ana"]),
            },
        }
    )
    assert facts == {"place": "88 Harbor Street", "doors": "Gym, Roof", "several": "yes", "door": "Package Room", "maker": "Ana Ruiz"}


@pytest.mark.rule("NOTICE-1")
def test_a_mail_comes_in_the_language_that_its_reader_reads(house: Harbor, server: Server) -> None:
    """Whoever caused it may read another one."""
    User.objects.update_or_create(person_id=house.people["dana"], defaults={"language": "es"})
    put(house, "card_off")
    put(house, "card_off", who="theo")
    outbox.settle(house.now)
    subjects = {to: mail["Subject"] for (to,), mail in server.taken}
    assert subjects == {"dana@example.org": "Su tarjeta está inactiva", "theo@example.org": "Your card is off"}


@pytest.mark.rule("PEOPLE-4")
@pytest.mark.parametrize(
    ("asked_in", "subject"),
    [
        ("en", "88 Harbor Street invites you / 88 Harbor Street le invita"),
        ("es", "88 Harbor Street le invita / 88 Harbor Street invites you"),
    ],
)
def test_the_first_mail_is_in_both_languages(house: Harbor, server: Server, asked_in: str, subject: str) -> None:
    """Nobody knows yet what its reader reads; whoever invites is the best guess for what stands first. The link stands there once."""
    with translation.override(asked_in), unit_of_work():
        identity.invite(person_id=house.people["dana"], property_id=house.property_id, by=house.actor(), now=house.now)
    outbox.settle(house.now)
    [(_receivers, mail)] = server.taken
    payload = mail.get_payload(decode=True)
    assert mail["Subject"] == subject and isinstance(payload, bytes)
    text = payload.decode()
    assert "invites you to use its doors. The link is for you alone and works for 30 days." in text
    assert "le invita a usar sus puertas." in text and text.count("/join/") == 1


def test_somebody_whose_language_is_known_is_invited_in_it_alone(house: Harbor, server: Server) -> None:
    """Whoever was here before, and whatever the inviter reads."""
    User.objects.update_or_create(person_id=house.people["dana"], defaults={"language": "es"})
    put(house, "guest_invited", host=str(house.people["theo"]))
    outbox.settle(house.now)
    assert [mail["Subject"] for _, mail in server.taken] == ["88 Harbor Street le invita"]
