"""What people do at doors, each with the oracle's verdict beside what happened."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from limen.lock.shell.nfc import Card
from limen.phone.unlock import Opened, Outcome, Refused
from limen.phone.unlock import unlock as tap
from limen.phone.update import Updated
from limen.phone.update import update as bring
from limen.phone.wallet import View
from limen.sim.cards import Pocketed, Replayed, Taped
from limen.sim.handsets import Handset, Visit, with_bundle
from limen.sim.hostile import Leak, pry
from limen.sim.oracle import Clock, Moment, Phone, Still, Verdict, Who, still
from limen.sim.story.power import Power, Unharmed
from limen.sim.story.world import Door, World
from limen.sim.truth import Belief, Made
from limen.wire import limits
from limen.wire.cbor import WireError
from limen.wire.envelope import unverified_payload
from limen.wire.grants import Cls
from limen.wire.receipts import Receipt, read_receipt

Verdicts = Callable[[Moment], Verdict]
Try = Callable[[bool], bool | None]
"""One try at a door, the first or (True) the one after harm: whether the bolt moved; None where harm hides what it would have come to."""
OWN_ACCESS_MOST = Cls.VENDOR
"""Classes up to this one are access of one's own (protocol C.1)."""
AGAIN_MS = 3_000


@dataclass
class _Before:
    """How things stood when somebody came to a door."""

    belief: Belief
    clock: Clock
    version: int
    moved: int
    stills: int
    sort: str
    whole: Unharmed


