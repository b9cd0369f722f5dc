"""What couriers ask and bring, and what they may not."""

import pytest

from limen.credentials import queries as credentials_read
from limen.credentials import services as credentials
from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.fleet.queries import Truth
from limen.gateway import views
from limen.history.models import Event
from limen.identity import services as identity
from limen.kernel.actors import Actor
from limen.phone import inbox as phones_inbox
from limen.storage import kms
from limen.storage.transactions import unit_of_work
from limen.wire import cbor
from limen.wire.cbor import Encodable
from limen.wire.doorcodes import tag
from limen.wire.envelope import RoleKeys, Typ, unverified_payload
from limen.wire.events import Kind, Method
from limen.wire.grants import Cls, Rights, read_grant
from limen.wire.timestamps import open_time
from tests.surfaces.gateway.conftest import Desk, door_bytes, item
from tests.unit.fleet.house import ANA, FACTORY
from tests.unit.fleet.tiny_lock import TinyLock

LOCK = b"LM000001"


@pytest.mark.rule("SYNC-8")
def test_a_phone_fetches_carries_and_hands_in(desk: Desk) -> None:
    """The whole way of an update: fetched as opaque bytes, brought to the lock, its receipt handed in, the door proved."""
    desk.house.give("Dana", desk.house.group("More", "Package Room"), standing="resident")
    desk.house.person("Rosa", app=False)
    desk.house.give("Rosa", desk.house.group("Letters", "Package Room"))
    answer = desk.ask("Dana", "inbox", {"as": "resident"})
    assert answer.status == 200 and answer.said["phone"] == str(desk.house.phones["Dana"].id)
    doors = {door["serial"]: door for door in answer.said["doors"]}  # type: ignore[attr-defined]
    mine = doors["LM000001"]
    assert (mine["name"], mine["lock"], mine["door"]) == ("Package Room", LOCK, door_bytes(desk, "Package Room"))
    lock = desk.house.locks["Package Room"]
    assert lock.take(mine["bundle"]) == "applied"
    handed = desk.ask("Dana", "outbox", {"items": [item("receipt", LOCK, lock.receipt())]})
    assert handed.said == {"answers": [{"key": bytes(16), "status": "taken", "reason": ""}]}
    assert desk.house.state("Package Room").truth == Truth.PROVED
    again = desk.ask("Dana", "outbox", {"items": [item("receipt", LOCK, lock.receipt())]})
    assert again.status == 200


@pytest.mark.rule("SYNC-13")
def test_what_a_resident_carries_for_others_names_no_door_and_its_proof_arrives_all_the_same(desk: Desk) -> None:
    """Theo's home waits for a list. Nothing that the service says to Dana's phone holds its serial, id or name, from fetching it to handing in the proof."""
    house = desk.house
    house.door("Unit 4C", "unit", unit="4C")
    house.locks["Unit 4C"] = theirs = TinyLock("SN-77120", FACTORY, "C2", born_as=b"\x9f\x03\x5a\x11\x88\xe2\x70\x4d")
    house.activate("Unit 4C", theirs.serial)
    house.person("Theo", unit="4C")
    house.give("Theo", house.group("Their home", "Unit 4C"))
    answers = [desk.ask("Dana", "inbox", {"as": "resident"})]
    doors = phones_inbox.read(cbor.encode(answers[0].said)).doors  # type: ignore[arg-type]
    assert {door.name for door in doors} == {"Package Room", None}
    (passed,) = [door for door in doors if door.cls == Cls.COURIER]
    assert passed.lock_id == theirs.lock_id and passed.bundle is not None and passed.info.door is None
    assert theirs.take(passed.bundle) == "applied"
    for path, question in (
        ("time", {"lock": passed.lock_id, "nonce": bytes(16)}),
        ("nonce", {"lock": passed.lock_id}),
        ("outbox", {"items": [item("receipt", passed.lock_id, theirs.receipt())]}),
        (
            "outbox",
            {"items": [item("receipt", passed.lock_id, b"none", b"k" * 16), item("segment", passed.lock_id, bytes(4096), b"s" * 16)]},
        ),
        ("inbox", {"as": "courier"}),
        ("inbox", {"as": "resident"}),
    ):
        answers.append(desk.ask("Dana", path, question))
        assert answers[-1].status == 200
    assert house.state("Unit 4C").truth == Truth.PROVED
    said = b"".join(cbor.encode(answer.said) for answer in answers)  # type: ignore[arg-type]
    assert theirs.lock_id in said and b"Package Room" in said and door_bytes(desk, "Package Room") in said
    for canary in (theirs.serial.encode(), door_bytes(desk, "Unit 4C"), str(house.doors["Unit 4C"]).encode(), b"Unit 4C"):
        assert canary not in said


