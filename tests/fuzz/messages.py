"""Harnesses for what is said inside and around a session: CBOR itself, frames, handshakes, requests, answers, segments, stickers."""

from limen.cli.vectorbook.steady import LOCK_ID, SteadySealer, agreement, steady
from limen.wire import answers, cbor, limits, operations
from limen.wire.advertising import advertisement, air_name, heard_name
from limen.wire.answers import encode_answer, parse_answer
from limen.wire.cbor import Malformed, WireError
from limen.wire.events import Event, Kind, Loss, Method, Result, TempRef, encode_event, read_event
from limen.wire.frames import Assembler, cut
from limen.wire.grants import Cls, Rights
from limen.wire.hpke import HpkeOpener
from limen.wire.operations import Op, encode_request, parse_request
from limen.wire.receipts import TrustedTime
from limen.wire.refusals import Reason, Status
from limen.wire.segments import BODY_BYTES, bodies, open_segment, seal_segment, segment_info
from limen.wire.session import Initiator, Responder, Transport
from limen.wire.sticker import Sticker, read_sticker, sticker_text
from tests.fuzz.harness import Harness, reads

PRIVATE, PUBLIC = agreement("fuzz")
EPHEMERAL = steady("fuzz ephemeral")


def strung(parts: list[bytes]) -> bytes:
    """Parts of at most 255 bytes, each behind its length byte: how one input holds several messages."""
    return b"".join(bytes((len(part),)) + part for part in parts)


def unstrung(data: bytes) -> list[bytes]:
    """The parts; any bytes are some."""
    parts, at = [], 0
    while at < len(data):
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return parts


def _frames(data: bytes) -> None:
    """Frames of one link: the first fault ends it for good, and what comes out has a bound."""
    assembler, closed = Assembler(), False
    for frame in unstrung(data):
        try:
            message = assembler.feed(frame)
            assert not closed, "a link that was closed took a frame"
            assert message is None or 0 < len(message) <= limits.MESSAGE_BYTES_MAX
        except Malformed:
            closed = True


def _handshake(data: bytes) -> None:
    """Nobody without the static key gets a session, and no bytes crash either end (invariants 80 and 81)."""
    first = Initiator(lock_id=LOCK_ID, remote_static=PUBLIC, ephemeral_private=EPHEMERAL).write_message_1()
    try:
        Responder(lock_id=LOCK_ID, static_private=PRIVATE, ephemeral_private=EPHEMERAL).answer(data)
        assert data == first, "a stranger got a session"
    except WireError:
        assert data != first
    phone = Initiator(lock_id=LOCK_ID, remote_static=PUBLIC, ephemeral_private=EPHEMERAL)
    phone.write_message_1()
    try:
        phone.read_message_2(data)
        assert data == _answer_of_the_lock()[0], "a stranger answered"
    except WireError:
        assert data != _answer_of_the_lock()[0]


def _answer_of_the_lock() -> tuple[bytes, Transport]:
    first = Initiator(lock_id=LOCK_ID, remote_static=PUBLIC, ephemeral_private=EPHEMERAL).write_message_1()
    return Responder(lock_id=LOCK_ID, static_private=PRIVATE, ephemeral_private=steady("fuzz lock")).answer(first)


def _transport(data: bytes) -> None:
    """After the handshake nothing but the peer's next message is read, however short (invariant 80)."""
    lock = _answer_of_the_lock()[1]
    try:
        lock.decrypt(data)
        raise AssertionError("forged")
    except WireError:
        return


def _segment(data: bytes) -> None:
    """The bytes are the body as a lock might seal it: what is opened can be sealed again to the same entries."""
    body = data[:BODY_BYTES].ljust(BODY_BYTES, b"\0")
    sealed = LOCK_ID + bytes(4) + SteadySealer(PUBLIC, "fuzz").seal(body, segment_info(LOCK_ID, 0))
    try:
        lock_id, number, entries = open_segment(sealed, HpkeOpener(PRIVATE))
    except WireError:
        return
    again = open_segment(seal_segment(lock_id, number, entries, SteadySealer(PUBLIC, "fuzz")), HpkeOpener(PRIVATE))
    assert again == (lock_id, number, entries)
    assert [entry for part in bodies(entries) for entry in part] == entries


def _values() -> list[bytes]:
    inner: cbor.Value = {b"x": [[[]]]}
    value: dict[cbor.Key, cbor.Value] = {1: [1, -5, b"b", "t", None, True], "k": inner}
    return [cbor.encode(value)]


