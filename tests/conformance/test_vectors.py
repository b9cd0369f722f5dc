"""The shared examples: the files are current, and the wire reads every one of them as it says. Node reads the same files."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import cbor2
import pytest

import limen.wire
from limen.cli.vectorbook.book import CHAPTERS, written
from limen.wire import (
    answers,
    bundles,
    cards,
    cbor,
    doorcodes,
    doorinfo,
    envelope,
    firmware,
    frames,
    grants,
    liststate,
    operations,
    photos,
    receipts,
    roots,
    segments,
    shape,
    tickets,
    timestamps,
)
from limen.wire.advertising import advertisement, air_name, heard_name
from limen.wire.cbor import Malformed
from limen.wire.doorcodes import DailyKey, TempCls
from limen.wire.envelope import BadSignature, RoleKeys, Typ
from limen.wire.events import read_event
from limen.wire.hpke import HpkeOpener
from limen.wire.receipts import LogHead
from limen.wire.records import Config, ListRecord
from limen.wire.session import Initiator, Responder, activation_psk, activation_static
from limen.wire.sticker import read_sticker

FOLDER = Path(limen.wire.__file__ or "").parent / "vectors"
Chapter = dict[str, Any]


def chapter(name: str) -> Chapter:
    return cast(Chapter, json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def rows(book: Chapter, key: str = "cases") -> list[Chapter]:
    """The listed cases."""
    listed: list[Chapter] = book[key]
    return listed


def raw(book: Chapter, key: str) -> bytes:
    return bytes.fromhex(book[key])


@pytest.mark.parametrize("name", sorted(CHAPTERS))
def test_every_file_is_what_the_command_writes_and_says_what_it_is(name: str) -> None:
    """Nobody edits a vector by hand, and no chapter lacks its description."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert text == written(name)
    assert chapter(name)["about"]


def test_cbor_refusals_are_refused_and_encodings_read_alike_elsewhere() -> None:
    """Also by an independent library, where it reads them at all."""
    book = chapter("cbor")
    for case in rows(book, "refuse"):
        with pytest.raises(Malformed):
            cbor.decode(raw(case, "hex"))
    for case in rows(book, "encode"):
        value = cbor.decode(raw(case, "hex"))
        assert cbor.encode(value) == raw(case, "hex")
        assert cbor2.loads(raw(case, "hex")) == value


def test_locks_are_heard_by_their_names_and_nothing_else_is() -> None:
    """The name follows from the key; what is no lock's advertising is nobody."""
    book = chapter("advertising")
    for case in book["heard"]:
        assert air_name(raw(case, "lock_id"), raw(case, "static_public")) == case["name"]
        assert advertisement(case["name"]) == raw(case, "payload")
        assert heard_name(raw(case, "payload")) == case["name"]
    assert [heard_name(raw(case, "payload")) for case in book["refuse"]] == [None] * len(book["refuse"])


def test_frames_join_to_their_message_and_broken_streams_close() -> None:
    """Each case from its own first number."""
    book = chapter("frames")
    for case in rows(book, "cut"):
        parts = [bytes.fromhex(part) for part in case["frames"]]
        assert frames.cut(raw(case, "message"), case["frame_bytes"], case["seq"]) == parts
    for case in rows(book, "refuse"):
        assembler = frames.Assembler()
        with pytest.raises(Malformed):
            for part in case["frames"]:
                assembler.feed(bytes.fromhex(part))


@pytest.mark.parametrize("number", [0, 1])
def test_noise_conversations_replay(number: int) -> None:
    """Both ends, message by message."""
    case = rows(chapter("noise"))[number]
    lock_id, psk = raw(case, "lock_id"), raw(case, "psk") if case["psk"] else None
    if psk is not None:
        assert psk == activation_psk(raw(case, "sticker_secret"), lock_id)
        assert raw(case, "static_private") == activation_static(raw(case, "sticker_secret"), lock_id)
    phone_end = Initiator(
        lock_id=lock_id, remote_static=raw(case, "static_public"), ephemeral_private=raw(case, "phone_ephemeral_private"), psk=psk
    )
    lock_end = Responder(
        lock_id=lock_id, static_private=raw(case, "static_private"), ephemeral_private=raw(case, "lock_ephemeral_private"), psk=psk
    )
    assert phone_end.write_message_1() == raw(case, "message_1")
    message_2, lock = lock_end.answer(raw(case, "message_1"))
    assert message_2 == raw(case, "message_2")
    phone = phone_end.read_message_2(message_2)
    assert phone.h == lock.h == raw(case, "h")
    for said in case["transport"]:
        speaker, listener = (phone, lock) if said["from"] == "phone" else (lock, phone)
        assert speaker.encrypt(raw(said, "plaintext")) == raw(said, "ciphertext")
        assert listener.decrypt(raw(said, "ciphertext")) == raw(said, "plaintext")