@pytest.mark.rule("SYNC-13")
def test_to_ask_with_the_lock_id_of_a_neighbours_door_is_to_ask_with_any(desk: Desk) -> None:
    """The questions that want a door say 404 to who manages nothing, and those that want a lock answer alike for a door one holds and one passes."""
    for path, question in (("time", {"nonce": bytes(16)}), ("nonce", {})):
        passed, own = (desk.ask("Dana", path, {"lock": lock, **question}) for lock in (b"LM000002", LOCK))
        assert (passed.status, list(passed.said)) == (own.status, list(own.said)) == (200, [path])
    gone, never = b"LM000002", b"\x00" * 8
    with unit_of_work():
        fleet_services.deactivate(door_id=desk.house.doors["Gym"], by=ANA, now=desk.house.now)
    for path, question in (("time", {"nonce": bytes(16)}), ("nonce", {})):
        first, second = (desk.ask("Dana", path, {"lock": lock, **question}) for lock in (gone, never))
        assert (first.status, first.said) == (second.status, second.said) and first.status == 404
    for name in ("Gym", "Package Room"):
        begun = desk.ask("Dana", "activation/begin", {"door": door_bytes(desk, name), "lock": LOCK})
        assert begun.status == 404


@pytest.mark.rule("SYNC-2")
def test_the_managers_inbox_has_class_6_only(desk: Desk) -> None:
    """Push and nothing else, at every door of the building."""
    answer = desk.ask("Milo", "inbox", {"as": "manager"})
    doors = answer.said["doors"]
    assert isinstance(doors, list) and {door["serial"] for door in doors} == {"LM000001", "LM000002"}
    for door in doors:
        assert door["class"] == Cls.MANAGER
        for data in door["grants"]:
            grant = read_grant(unverified_payload(data)[1])
            assert (grant.cls, grant.rights) == (Cls.MANAGER, Rights.PUSH)


@pytest.mark.rule("SYNC-1")
def test_a_record_is_taken_once_and_kept_for_those_who_may_see_it(desk: Desk) -> None:
    """Segments and readings come up through anybody's phone; twice is once."""
    lock = desk.house.locks["Package Room"]
    lock.note(t=int(desk.house.now.timestamp()), kind=Kind.ENTRY, method=Method.APP, subj=1)
    (segment,) = lock.segments()
    reading = lock.telemetry(battery=64, t=int(desk.house.now.timestamp()))
    items = [
        item("segment", LOCK, segment, b"a" * 16),
        item("telemetry", LOCK, reading, b"b" * 16),
        item("noise", LOCK, b"", b"c" * 16),
        item("receipt", LOCK, lock.receipt(full=True), b"d" * 16),
    ]
    first = desk.ask("Dana", "outbox", {"items": items})
    assert [one["status"] for one in first.said["answers"]] == ["taken", "taken", "refused", "taken"]  # type: ignore[attr-defined]
    second = desk.ask("Milo", "outbox", {"items": items})
    assert [one["status"] for one in second.said["answers"]] == ["known", "known", "refused", "known"]  # type: ignore[attr-defined]
    assert Event.objects.count() == 1
    assert desk.house.state("Package Room").battery.percent == 64
    inbox = desk.ask("Dana", "inbox", {"as": "resident"}).said["doors"]
    assert next(door for door in inbox if door["serial"] == "LM000001")["ack"]  # type: ignore[attr-defined]