class Visits:
    """Taps, codes, keys and errands at the doors of one world."""

    def __init__(self, world: World) -> None:
        self.world, self.power = world, Power(world)

    # ---- by phone

    def tap(self, phone: Handset, door: Door, *, calm: bool = False, signal: bool | None = None) -> bool:
        """One tap; True if the bolt moved. `signal`: whether the phone has any there, drawn where nobody says so."""
        return self.tried(door, f"app {phone.owner}", lambda again: self._tap(phone, door, calm or again, signal, again))

    def _tap(self, phone: Handset, door: Door, calm: bool, signal: bool | None, again: bool) -> bool | None:
        world, entry = self.world, phone.wallet.doors["resident"].get(door.body.lock_id)
        if entry is None or not entry.grants:
            return None if again else False
        before = self._arrive(door, "app")
        if before is None:
            return None if again else False
        phone.signal = calm or (signal if signal is not None else world.chance.random() >= world.faults.dead_zone)
        trouble = None if calm else world.faults.trouble(world.chance)
        world.carries(phone, "resident", door, entry.bundle)
        outcome, visit = phone.visit(door.body, "resident", tap, trouble=trouble)
        phone.signal = True
        shown = Phone(phone.owner, phone.key.public, [held.grant for held in entry.grants])
        self._leave(door, before)
        moved = len(door.body.moved) > before.moved
        disturbed = visit.struck == before.moved or not before.whole.still(door.body)
        verdict = self._phone_verdict(shown, door, before)
        told = self.judge(door, f"app {phone.owner}", verdict, moved, _said(outcome), disturbed=disturbed, again=again)
        self._pictured(door, before, _quality(shown), by_code=False)
        self.power.back(door)
        return told

    def _phone_verdict(self, shown: Phone, door: Door, before: _Before) -> Verdict:
        """By the list before the visit or after it: a phone may bring a list first, or afterwards in passing."""
        world = self.world
        found = {world.oracle.by_phone(shown, self._moment(door, door.belief, before.clock))}
        if door.version != before.version:
            found.add(world.oracle.by_phone(shown, self._moment(door, before.belief, before.clock)))
        if before.clock.u_ms is None and door.body.lock is not None and world.clock(door).u_ms is not None:
            found.add(world.oracle.by_phone(shown, self._moment(door, door.belief, world.clock(door))))
        return found.pop() if len(found) == 1 else Verdict.MAY

    def _moment(self, door: Door, belief: Belief, clock: Clock) -> Moment:
        return Moment(door.number, belief, clock, self.world.time.ms, door.body.thrown)

    def update(self, phone: Handset, door: Door, view: View, *, lie: bytes | None = None, calm: bool = False) -> Updated | None:
        """One explicit update, as an honest courier or with something else in the bag."""
        world, entry = self.world, phone.wallet.doors[view].get(door.body.lock_id)
        before = self._arrive(door, f"update {view}") if entry is not None else None
        if entry is None or before is None:
            return None
        bundle = entry.bundle if lie is None else lie
        world.carries(phone, view, door, bundle)
        phone.signal = calm or world.chance.random() >= world.faults.dead_zone
        done, visit = phone.visit(
            door.body,
            view,
            lambda courier: bring(courier, pull=view == "resident" and entry.cls <= OWN_ACCESS_MOST),
            trouble=None if calm else world.faults.trouble(world.chance),
            instead=None if lie is None else with_bundle(lie),
        )
        phone.signal = True
        self._leave(door, before)
        if view == "manager" or entry.name is None:
            self._pushed_only(door, visit)
        if len(door.body.moved) > before.moved:
            world.tally.wrong("wrong_open", f"{world.name(door)}: an update moved the bolt")
        world.tally.note(world.time.ms, "update", door.number, phone.owner, view, _did(done), door.version)
        self.power.back(door)
        return done

    def pry(self, phone: Handset, door: Door) -> None:
        """Somebody with a push-only grant asks for everything that pullers get."""
        world = self.world
        before = self._arrive(door, "pry")
        if before is None:
            return
        found, _visit = phone.visit(door.body, "manager", pry)
        self._leave(door, before)
        if isinstance(found, Leak):
            world.tally.wrong("push_only_leak", f"{world.name(door)}: answered {found.what} with {found.size} bytes")
        world.tally.note(world.time.ms, "pry", door.number, found is None)
        self.power.back(door)

    # ---- by hand

    def type_code(self, person: int, digits: str, door: Door) -> bool:
        """Somebody types their own code, or one that is nobody's."""
        who, verdict = f"code {person}", partial(self.world.oracle.by_code, digits)
        return self.tried(door, who, lambda again: self._entry((who, Who.RESIDENT), digits, door, verdict, again))

    def type_second(self, person: int, digits: str, door: Door) -> bool:
        """Somebody types their second code, with whoever makes them do it beside them: it opens as the first one does, and marks the opening."""
        who = f"second of {person}"
        return self.tried(door, who, lambda again: self._second(who, digits, door, again))

    def _second(self, who: str, digits: str, door: Door, again: bool) -> bool | None:
        before = Unharmed.of(door.body)
        opened = self._entry((who, Who.RESIDENT), digits, door, partial(self.world.oracle.by_code, digits), again)
        if opened:
            door.marks.append(door.body.moved[-1])
        elif not before.still(door.body):
            door.perhaps_marked = True
        return opened

    def type_temporary(self, made: Made, door: Door) -> bool:
        """A guest types the code they were given."""
        return self.tried(door, f"{made.kind} of {made.person}", lambda again: self._temporary(made, door, again))

    def _temporary(self, made: Made, door: Door, again: bool) -> bool | None:
        def verdict(at: Moment) -> Verdict:
            return self.world.oracle.by_temporary(made, at) if made.door == door.number else Verdict.MUST_REFUSE

        before = Unharmed.of(door.body)
        opened = self._entry((f"{made.kind} of {made.person}", Who.GUEST), made.digits, door, verdict, again)
        if opened:
            self.world.oracle.used(made, self.world.time.ms)
        elif made.door == door.number and not before.still(door.body):
            self.world.oracle.perhaps_used(made, self.world.time.ms)
        return opened

    def _entry(self, who: tuple[str, Who], digits: str, door: Door, verdict: Verdicts, again: bool) -> bool | None:
        world, before = self.world, self._arrive(door, "code")
        if before is None:
            return None if again else False
        door.body.type(digits)
        moved, harmed = len(door.body.moved) > before.moved, not before.whole.still(door.body)
        now, waits = world.time.ms, door.keypad.waits(world.time.ms)
        expected = Verdict.MUST_REFUSE if waits is Verdict.MUST_REFUSE else verdict(self._moment(door, door.belief, before.clock))
        if waits is Verdict.MAY and expected is Verdict.MUST_OPEN:
            expected = Verdict.MAY
        length = door.belief.digits
        if moved and not harmed:
            door.keypad.right(now)
        elif harmed or length is None or waits is Verdict.MAY:
            door.keypad.perhaps(now, moved)
        elif waits is Verdict.MUST_OPEN and len(digits) >= length:  # too few digits are no try (CODE-9)
            door.keypad.wrong(now)
        self._leave(door, before)
        told = self.judge(door, who[0], expected, moved, "waits" if waits is Verdict.MUST_REFUSE else "", disturbed=harmed, again=again)
        self._pictured(door, before, who[1], by_code=True)
        self.power.back(door)
        return told

    def tap_card(self, card: Pocketed, door: Door, *, copied: bool = False) -> bool:
        """A card at the reader: the card itself, with an eavesdropper, or a copy of its number."""
        tapes = list[Taped]()

        def held() -> Card:
            tapes.append(Taped(card.copied() if copied else card.card))
            return tapes[-1]

        opened = self._card(f"{'copy of ' if copied else ''}card {card.person}", held, door, proves=not copied)
        door.tapes.append((card.uid, tapes[-1].tape if tapes else []))
        return opened

    def replay_card(self, uid: bytes, tape: list[bytes], door: Door) -> bool:
        """Somebody plays to the reader what a card said here once: a number is all that it proves."""
        return self._card("tape", lambda: Replayed(uid, list(tape)), door, proves=False)

    def _card(self, who: str, held: Callable[[], Card], door: Door, *, proves: bool) -> bool:
        return self.tried(door, who, lambda again: self._held(who, held, door, proves, again))

    def _held(self, who: str, held: Callable[[], Card], door: Door, proves: bool, again: bool) -> bool | None:
        world = self.world
        before = self._arrive(door, "card") if door.reads_cards else None
        if before is None:
            return None if again else False
        card = held()
        verdict = world.oracle.by_card(card.uid, proves, self._moment(door, before.belief, before.clock))
        door.body.tap(card)
        moved = len(door.body.moved) > before.moved
        self._leave(door, before)
        told = self.judge(door, who, verdict, moved, "", disturbed=not before.whole.still(door.body), again=again)
        self._pictured(door, before, Who.RESIDENT, by_code=False)
        self.power.back(door)
        return told

    def turn_key(self, door: Door, times: int = 1) -> None:
        """The metal key, an event without a person."""
        self._by_hand(door, "key", lambda: _turn(door, times))
        self.world.tally.note(self.world.time.ms, "key", door.number, times, door.body.next_record)

    def throw(self, door: Door, thrown: bool) -> None:
        """The deadbolt for privacy, from inside."""
        self._by_hand(door, "bolt", lambda: door.body.throw(thrown))
        self.world.tally.note(self.world.time.ms, "bolt", door.number, thrown, door.body.next_record)

    def leave(self, door: Door) -> None:
        """Somebody goes out: always free."""
        self._by_hand(door, "out", door.body.leave)
        self.world.tally.note(self.world.time.ms, "out", door.number, door.body.next_record)

    # ---- around every visit

    def _by_hand(self, door: Door, sort: str, act: Callable[[], object]) -> None:
        """Something that is felt without anybody asking: nobody is pictured."""
        stills, before = door.body.stills, self.power.arm(door, sort)
        act()
        self.power.disarm(door, sort, before)
        if door.body.stills > stills:
            self.world.tally.wrong("push_only_leak", f"{self.world.name(door)}: a still of somebody with a metal key, or going out")
        if not before.still(door.body):
            self.world.look(door)
            self.power.back(door)

    def _arrive(self, door: Door, sort: str) -> _Before | None:
        if door.gone:
            return None
        door.body.catch_up()
        if door.body.lock is None:
            return None
        self.world.look(door)
        clock, moved, stills = self.world.clock(door), len(door.body.moved), door.body.stills
        return _Before(door.belief, clock, door.version, moved, stills, sort, self.power.arm(door, sort))

    def _leave(self, door: Door, before: _Before) -> None:
        self.power.disarm(door, before.sort, before.whole)
        self.world.look(door)

    def tried(self, door: Door, who: str, one: Try) -> bool:
        """An attempt: harm may cost one try, and never what it must come to. The next one follows at once, in still air. Where harm comes again, or
        the door is dark or refuses rightly now, nobody can say any more what was due: that counts as an attempt judged either way."""
        world, opened = self.world, one(False)
        if opened is not None:
            return opened
        world.time.pass_ms(AGAIN_MS)
        opened = one(True)
        if opened is None:
            world.tally.judged(moved=False, may=True)
            world.tally.note(world.time.ms, door.number, who, "gave up")
        return bool(opened)

    def judge(
        self, door: Door, who: str, verdict: Verdict, moved: bool, reason: str, *, disturbed: bool = False, again: bool = False
    ) -> bool | None:
        """Writes down what came of a try, and whether that is wrong: whether the bolt moved, None where harm hides what was due. `again`: it is
        the try after one that had to open, so a refusal that is right by now leaves that one open."""
        world = self.world
        unsure = disturbed and not moved and verdict is Verdict.MUST_OPEN
        if not unsure:
            world.tally.judged(moved=moved, may=verdict is Verdict.MAY or (again and verdict is Verdict.MUST_REFUSE))
        if moved and verdict is Verdict.MUST_REFUSE:
            world.tally.wrong("wrong_open", f"{world.name(door)} opened to {who}")
        if not moved and verdict is Verdict.MUST_OPEN and not disturbed:
            world.tally.wrong("wrong_deny", f"{world.name(door)} refused {who} ({reason or 'no reason'})")
        clock = world.clock(door) if door.body.lock is not None else None
        world.tally.note(world.time.ms, door.number, who, "opened" if moved else "closed", reason, door.version, door.body.next_record,
                         "dark" if clock is None else "lost" if clock.u_ms is None else "good" if clock.good else "coarse",
                         *(("harmed",) if unsure else ()))  # fmt: skip
        return None if unsure else moved

    def _pictured(self, door: Door, before: _Before, who: Who, *, by_code: bool) -> None:
        """Whether the camera had power when it had to, and only then."""
        opened, taken = len(door.body.moved) > before.moved, door.body.stills > before.stills
        rule = still(door.kind, who, by_code=by_code, opened=opened)
        if taken and rule is Still.NEVER:
            self.world.tally.wrong("push_only_leak", f"{self.world.name(door)}: a still of {who.value}, which is never taken")
        if not taken and rule is Still.MUST and door.body.making.model.camera and before.whole.still(door.body):
            self.world.tally.wrong("undeclared_gap", f"{self.world.name(door)}: no still of {who.value}")

    def _pushed_only(self, door: Door, visit: Visit) -> None:
        """What a push-only visit brought back: receipts that say nothing but the list, and nothing else."""
        for item in visit.kept:
            told = _receipt(item.data) if item.kind == "receipt" else None
            if told is None or told.full is not None:
                self.world.tally.wrong("push_only_leak", f"{self.world.name(door)}: a push-only visit brought back {item.kind}")


def _turn(door: Door, times: int) -> None:
    for _ in range(times):
        door.body.turn_key()


def _quality(shown: Phone) -> Who:
    """A phone comes as what its grants make its owner."""
    classes = {grant.cls for grant in shown.grants}
    if classes == {Cls.RESIDENT}:
        return Who.RESIDENT
    return Who.GUEST if classes == {Cls.APP_GUEST} else Who.STAFF


def _receipt(data: bytes) -> Receipt | None:
    try:
        read = read_receipt(unverified_payload(data, limits.RECEIPT_BYTES_MAX)[1])
    except WireError:
        return None
    return read if isinstance(read, Receipt) else None


def _did(done: Updated | None) -> str:
    if done is None:
        return "nothing"
    return done.result if done.reason is None else f"{done.result} {done.reason.word}"


def _said(outcome: Outcome | None) -> str:
    match outcome:
        case Opened(set_up, delivered, segments):
            return f"set_up={set_up} delivered={delivered} segments={segments}"
        case Refused(reason):
            return reason.word
        case _:
            return "not reached"
