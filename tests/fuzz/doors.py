"""Harnesses for whole parties: a lock, a phone, and the tables and inboxes that a service and a phone take in."""

from datetime import date
from functools import cache

from limen.kernel.tables import NotReadable, read_table
from limen.lock.commands import ReleaseBolt
from limen.lock.events import CardAnswered, CardTapped, Cause, Connected, FrameArrived
from limen.lock.shell.flash import MemoryFlash
from limen.people import rentroll
from limen.phone import inbox
from limen.phone.commands import Heard, Listen, OutOfReach, Send
from limen.phone.unlock import NotReached, Opened, Refused, unlock
from limen.wire import cbor
from limen.wire.answers import Plain, encode_answer
from limen.wire.frames import Assembler, Cutter
from limen.wire.operations import Op
from limen.wire.records import AesCard, ListRecord, RecordKind
from limen.wire.session import Responder, Transport
from tests.fuzz.harness import Harness, reads
from tests.fuzz.messages import HARNESSES as MESSAGES
from tests.fuzz.messages import strung, unstrung
from tests.unit.lock.site import CONFIG, DANA, House, Rig, Service, code, house
from tests.unit.phone import scripted

UID = b"\x04cardno"
CARD = ListRecord(slot=11, kind=RecordKind.CARD_AES, data=AesCard(UID, b"k" * 16), subj=6)


@cache
def _memory() -> tuple[bytes, dict[str, bytes], Service, int]:
    """An owned lock in sync, as its memory and its service are; made once."""
    home = house(CONFIG, "M", code(10, 5_550_123), CARD)
    assert home.sync_clock(DANA) == Plain(Op.TIME)
    assert isinstance(home.rig.flash, MemoryFlash)
    return home.rig.lock_id, {name: bytes(area) for name, area in home.rig.flash._areas.items()}, home.service, home.rig.at


def owned() -> House:
    """That lock in another life: whatever an input does to it is gone with the next one."""
    _, areas, service, at = _memory()
    flash = MemoryFlash()
    flash._areas = {name: bytearray(area) for name, area in areas.items()}
    rig = Rig("M", flash, at=at)
    rig.boot(Cause.RESTART)
    rig.log.clear()
    return House(service, rig)


def untouched(home: House) -> None:
    """Nothing that the bytes said moved the bolt or the list."""
    assert not any(isinstance(command, ReleaseBolt) for command in home.rig.log), "the bolt moved"
    held = home.rig.lock.memory.held
    assert held is not None and held.state.ver == home.service.ver, "the list changed"


def _lock_requests(data: bytes) -> None:
    """A resident's phone that may push and pull, and says anything in the right channel (invariants 26 and 79): no clock moves, nothing opens."""
    home = owned()
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.MANIFEST)
    before = home.rig.lock.memory.read_clock(home.rig.at)
    for message in unstrung(data):
        if talk.link in home.rig.closed or not message:
            break
        assert talk.transport is not None
        for frame in talk.cutter.cut(talk.transport.encrypt(message)):
            home.rig.do(FrameArrived(talk.link, frame))
    assert home.rig.lock.memory.read_clock(home.rig.at) == before, "the clock moved"
    untouched(home)


def _lock_frames(data: bytes) -> None:
    """A stranger's frames on a fresh link (invariant 80): at most one answer to a handshake comes back, and nothing in clear is obeyed."""
    home = owned()
    home.rig.do(Connected(1))
    for frame in unstrung(data):
        home.rig.do(FrameArrived(1, frame))
    assert sum(map(len, home.rig.frames.get(1, []))) <= 50
    untouched(home)


def _lock_card(data: bytes) -> None:
    """A thing in the reader's field that has the number of a card and not its key."""
    home = owned()
    home.rig.do(CardTapped(UID, data[:16] or None))
    home.rig.do(CardAnswered(data[16:]))
    home.rig.do(CardTapped(data[:10]))
    untouched(home)