@pytest.mark.rule("SYNC-1", "LOCK-9")
def test_a_still_comes_up_through_anybodys_phone_once(desk: Desk) -> None:
    """Sealed; without the record that names it, it waits and is nobody's."""
    lock = desk.house.locks["Package Room"]
    lock.still(lock.note(t=int(desk.house.now.timestamp()), kind=Kind.ENTRY, method=Method.APP, subj=1), b"\x89PNG still")
    (parcel,) = lock.parcels()
    items = [item("photo", LOCK, parcel, b"a" * 16), item("photo", LOCK, bytes(4096), b"b" * 16)]
    answered = desk.ask("Dana", "outbox", {"items": items}).said["answers"]
    assert [one["status"] for one in answered] == ["taken", "refused"]  # type: ignore[attr-defined]
    answered = desk.ask("Milo", "outbox", {"items": items[:1]}).said["answers"]
    assert [one["status"] for one in answered] == ["known"]  # type: ignore[attr-defined]


@pytest.mark.rule("LOCK-5")
def test_the_time_is_signed_for_one_nonce_of_one_lock(desk: Desk) -> None:
    """The answer names lock and nonce and the service's clock."""
    answer = desk.ask("Dana", "time", {"lock": LOCK, "nonce": b"n" * 16})
    said = open_time(answer.said["time"], RoleKeys({Typ.TIME: (kms.public("time"),)}))  # type: ignore[arg-type]
    assert (said.lock_id, said.nonce, said.ms) == (LOCK, b"n" * 16, int(desk.house.now.timestamp() * 1000))


def test_a_nonce_of_the_service_makes_a_receipt_fresh(desk: Desk) -> None:
    """Asked for, put into the receipt, handed in: confirmed now (B.7)."""
    desk.house.later(days=2)
    nonce = desk.ask("Dana", "nonce", {"lock": LOCK}).said["nonce"]
    assert isinstance(nonce, bytes)
    desk.ask("Dana", "outbox", {"items": [item("receipt", LOCK, desk.house.locks["Package Room"].receipt(nonce=nonce))]})
    assert desk.house.state("Package Room").confirmed_at == desk.house.now


@pytest.mark.rule("LOCK-10")
def test_an_installer_activates_a_lock_through_the_gateway(desk: Desk) -> None:
    """Both halves, in CBOR, by whoever has the right."""
    lock = TinyLock("LM000009", FACTORY)
    begun = desk.ask("Milo", "activation/begin", {"door": door_bytes(desk, "Unit 4B"), "lock": lock.lock_id})
    attest = lock.attest(begun.said["n_s"])  # type: ignore[arg-type]
    done = desk.ask("Milo", "activation/finish", {"door": door_bytes(desk, "Unit 4B"), "attest": attest, "h": bytes(32)})
    assert done.status == 200
    receipt = lock.become(done.said["ticket"], done.said["snapshot"])  # type: ignore[arg-type]
    desk.ask("Milo", "outbox", {"items": [item("receipt", lock.lock_id, receipt)]})
    assert desk.house.state("Unit 4B").truth == Truth.PROVED


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "This lock has another owner. It must be released there first."),
        ("es", "Esta cerradura es de otra administración. Primero deben liberarla allí."),
    ],
)
def test_why_a_lock_cannot_be_activated_is_said_in_the_installers_language(desk: Desk, language: str, title: str) -> None:
    """The lock of another door: the service's sentence is what the page shows (console/activate.js)."""
    wish: dict[str, object] = {"door": door_bytes(desk, "Unit 4B"), "lock": LOCK}
    asked = desk.ask("Milo", "activation/begin", wish, **{"accept-language": language})
    assert (asked.status, asked.said["type"], asked.said["title"]) == (409, "about:limen/lock_has_owner", title)


# ---- who may not

EVERYTHING = {
    "inbox": {"as": "resident"},
    "outbox": {"items": []},
    "time": {"lock": LOCK, "nonce": bytes(16)},
    "nonce": {"lock": LOCK},
    "activation/begin": {"door": bytes(16), "lock": LOCK},
    "activation/cover/begin": {"door": bytes(16), "digits": "20478135", "told": b""},
    "activation/cover/end": {"door": bytes(16), "digits": "20478135", "told": b"", "nonce": bytes(16), "heard": b""},
    "activation/finish": {"door": bytes(16), "attest": b"", "h": bytes(32)},
}


