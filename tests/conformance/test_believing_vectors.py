"""What the younger chapters say, read from the files alone; the clock also by a second hand that knows only the pages."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

import pytest

from limen.lock.camera import reason_of, waits, wants_photo
from limen.lock.clock import Clock, Heard, Set
from limen.wire import bundles, cbor, doorcodes, events, guessing, roots, telemetry
from limen.wire.cbor import Malformed, WireError
from limen.wire.doorcodes import FirstUse, Moment, TempCls
from limen.wire.envelope import BadSignature, RoleKeys, Typ, open1
from limen.wire.grants import Cls
from limen.wire.records import Bucket, CodeFloor, Config, DoorKind
from limen.wire.timestamps import open_time
from tests.conformance.test_vectors import Chapter, chapter, raw, rows

DAY_MS = 86_400_000


@dataclass
class Written:
    """The clock as docs/protocol/lock.md has it (M-10, M-11), written from the page and sharing nothing with limen.lock."""

    lock_id: bytes
    keys: RoleKeys
    rtc: int = 0
    u: int | None = None
    floor: int = 0
    since: int = 0
    """When rtc and u were last right, by the count of powered milliseconds."""
    told: int | None = None
    """The time of the last T2 answer or ticket."""
    nonces: dict[bytes, int] = field(default_factory=dict)
    kept: int = 0

    def now(self, at: int) -> tuple[int, int | None]:
        passed = at - self.since
        return max(self.rtc + passed, self.floor), None if self.u is None else self.u + -(-passed * 101 // 1_000_000)

    def tstate(self, at: int) -> int:
        u = self.now(at)[1]
        return 2 if u is None or u > 3_600_000 else 1 if u > 300_000 else 0

    def asked(self, nonce: bytes, at: int) -> None:
        self.nonces[nonce] = at
        self.nonces = dict(list(self.nonces.items())[-4:])

    def heard(self, iat: int, at: int) -> str:
        rtc, u = self.now(at)
        said, lost = iat * 1000, self.tstate(at) == 2
        if (self.told is not None and said > self.told + 400 * DAY_MS) or (not lost and u is not None and said > rtc + u + 600_000):
            return "anomaly"
        if said <= self.floor:
            return "nothing new"
        self.rtc, self.u, self.since, self.floor = max(rtc, said), u, at, said
        self.kept = self.rtc
        return "raised"

    def assertion(self, data: bytes, at: int) -> tuple[int, list[int] | None]:
        try:
            lock_id, nonce, ms = _three(cbor.decode(open1(data, Typ.TIME, self.keys, 256).payload))
        except WireError:
            return 11, None
        if lock_id != self.lock_id:
            return 11, None
        asked = self.nonces.pop(nonce, None)
        if asked is None or at - asked > 7_200_000:
            return 11, None
        (rtc, u), rtt = self.now(at), at - asked
        error = -(-rtt // 2) + 1000
        if self.tstate(at) != 2 and u is not None and error > u and abs(ms + rtt // 2 - rtc) <= error + u:
            self.floor = max(self.floor, ms)
            self.kept = max(rtc, self.floor)
            return 0, None
        return 0, self.set_to(ms, rtt, at)

    def set_to(self, ms: int, rtt: int, at: int) -> list[int]:
        old = self.now(at)[0]
        self.floor, self.told = max(self.floor, ms), ms
        self.rtc, self.u, self.since = max(ms + rtt // 2, self.floor), -(-rtt // 2) + 1000, at
        self.kept = self.rtc
        return [old // 1000, self.rtc // 1000, self.u // 1000]

    def ticket(self, utime: int, round_trip_ms: int | None, at: int) -> list[int] | None:
        if round_trip_ms is not None and round_trip_ms <= 7_200_000:
            return self.set_to(utime * 1000, round_trip_ms, at)
        self.told = utime * 1000
        self.heard(utime, at)
        return None

    def power(self, at: int) -> None:
        self.rtc, self.u, self.since, self.nonces = max(self.kept, self.floor), None, at, {}


def _three(value: cbor.Value) -> tuple[bytes, bytes, int]:
    match value:
        case [bytes(lock_id), bytes(nonce), int(ms)] if len(nonce) == 16 and ms >= 0:
            return lock_id, nonce, ms
    raise Malformed("no time assertion")


@pytest.mark.rule("LOCK-5", "SYNC-10")
@pytest.mark.parametrize("name", [case["name"] for case in rows(chapter("clock"))])
def test_a_clock_built_from_the_pages_knows_the_same_hour(name: str) -> None:
    """After everything that is asked, told, heard and cut, in every case of the chapter (invariants 23, 26 and 27)."""
    book = chapter("clock")
    mine = Written(raw(book, "lock_id"), RoleKeys({Typ.TIME: (raw(book, "kt_public"),)}))
    for step in next(rows(case, "steps") for case in rows(book) if case["name"] == name):
        at = step["at"]
        match step["do"]:
            case "asked":
                mine.asked(raw(step, "nonce"), at)
            case "told":
                assert mine.assertion(raw(step, "assertion"), at) == (step["answer"], step["set"])
            case "heard":
                assert mine.heard(step["iat"], at) == step["answer"]
            case "ticket":
                assert mine.ticket(step["utime"], step["round_trip_ms"], at) == step["set"]
            case "keep":
                mine.kept = mine.now(at)[0]
            case "power":
                mine.power(at)
        assert [*mine.now(at), mine.floor, mine.tstate(at)] == [*step["now"], step["tstate"]], step


@pytest.mark.rule("LOCK-5", "SYNC-10")
def test_our_own_clock_does_as_the_chapter_says() -> None:
    """The product's, step by step; what is signed by anybody but KT, or of another type, is not even an answer."""
    book = chapter("clock")
    keys = RoleKeys({Typ.TIME: (raw(book, "kt_public"),)})
    for case in rows(book):
        clock, kept = Clock(), Clock().persisted(0)
        for step in rows(case, "steps"):
            at, moved = step["at"], step["do"] in ("keep", "ticket")
            if step["do"] == "asked":
                clock.challenge(raw(step, "nonce"), at)
            elif step["do"] == "told":
                done = _told(clock, raw(step, "assertion"), at, keys, raw(book, "lock_id"))
                assert (done is not None, isinstance(done, Set)) == (step["answer"] == 0, step["set"] is not None)
                moved = done is not None
            elif step["do"] == "heard":
                assert clock.hear(step["iat"], at).value == step["answer"]
                moved = step["answer"] == "raised"
            elif step["do"] == "ticket":
                assert (clock.ticket(step["utime"], step["round_trip_ms"], at) is None) == (step["set"] is None)
            elif step["do"] == "power":
                clock = Clock(kept, at, power_lost=True)
            kept = clock.persisted(at) if moved else kept
            now = clock.read(at)
            assert [now.rtc_ms, now.u_ms, now.floor_ms, int(now.quality)] == [*step["now"], step["tstate"]]