def test_signatures_hold_and_forgeries_do_not() -> None:
    """One good statement, seven bad ones."""
    book = chapter("sign1")
    keys = RoleKeys({Typ.GRANT: (raw(book, "public"),)})
    for case in rows(book, "open"):
        assert envelope.open1(raw(case, "statement"), Typ.GRANT, keys).payload == raw(case, "payload")
    for case in rows(book, "refuse"):
        with pytest.raises((BadSignature, Malformed)):
            envelope.open1(raw(case, "statement"), Typ.GRANT, keys)


def test_grants_open_and_their_proofs_verify() -> None:
    """And the message carries both."""
    book = chapter("grant")
    keys = RoleKeys({Typ.GRANT: (raw(book, "kg_public"),)})
    assert grants.key8(raw(book, "phone_public")) == raw(book, "key8")
    for case in rows(book):
        grant = grants.open_grant(raw(case, "grant"), keys)
        assert (grant.cls, grant.rights, grant.subj, grant.sched, grant.nbf) == (
            case["cls"],
            case["rights"],
            case["subj"],
            case["sched"],
            case["nbf"],
        )
        assert grants.effective_rights(grant) == case["effective"]
        message = grants.pop_message(raw(book, "h"), raw(case, "grant"), case["op"], raw(case, "ctx"))
        assert message == raw(case, "pop_message")
        grants.verify_pop(grant.phone_key, raw(case, "pop"), message)
        request = operations.parse_request(raw(case, "present"))
        assert request == operations.Present(raw(case, "grant"), raw(case, "pop"), case["op"], raw(case, "ctx"))


def test_statements_open_under_the_keys_beside_them() -> None:
    """Door information, time, acknowledgements, receipts, ownership."""
    book = chapter("doorinfo")
    for case in rows(book):
        info = doorinfo.open_door_info(raw(case, "statement"), RoleKeys({Typ.DOOR_INFO: (raw(book, "kg_public"),)}))
        assert (info.xs, info.id_key, info.door, info.model) == (raw(case, "xs"), raw(case, "id_key"), case["door"], case["model"])
    book = chapter("time")
    said = timestamps.open_time(raw(book, "assertion"), RoleKeys({Typ.TIME: (raw(book, "kt_public"),)}))
    assert (said.nonce, said.ms) == (raw(book, "nonce"), book["ms"])
    book = chapter("receipt")
    for case in rows(book):
        receipt = receipts.open_receipt(raw(case, "statement"), RoleKeys.of_lock(raw(book, "id_public")))
        assert isinstance(receipt, receipts.Receipt)
        assert (receipt.ver, receipt.after, receipt.probe, receipt.full is None) == (
            case["ver"],
            raw(case, "after"),
            raw(case, "probe"),
            case["full"] is None,
        )


def test_a_lock_is_owned_by_the_book() -> None:
    """Sticker, attestation, root, ticket."""
    book = chapter("ticket")
    assert read_sticker(book["qr"]).secret == raw(book, "secret")
    attest, certificate = tickets.open_attest(raw(book, "attest"), RoleKeys({Typ.DEVICE_CERTIFICATE: (raw(book, "mfg_ca_public"),)}))
    assert (attest.n_l, certificate.serial) == (raw(book, "n_l"), book["serial"])
    ticket = tickets.open_ticket(raw(book, "ticket"), RoleKeys({Typ.TICKET: (raw(book, "ka_public"),)}))
    root = roots.open_root(ticket.root)
    assert all(ticket.roles[typ] in keys for typ, keys in root.roles.items())


def test_firmware_is_believed_by_the_book() -> None:
    """Two of three holders, the list that names their targets, a direction for one lock, and no statement of the table of refusals."""
    book = chapter("firmware")
    holders = [bytes.fromhex(key) for key in book["kf_public"]]
    targets, payload = firmware.open_targets(raw(book, "targets"), holders)
    listed = firmware.open_list(raw(book, "list"), RoleKeys({Typ.FW_LIST: (raw(book, "ks_public"),)}))
    direction = firmware.open_direction(raw(book, "direction"), RoleKeys({Typ.FW_DIRECTOR: (raw(book, "ku_public"),)}))
    assert listed.targets[book["model"]] == (targets.ver, raw(book, "targets_hash"))
    assert payload == raw(book, "targets_payload")
    image = targets.image(book["number"])
    assert image is not None
    assert direction.image == (image.number, image.short)
    offer = firmware.read_offer(raw(book, "offer"))
    assert firmware.Parts.of(image, offer.hashes).chunks == 3
    assert firmware.describe(raw(rows(book, "images")[0], "bytes"))[0] == image.digest
    for case in rows(book, "refuse"):
        with pytest.raises(BadSignature):
            firmware.open_targets(raw(case, "statement"), holders)