@pytest.mark.parametrize("path", EVERYTHING)
def test_nobody_gets_nothing(desk: Desk, path: str) -> None:
    """Without a sign-in, with a token nobody has, with another scheme: 401 everywhere."""
    assert desk.ask(None, path, EVERYTHING[path]).status == 401
    assert desk.ask(None, path, EVERYTHING[path], Authorization="Bearer nonsense").status == 401
    assert desk.ask(None, path, EVERYTHING[path], Authorization="Basic ZGFuYTpkYW5h").status == 401


@pytest.mark.rule("PEOPLE-7")
@pytest.mark.parametrize("path", EVERYTHING)
def test_a_removed_phone_is_told_so(desk: Desk, path: str) -> None:
    """401 with a type by which the app forgets everything it carries."""
    with unit_of_work():
        identity.remove_phone(phone_id=desk.house.phones["Dana"].id, by=Actor(desk.house.people["Dana"], "resident"), now=desk.house.now)
    answer = desk.ask("Dana", path, EVERYTHING[path])
    assert answer.status == 401 and str(answer.said["type"]).endswith("phone-removed")


def test_a_browser_is_the_phone_it_registered_and_no_other(desk: Desk) -> None:
    """Signed in, it names its phone; somebody else's, or a removed one, is refused; none carries nothing."""
    phone = desk.house.phone("Dana", "browser")
    assert desk.ask("Dana", "inbox", {"as": "resident", "phone": str(phone.id)}, how="session").said["phone"] == str(phone.id)
    assert desk.ask("Dana", "inbox", {"as": "resident"}, how="session").said["doors"] == []
    other = desk.ask("Dana", "inbox", {"as": "resident", "phone": str(desk.house.phones["Milo"].id)}, how="session")
    assert other.status == 401


@pytest.mark.rule("PEOPLE-2")
@pytest.mark.parametrize(
    ("who", "path", "door", "status"),
    [
        ("Milo", "activation/begin", "Unit 4B", 200),
        ("Ben", "activation/begin", "Unit 4B", 403),
        ("Dana", "activation/begin", "Unit 4B", 404),
        ("Otto", "activation/begin", "Unit 4B", 404),
        ("Milo", "inbox", "manager", 200),
        ("Ben", "inbox", "manager", 403),
        ("Dana", "inbox", "manager", 403),
        ("Otto", "inbox", "resident", 200),
        ("Dana", "time", "LM000001", 200),
        ("Dana", "time", "LM000002", 200),
        ("Milo", "time", "LM000002", 200),
        ("Otto", "time", "LM000001", 404),
        ("Otto", "nonce", "LM000001", 404),
        ("Dana", "nonce", "LM999999", 404),
    ],
)
def test_each_role_may_exactly_what_is_its_own(desk: Desk, who: str, path: str, door: str, status: int) -> None:
    """Not there (404) comes before not yours to do (403); a passing courier of the building may fetch time and nonces."""
    question: dict[str, object] = {"as": door} if path == "inbox" else {"lock": door.encode()}
    if path == "time":
        question["nonce"] = bytes(16)
    if path.startswith("activation"):
        question = {"door": door_bytes(desk, door), "lock": b"LM000077"}
    answer = desk.ask(who, path, question)
    assert answer.status == status
    if who == "Otto" and path == "inbox":
        assert answer.said["doors"] == []


@pytest.mark.parametrize(
    ("question", "status"),
    [
        (b"\xff\xff", 400),
        (b"\x83\x01\x02\x03", 400),
        (b"\xa1\x62as\x61x", 400),
        (b"\x00" * (256 * 1024 + 1), 413),
    ],
)
def test_bad_bodies_are_clear_errors(desk: Desk, question: bytes, status: int) -> None:
    """Not CBOR, not a map, an unknown view, too long: a problem with a type, nothing done."""
    answer = desk.ask("Dana", "inbox", question)
    assert answer.status == status and "type" in answer.said


@pytest.mark.parametrize("path", ["time", "nonce", "outbox", "activation/begin"])
def test_missing_and_hostile_values_are_clear_errors(desk: Desk, path: str) -> None:
    """Wrong types, wrong lengths, too many items."""
    for question in (
        {},
        {"lock": "text", "nonce": 5, "items": 7, "door": None},
        {"lock": b"x", "nonce": b"", "items": [1], "door": b"x"},
        {"lock": LOCK, "nonce": bytes(17), "items": [item("receipt", LOCK, b"")] * 65, "door": bytes(17)},
    ):
        answer = desk.ask("Milo", path, question)
        expected = 200 if path == "nonce" and question.get("lock") == LOCK else 400
        assert answer.status == expected