def _told(clock: Clock, data: bytes, at: int, keys: RoleKeys, lock_id: bytes) -> Set | Heard | None:
    """None where op 7 is answered CLOCK."""
    try:
        said = open_time(data, keys)
    except WireError:
        return None
    done = clock.answer(said.nonce, said.ms, at) if said.lock_id == lock_id else Heard.ANOMALY
    return None if done is Heard.ANOMALY else done


def test_roots_follow_each_other_as_written_and_nothing_else_follows() -> None:
    """Each link of the chain is believed after the one before it; no statement of the refusals is."""
    book = chapter("roots")
    chain: dict[int, roots.Root | None] = {0: None}
    for number, case in enumerate(rows(book, "chain"), 1):
        root = roots.open_root(raw(case, "statement"), before=chain[number - 1])
        assert (root.n, root.expires, root.threshold) == (case["n"], case["expires"], case["threshold"]) and root.n == number
        assert [key.hex() for key in root.keys] == case["root_keys"]
        assert {str(int(typ)): [key.hex() for key in keys] for typ, keys in root.roles.items()} == case["keys"]
        chain[number] = root
    for case in rows(book, "refuse"):
        with pytest.raises((BadSignature, Malformed)):
            roots.open_root(raw(case, "statement"), before=chain[case["after"]])


@pytest.mark.rule("CODE-4", "CODE-5", "CODE-13")
def test_temporary_codes_open_at_the_moments_that_are_written() -> None:
    """Every class at the edges of its window, used and not, behind a code floor, at and beyond the door's width."""
    book = chapter("codes")
    zone, widths = tuple((since, offset) for since, offset in book["zone"]), tuple(book["widths"])
    for case in rows(book, "opens"):
        cls, b, idx = case["issue"]
        uses = () if case["used"] is None else (FirstUse(TempCls(cls), b, idx, case["used"]),)
        floors = tuple(CodeFloor(*floor) for floor in case["floors"])
        moment = Moment(t=case["t"], s=case["s"], zone=zone, widths=widths, uses=uses, floors=floors)
        assert doorcodes.accepts(moment, TempCls(cls), b, idx) is case["opens"], case
    for case in rows(book, "live"):
        cls, b, idx, t = case["used"]
        moment = Moment(t=case["t"], s=case["s"], zone=zone, widths=widths, uses=(FirstUse(TempCls(cls), b, idx, t),))
        assert len(set(doorcodes.live_issues(moment))) == case["issues"]