def _requests() -> list[bytes]:
    said: list[operations.Request] = [
        operations.Present(b"grant" * 30, bytes(64), int(Op.UNLOCK), b"\0\0\0*tap"),
        operations.StatusAsk(),
        operations.ManifestPush(b"m" * 200),
        operations.ChunkPush(3, b"c" * 64),
        operations.Unlock("tap"),
        operations.TimeAsk(),
        operations.TimeTell(b"t" * 120),
        operations.ReceiptAsk(),
        operations.ReceiptAsk(b"n" * 16),
        operations.LogAsk(2),
        operations.PhotoAsk(4, 1024),
        operations.TelemetryAsk(),
        operations.FirmwarePush(None, b"manifest"),
        operations.FirmwarePush(7, b"chunk"),
        operations.AttestAsk(b"s" * 16),
        operations.TicketTell(b"ticket"),
        operations.ReleaseTell(b"release"),
        operations.AckTell(b"ack"),
        operations.Remote(1_795_000_000, 5, 6),
    ]
    return [encode_request(one) for one in said]


def _answers() -> list[bytes]:
    said: list[answers.Answer] = [
        answers.Plain(Op.UNLOCK),
        answers.Plain(Op.MANIFEST, Status.NEED_SNAPSHOT),
        answers.Presented(Rights(7), 41, b"bundleid", b"\x05", True),
        answers.NeedUpdate(Op.PRESENT, 42),
        answers.Denied(Op.UNLOCK, Reason.BOLT_THROWN),
        answers.StatusNow(41, 1, None, b""),
        answers.Staged(Op.CHUNK, b"\x03"),
        answers.Settled(Op.CHUNK, Status.APPLIED, b"receipt"),
        answers.Busy(Op.MANIFEST, 900),
        answers.Given(Op.LOG, b"segment"),
    ]
    return [encode_answer(one) for one in said]


def _events() -> list[Event]:
    return [
        Event(
            seq=7, t=1_795_000_000, tq=TrustedTime.GOOD, kind=Kind.ENTRY, method=Method.APP, result=Result.GRANTED, subj=5, cls=Cls.RESIDENT
        ),
        Event(
            seq=8,
            t=1_795_000_001,
            tq=TrustedTime.GOOD,
            kind=Kind.ENTRY,
            method=Method.TEMPORARY_CODE,
            result=Result.GRANTED,
            ref=TempRef(0, 9, 1),
        ),
        Event(seq=9, t=1_795_000_002, tq=TrustedTime.GOOD, kind=Kind.LOSS, loss=Loss(3, 5, 3)),
    ]


def _segments() -> list[bytes]:
    listed = cbor.encode([[1, bytes(16), b"e" * 96], [1, 0, b"r" * 40], [1, 3, b"r" * 40, b"t" * 16]])
    return [len(listed).to_bytes(2, "big") + listed]


def _sticker_text(data: bytes) -> None:
    """A scanned code is refused, or written again it is the same text."""
    text = data.decode("latin-1")
    try:
        found = read_sticker(text)
    except WireError:
        return
    assert sticker_text(found) == text


def _advertisement(data: bytes) -> None:
    """What anybody may broadcast: it is no lock's, or its name can be broadcast again and heard."""
    name = heard_name(data)
    assert name is None or heard_name(advertisement(name)) == name


def _stickers() -> list[bytes]:
    return [sticker_text(Sticker(LOCK_ID, steady("qr", 16), model)).encode() for model in (1, 3)]


HARNESSES = (
    Harness("cbor", reads(cbor.decode, cbor.encode), _values),
    Harness("frames", _frames, lambda: [strung(cut(b"m" * 700)), strung([*cut(b"a"), *cut(b"b" * 30, 20, 1)])]),
    Harness("handshake", _handshake, lambda: [_answer_of_the_lock()[0], bytes(48)]),
    Harness("transport", _transport, lambda: [bytes(17), b"\x81\x05", b"\x82\x05\x63tap"]),
    Harness("request", reads(parse_request, encode_request), _requests),
    Harness("answer", reads(parse_answer, encode_answer), _answers),
    Harness("event", reads(read_event, encode_event), lambda: [encode_event(one) for one in _events()]),
    Harness("segment", _segment, _segments),
    Harness("advertisement", _advertisement, lambda: [advertisement(air_name(LOCK_ID, PUBLIC))]),
    Harness("sticker", _sticker_text, _stickers),
)
