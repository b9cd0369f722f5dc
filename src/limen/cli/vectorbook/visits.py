"""Chapter visits: whole conversations with a lock, the real one, each answer byte for byte: who is let in, what is served, what becomes of an update."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from limen import lock as lock_room
from limen.cli.vectorbook import asked, deltas, lasting, recorded, refused
from limen.cli.vectorbook.asked import DOOR, Ack, Ask, Leave, Present, ReadLog, ReadReceipt, Step, Tell, Thrown, Wait
from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.doors import lists
from limen.cli.vectorbook.playing import KLOGS, AnyKlog, Link, Played, read_log
from limen.cli.vectorbook.steady import LOCK_ID, NOW, agreement, signer, steady
from limen.lock.capabilities import Model, read_models
from limen.lock.events import Connected, Disconnected, InsideBolt
from limen.wire import operations, segments
from limen.wire.answers import Given, parse_answer
from limen.wire.envelope import RoleKeys
from limen.wire.grants import pop_message, sign_pop
from limen.wire.logacks import AckKind, LogAck, sign_log_ack
from limen.wire.ratchet import LogReader, SealedHeader
from limen.wire.receipts import LogHead, Receipt, head8, open_receipt
from limen.wire.session import Initiator
from limen.wire.timestamps import TimeAssertion, sign_time

P256_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ABOUT = (
    "Conversations with a lock that was activated with the ticket of ticket.json, holds the first list of bundle.json (version 1; xs is its lock_private), "
    "has id_private, runs this firmware, has full batteries, has started once and holds no record: all has been acknowledged. Every case begins anew: no "
    "link, the clock set to now with an error of one second. steps, in order: 'wait' ms; 'connect' a new link (dialled: by the lock itself), whose "
    "handshake succeeds and on which PRESENT comes first: grant, and a proof by phones[by] over op and ctx, and over h of this session ('session') or other"
    " 32 bytes ('another'), its s the lower or the other one; waits, where it stands there: ms before the handshake, and ms between it and PRESENT; 'ask' "
    "the request; 'time' asks op 6 and tells op 7 with an assertion under kt_private for the nonce that was given and for ms; 'leave' the link is cut; "
    "'inside' the deadbolt is thrown or drawn back from inside; 'log' asks op 9 for all segments: klog, the key to which they are sealed, and the records "
    "that came since the case began and are still held: event in hex, epoch, and the key to which the header of their log epoch is sealed; 'receipt' asks "
    "op 8 with nonce and says what the receipt holds, its head 'head', 'head8', or null in the short form, always of the last record there is; 'ack' tells "
    "op 14 under kl_private, of kind 0 with the tag of the record upto, or of kind 1 with until. Numbers of records (seq, x 5, x 10, upto, seqnext) count "
    "from the first that came since the case began, epoch from the log epoch that was going on then. "
    "answer: hex, or null where none comes and the link is closed. opens: whether the bolt is released."
)


def visit_cases() -> Case:
    """Each on a lock of its own, which holds version 1 of the chapter bundle and knows the time."""
    models = known_models()
    return {
        "about": ABOUT,
        "now": NOW,
        "lock_id": LOCK_ID.hex(),
        "door": DOOR,
        "firmware": deltas.RUNS,
        "id_private": signer("lock id").scalar.hex(),
        "kt_private": signer("KT").scalar.hex(),
        "kl_private": signer("KL").scalar.hex(),
        "klogs": {name: agreement(name)[0].hex() for name in KLOGS},
        "phones": {name: signer(name).scalar.hex() for name in asked.PHONES},
        "cases": [_case(name, models[model], steps) for name, (model, steps) in _all().items()],
    }


def known_models() -> Mapping[str, Model]:
    """The models of the product, by name."""
    return read_models((Path(lock_room.__file__).parent / "devices.yaml").read_text("utf-8"))


def _all() -> Mapping[str, tuple[str, list[Step]]]:
    return {**asked.cases(), **deltas.cases(), **recorded.cases(), **refused.cases(), **lasting.cases()}


def _case(name: str, model: Model, steps: list[Step]) -> Case:
    door = _Door(Played.owned(model, lists()[1]))
    return {"name": name, "model": model.id, "steps": [door.lived(step) for step in steps]}


@dataclass
class _Door:
    """One lock, and those who talk to it."""

    played: Played
    tags: dict[int, bytes] = field(default_factory=dict)

    def lived(self, step: Step) -> Case:
        self.played.opened = False
        match step:
            case Wait(ms):
                self.played.wait(ms)
                return {"do": "wait", "ms": ms}
            case Leave(link):
                self.played.do(Disconnected(link))
                return {"do": "leave", "link": link}
            case Present(link):
                return self._presented(link, step)
            case Tell(link, ms):
                return {"do": "time", "link": link, "ms": ms, "answer": _hex(self._told(link, ms))}
            case Thrown(thrown):
                self.played.do(InsideBolt(thrown))
                return {"do": "inside", "thrown": thrown}
            case Ask(link, request):
                answer = self._say(link, request)
                return {"do": "ask", "link": link, "request": request.hex(), "answer": _hex(answer), "opens": self.played.opened}
            case ReadLog() | ReadReceipt() | Ack():
                return self._carried_away(step)

    def _carried_away(self, step: ReadLog | ReadReceipt | Ack) -> Case:
        match step:
            case ReadLog(link):
                return {"do": "log", "link": link, **self._log(link)}
            case ReadReceipt(link, nonce):
                request = operations.encode_request(operations.ReceiptAsk(nonce))
                return {"do": "receipt", "link": link, "nonce": _hex(nonce), "receipt": self._receipt(self._given(link, request))}
            case Ack(link, upto, until):
                word = LogAck(
                    lock_id=LOCK_ID,
                    epoch=1,
                    upto=self.tags[upto] if until is None else until,
                    kind=AckKind.ACKNOWLEDGE if until is None else AckKind.DISCARD,
                    iat=NOW,
                )
                answer = self._say(link, operations.encode_request(operations.AckTell(sign_log_ack(word, signer("KL")))))
                named: Case = {"upto": upto} if until is None else {"until": until}
                return {"do": "ack", "link": link, **named, "iat": NOW, "answer": _hex(answer)}

    def _presented(self, number: int, who: Present) -> Case:
        link = self.played.links[number] = Link()
        self.played.said.pop(number, None)
        self.played.do(Connected(number, outgoing=who.dialled))
        self.played.wait(who.waits[0])
        static = agreement("lock")[1]
        phone = Initiator(lock_id=LOCK_ID, remote_static=static, ephemeral_private=agreement(f"visit {number}")[0])
        reply = self.played.carried(number, phone.write_message_1())
        answer = None
        if reply is not None:
            link.transport = phone.read_message_2(reply)
            self.played.wait(who.waits[1])
            h = link.transport.h if who.own_h else steady("another h")
            pop = _with_s(sign_pop(signer(who.by), pop_message(h, who.grant, who.op, who.ctx)), lower=who.lower_s)
            answer = self._say(number, operations.encode_request(operations.Present(who.grant, pop, who.op, who.ctx)))
        told = {
            "grant": who.grant.hex(),
            "by": who.by,
            "op": who.op,
            "ctx": who.ctx.hex(),
            "h": "session" if who.own_h else "another",
            "s": "lower" if who.lower_s else "upper",
        }
        waits: Case = {"waits": list(who.waits)} if any(who.waits) else {}
        return {"do": "connect", "link": number, "dialled": who.dialled, **waits, "present": told, "answer": _hex(answer)}

    def _told(self, number: int, ms: int) -> bytes | None:
        nonce = self._given(number, operations.encode_request(operations.TimeAsk()))
        assertion = sign_time(TimeAssertion(LOCK_ID, nonce, ms), signer("KT"))
        return self._say(number, operations.encode_request(operations.TimeTell(assertion)))

    def _log(self, number: int) -> Case:
        opener, entries, names = AnyKlog(), list[segments.Entry](), set[str]()
        for data in self._segments(number):
            entries += segments.open_segment(data, opener)[2]
            names.add(opener.used)
        keys = {}
        for entry in entries:
            if isinstance(entry, SealedHeader):
                LogReader.of(LOCK_ID, entry, opener)
                keys[entry.logepoch] = opener.used
        held = read_log(entries)
        self.tags |= {one.event.seq - self.played.first: one.tag for one in held}
        assert len(names) <= 1
        return {
            "klog": next(iter(names), None),
            "records": [
                {"event": self.played.told(one.event), "epoch": one.logepoch - self.played.epoch, "klog": keys[one.logepoch]}
                for one in held
                if one.event.seq >= self.played.first
            ],
        }

    def _segments(self, number: int) -> Iterator[bytes]:
        count = 0
        while data := self._given(number, operations.encode_request(operations.LogAsk(count))):
            yield data
            count += 1

    def _receipt(self, statement: bytes) -> Case:
        said, full = open_receipt(statement, RoleKeys.of_lock(signer("lock id").public)), None
        assert isinstance(said, Receipt)
        head = self.played.lock.memory.journal.head
        if (part := said.full) is not None:
            assert part.head == (head if isinstance(part.head, LogHead) else head8(head, said.probe))
            full = {
                "lock_time": part.lock_time,
                "tstate": int(part.tstate),
                "head": "head" if isinstance(part.head, LogHead) else "head8",
                "seqnext": head.seqnext - self.played.first,
                "epoch": head.logepoch - self.played.epoch,
                "lost": part.lost,
                "boot": part.boot,
                "known_newer": part.known_newer,
            }
        return {"ver": said.ver, "after": said.after.hex(), "probe": said.probe.hex(), "nonce": _hex(said.nonce), "full": full}

    def _given(self, number: int, request: bytes) -> bytes:
        given = parse_answer(self._say(number, request) or b"")
        assert isinstance(given, Given)
        return given.data

    def _say(self, number: int, request: bytes) -> bytes | None:
        transport = self.played.links[number].transport
        if transport is None:
            return None
        reply = self.played.carried(number, transport.encrypt(request))
        return None if reply is None else transport.decrypt(reply)


def _with_s(pop: bytes, *, lower: bool) -> bytes:
    s = int.from_bytes(pop[32:], "big")
    chosen = min(s, P256_N - s) if lower else max(s, P256_N - s)
    return pop[:32] + chosen.to_bytes(32, "big")


def _hex(data: bytes | None) -> str | None:
    return None if data is None else data.hex()