def test_permanent_codes_slips_and_odds_come_out_as_written() -> None:
    """What the service alone computes, and another service would have to compute alike."""
    book = chapter("codes")
    for case in rows(book, "permanent"):
        mac = _mac(raw(book, "k_code"), case)
        assert doorcodes.first_sound(mac, case["d"], lambda _: False) == (case["code"], case["ctr"])
    assert all(doorcodes.damerau(a, b) == doorcodes.damerau(b, a) == slips for a, b, slips in book["slips"])
    for case in rows(book, "odds"):
        tokens, refill_min, guard = case["rule"]
        rule = Bucket(tokens=tokens, refill_min=refill_min, guard=guard)
        assert (guessing.guesses(rule, 1_440), guessing.least_digits(case["L"], rule)) == (case["G"], case["d"])


def _mac(k_code: bytes, case: Chapter) -> Callable[[int], bytes]:
    """C-9, from the page."""
    door, person = case["door"].encode(), case["person"].encode()
    named = b"dl/code/1" + bytes((len(door),)) + door + bytes((len(person),)) + person + case["generation"].to_bytes(4, "big")
    return lambda ctr: hmac.digest(k_code, named + ctr.to_bytes(4, "big"), "sha256")


def test_every_kind_of_record_reads_as_written_and_what_is_none_is_refused() -> None:
    """Fields and extras by their numbers, there and back."""
    book = chapter("events")
    for case in rows(book):
        read = events.read_event(raw(case, "hex"))
        assert events.encode_event(read) == raw(case, "hex")
        ref = [read.ref.cls, read.ref.b, read.ref.idx] if isinstance(read.ref, events.TempRef) else read.ref
        assert [read.seq, read.t, read.tq, read.kind, read.method, read.subj, ref, read.result] == [
            case[name] for name in ("seq", "t", "tq", "kind", "method", "subj", "ref", "result")
        ]
        said = cbor.decode(raw(case, "hex"))
        assert isinstance(said, list) and (len(said) == 9) is bool(case["x"])
    for case in rows(book, "refuse"):
        with pytest.raises(Malformed):
            events.read_event(raw(case, "hex"))


def test_telemetry_is_the_locks_own_word_as_written() -> None:
    """And nobody else's, of no other type."""
    book = chapter("telemetry")
    keys = RoleKeys.of_lock(raw(book, "id_public"))
    for case in rows(book):
        said = telemetry.open_telemetry(raw(case, "statement"), keys)
        assert said.lock_id == raw(book, "lock_id")
        names = ("epoch", "lock_time", "battery", "boots", "records", "lost", "firmware", "slowed", "stopped")
        assert [getattr(said, name) for name in names] == [case[name] for name in names]
    for case in rows(book, "refuse"):
        with pytest.raises((BadSignature, Malformed)):
            telemetry.open_telemetry(raw(case, "statement"), keys)


def test_payloads_and_configs_read_as_written_and_neighbours_of_them_do_not() -> None:
    """Everything that may stand in an update, and what a model can hold of it."""
    book = chapter("payload")
    for case in rows(book, "payloads"):
        assert bundles.encode_payload(bundles.read_payload(raw(case, "hex"))) == raw(case, "hex")
        said = cbor.decode(raw(case, "hex"))
        assert isinstance(said, dict) and list(said) == case["keys"]
    for case in rows(book, "configs"):
        assert cbor.encode(Config.from_value(cbor.decode(raw(case, "hex"))).to_value()) == raw(case, "hex")
    for case in rows(book, "refuse"):
        with pytest.raises(Malformed):
            bundles.read_payload(raw(case, "hex"))
    for case in rows(book, "bounds"):
        assert (bundles.records_max(case["capacity"]), bundles.bundle_bytes_max(case["capacity"])) == (
            case["records"],
            case["bundle_bytes"],
        )


@pytest.mark.rule("LOCK-9")
def test_who_is_photographed_stands_in_the_table_and_nobody_else_is() -> None:
    """Every door, way in, class and outcome (invariant 63)."""
    written = {(kind, method, cls, granted): [reason, held] for kind, method, cls, granted, reason, held in chapter("stills")["take"]}
    for kind, method, cls, granted in product(DoorKind, events.Method, (None, *Cls), (True, False)):
        taken = wants_photo(kind, method, cls, granted=granted)
        assert taken is ((kind, method, cls, granted) in written)
        if taken:
            assert written[kind, method, cls, granted] == [reason_of(cls, granted=granted), waits(kind, granted=granted)]