def _phone(data: bytes) -> None:
    """A phone at a lock that holds the right key and says anything: the conversation ends, and a door is open only if the lock said so."""
    said = unstrung(data)
    answers = iter(said)
    responder = Responder(lock_id=scripted.LOCK_ID, static_private=scripted.XS, ephemeral_private=bytes(range(32, 64)))
    cutter, assembler, channel, waiting = Cutter(), Assembler(), list[Transport](), list[bytes]()
    conversation = unlock(scripted.courier(scripted.door(scripted.grant())))
    command = next(conversation)
    try:
        for _ in range(500):
            if isinstance(command, Listen):
                if not waiting:
                    command = conversation.throw(OutOfReach())
                    continue
                command = conversation.send(Heard(waiting.pop(0), 0))
                continue
            for frame in command.frames if isinstance(command, Send) else ():
                message = assembler.feed(frame)
                if message is None:
                    continue
                if not channel:
                    reply, transport = responder.answer(message)
                    channel.append(transport)
                    waiting += cutter.cut(reply)
                elif (answer := next(answers, None)) is not None and answer:
                    channel[0].decrypt(message)
                    waiting += cutter.cut(channel[0].encrypt(answer))
            command = conversation.send(None)
        raise AssertionError("the conversation does not end")
    except StopIteration as end:
        assert isinstance(end.value, Opened | Refused | NotReached)
        if isinstance(end.value, Opened):
            assert encode_answer(Plain(Op.UNLOCK)) in said, "open without the lock's word"


def _table(data: bytes) -> None:
    """A file from another program: every line is read, or refused with a sentence (rent rolls; doors are read by the same reader)."""
    try:
        table = read_table(data, rentroll.COLUMNS)
    except NotReadable as refusal:
        assert refusal.title
        return
    for row in table.rows:
        if not row.broken:
            line, wrong = rentroll.read(row, "mdy")
            assert all(sentence for _, sentence in wrong)
            assert line.lease_start is None or isinstance(line.lease_start, date)


def _requests() -> list[bytes]:
    each = next(harness for harness in MESSAGES if harness.name == "request").seeds()
    return [strung([one]) for one in each if len(one) < 250] + [strung(each[1:4]), strung(each[5:9])]


def _answers() -> list[bytes]:
    each = next(harness for harness in MESSAGES if harness.name == "answer").seeds()
    return [
        strung([each[2], each[0]]),
        strung([each[3], each[6], each[0]]),
        strung([each[4]]),
        strung([each[2], each[0], each[7], each[9]]),
    ]


def _inboxes() -> list[bytes]:
    full = scripted.entry(scripted.grant(), bundled=scripted.bundle(2), ver=2, ack=b"\x01")
    return [cbor.encode({"now": scripted.NOW * 1000, "phone": "p1", "doors": [full]})]


def _tables() -> list[bytes]:
    heading = "Unit,First,Last,Email,Phone,Status,LeaseStart,LeaseEnd,Role,Smartphone"
    lines = (
        "4B,Dana,Whitfield,dana@example.com,+1 212 555 0100,Current,01/02/2026,,Resident,yes",
        '"4C","O\'Neil, Theo",Ames,,,Past,2025-01-01,2026-01-01,,',
    )
    text = "\n".join((heading, *lines))
    return [
        text.encode(),
        text.replace(",", ";").encode("utf-16"),
        ("\ufeff" + text.replace("\n", "\r\n")).encode(),
        text.replace("e", "é").encode("cp1252"),
    ]


HARNESSES = (
    Harness("lock-requests", _lock_requests, _requests),
    Harness("lock-frames", _lock_frames, lambda: [strung([b"\x03\x00" + bytes(48)]), strung([b"\x01\x00a", b"\x02\x01b"])]),
    Harness("lock-card", _lock_card, lambda: [bytes(16), bytes(16) + bytes(32) + bytes(24)]),
    Harness("phone", _phone, _answers),
    Harness("inbox", reads(inbox.read), _inboxes),
    Harness("table", _table, _tables),
)