def test_messages_parse_and_encode_to_themselves() -> None:
    """Every operation and answer."""
    book = chapter("operations")
    for case in rows(book, "requests"):
        assert operations.encode_request(operations.parse_request(raw(case, "hex"))) == raw(case, "hex")
    for case in rows(book, "answers"):
        assert answers.encode_answer(answers.parse_answer(raw(case, "hex"))) == raw(case, "hex")


def test_bundles_open_and_lead_to_the_hash_they_name() -> None:
    """The snapshot, then the delta on it, and the same delta on a version between the two."""
    book = chapter("bundle")
    state = between = None
    for case in rows(book):
        bundle = bundles.Bundle.from_bytes(raw(case, "bytes"))
        manifest = bundles.open_manifest(bundle.manifest, RoleKeys({Typ.MANIFEST: (raw(book, "ku_public"),)}))
        payload = bundles.open_bundle(manifest, bundle.chunks, HpkeOpener(raw(book, "lock_private")))
        assert bundles.encode_payload(payload) == raw(case, "payload")
        if state is not None:
            held = [ListRecord.from_value(row, stored=True) for row in shape.array(cbor.decode(raw(book["between"], "records")), 0, 99)]
            between = replace(state, ver=book["between"]["ver"], records={record.slot: record for record in held})
            assert liststate.after(bundles.next_state(between, manifest, payload)) == manifest.after
        state = bundles.next_state(state, manifest, payload)
        assert liststate.after(state) == manifest.after == raw(case, "after")
    assert between is not None


def test_doorcodes_derive() -> None:
    """A few hundred."""
    book = chapter("doorcodes")
    key = DailyKey(raw(book, "k_daily"), raw(book, "lock_id"), 1)
    for case in rows(book, "derived"):
        d, cls, b, idx = (case[name] for name in ("d", "cls", "b", "idx"))
        assert doorcodes.temporary(key, d, TempCls(cls), b, idx) == case["code"]
    assert all(doorcodes.weak(code) for code in book["weak"])
    assert not any(doorcodes.weak(code) for code in book["sound"])


def test_the_record_opens_to_its_events() -> None:
    """Both log epochs, up to the attested head."""
    book = chapter("log")
    opener, lock_id = HpkeOpener(raw(book, "klog_private")), raw(book, "lock_id")
    logepoch, seqnext, tag = book["head"]
    entries = [entry for text in book["segments"] for entry in segments.open_segment(bytes.fromhex(text), opener)[2]]
    log = segments.open_log(lock_id, entries, opener, head=LogHead(logepoch, seqnext, bytes.fromhex(tag)))
    assert not log.problems
    assert [opened.event for opened in log.events] == [read_event(raw(case, "plaintext")) for case in rows(book, "events")]


def test_cards_are_asked_and_believed_as_written() -> None:
    """NXP's own example, a tap in every slot, messages of counting cards, and the keys behind them."""
    book = chapter("cards")
    for case in [book["an12196"], *rows(book, "taps")]:
        challenge = cards.CardChallenge(raw(case, "key"), raw(case, "rnd_a"), cards.CardSlot(case.get("slot", 1)))
        assert challenge.answer(raw(case, "card_first")) == raw(case, "lock_says")
        session = challenge.finish(raw(case, "card_proof"))
        assert (session.ti, session.enc, session.mac) == (raw(case, "ti"), raw(case, "enc"), raw(case, "mac"))
        if "slot" in case:
            assert session.ask_file() == raw(case, "ask_file")
            assert session.open_file(raw(case, "file_answer")) == cards.CardFile(int(case["serial"], 16), case["generation"])
    for case in rows(book, "sun"):
        said = cards.SunMessage(case["counter"], raw(case, "mac"))
        assert cards.sun_holds(raw(case, "key"), raw(case, "uid"), said) is case["holds"]
    for number, key in book["keys"].items():
        assert cards.diversified(raw(book, "k_site"), raw(book, "uid"), raw(book, "aid"), int(number)).hex() == key


def test_a_still_opens_in_two_steps() -> None:
    """The service takes it out of its parcel, the audience alone looks at it."""
    book = chapter("photo")
    lock_id, photo = photos.open_parcel(raw(book, "parcel"), HpkeOpener(raw(book, "klog_private")))
    assert photos.parcel_name(raw(book, "parcel")) == (lock_id, book["number"]) and lock_id == raw(book, "lock_id")
    assert (photo.seq, int(photo.reason), photo.sealed, photo.digest) == (
        book["seq"],
        book["reason"],
        raw(book, "photo"),
        raw(book, "digest"),
    )
    assert photos.open_photo(lock_id, photo, HpkeOpener(raw(book, "photo_private"))) == raw(book, "still")
    assert Config.from_value(cbor.decode(raw(book, "config"))).photo_key == raw(book, "photo_public")
    told, lost = (read_event(raw(case, "plaintext")) for case in rows(book, "events"))
    assert (told.of_seq, told.photo) == (photo.seq, photo.digest) and lost.photos_lost is not None and lost.loss is None