def test_the_gateway_speaks_cbor_and_post_only(desk: Desk) -> None:
    """Another content type, a GET."""
    from django.test import Client

    assert desk.ask("Dana", "inbox", b"{}", type="application/json").status == 415
    assert Client().get("/gateway/inbox").status_code == 405


def test_a_session_needs_the_pages_own_word_and_a_token_does_not(desk: Desk) -> None:
    """Another site cannot ask in a signed-in person's name."""
    from django.test import Client

    from limen.identity.models import User
    from limen.wire import cbor

    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(person_id=desk.house.people["Dana"]))
    response = client.post("/gateway/inbox", data=cbor.encode({"as": "resident"}), content_type="application/cbor")
    assert response.status_code == 403


@pytest.mark.rule("LOCK-10")
def test_a_release_goes_out_with_the_inbox_and_the_locks_word_comes_back_with_the_outbox(desk: Desk) -> None:
    """Through Milo's phone or anybody's; as bytes that the phone cannot make."""
    with unit_of_work():
        fleet_services.deactivate(door_id=desk.house.doors["Package Room"], by=ANA, now=desk.house.now)
    (entry,) = [one for one in desk.ask("Milo", "inbox", {"as": "manager"}).said["doors"] if "release" in one]  # type: ignore[attr-defined]
    assert entry["serial"] == "LM000001"
    word = desk.house.locks["Package Room"].wipe(entry["release"])
    handed = desk.ask("Milo", "outbox", {"items": [item("receipt", LOCK, word)]})
    assert handed.said == {"answers": [{"key": bytes(16), "status": "taken", "reason": ""}]}
    assert fleet.released([desk.house.doors["Package Room"]])[0].wiped_at == desk.house.now


def test_nobody_has_the_service_sign_all_day(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time, nonces, inbox and outbox are counted by person; who asks far more than a round of a building takes is told to wait."""
    monkeypatch.setattr(views, "ASKED_MOST", (2, views.ASKED_MOST[1]))
    questions: dict[str, dict[str, Encodable]] = {
        "nonce": {"lock": LOCK}, "time": {"lock": LOCK, "nonce": bytes(16)}, "outbox": {"items": []}, "inbox": {"as": "resident"},
    }  # fmt: skip
    for path, question in questions.items():
        assert [desk.ask("Dana", path, question).status for _ in range(3)] == [200, 200, 429]
        assert desk.ask("Milo", path, question).status == 200


def test_nobody_has_the_service_send_images_all_day(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for what is not there counts as well; it is the asking that is counted."""
    monkeypatch.setattr(views, "IMAGES_MOST", (2, views.IMAGES_MOST[1]))
    assert [desk.ask("Dana", "image", {"digest": bytes(32)}).status for _ in range(3)] == [404, 404, 429]
    assert desk.ask("Milo", "image", {"digest": bytes(32)}).status == 404


@pytest.mark.rule("CODE-11")
def test_what_phones_carry_holds_no_code_and_no_key(desk: Desk) -> None:
    """Canary: whole inboxes of the code's owner, of a manager and of somebody passing hold neither digits nor the keys behind them (invariant 50)."""
    desk.house.give("Dana", desk.house.group("More", "Package Room"), standing="resident")
    with unit_of_work():
        digits = credentials.permanent_digits(person_id=desk.house.people["Dana"], door_id=desk.house.doors["Package Room"])
        secrets = credentials_read.epoch_secrets(LOCK, 1)
    carried = b""
    for who, as_ in (("Dana", "resident"), ("Milo", "manager"), ("Dana", "courier")):
        answer = desk.ask(who, "inbox", {"as": as_})
        assert answer.status == 200
        carried += cbor.encode(answer.said)  # type: ignore[arg-type]
    assert LOCK in carried
    value = int(digits)
    for canary in (
        digits.encode(),
        cbor.encode(value),
        value.to_bytes(4, "little"),
        secrets.k_pin,
        secrets.k_daily,
        tag(secrets.k_pin, digits),
    ):
        assert canary not in carried
