"""Chapter entries: lives of a lock at its keypad and its card reader, what opens, what each try costs, and what is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from limen.cli.vectorbook import cardholders, typists
from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.doors import CONFIG
from limen.cli.vectorbook.playing import Played
from limen.cli.vectorbook.steady import LOCK_ID, NOW, steady
from limen.cli.vectorbook.tries import Again, AtDoor, Carded, Counted, Life, Numbered, Pause, Thrown, Typed
from limen.cli.vectorbook.visits import known_models
from limen.lock.commands import AnswerCard, Command, LensState, ShowLens
from limen.lock.events import CardAnswered, CardTapped, CheckPressed, DigitTyped, InsideBolt, LensTouched
from limen.lock.shell.keycard import counting, encoded
from limen.lock.shell.nfc import Field
from limen.wire import cbor, liststate
from limen.wire.liststate import ListState

K_PIN, K_DAILY = steady("k_pin"), steady("k_daily")
ABOUT = (
    "Lives at the door. Each case is a lock of its own, activated with the ticket of ticket.json in epoch 1, of this model, with config and records (CBOR "
    "as in a snapshot, code values as such) under k_pin and k_daily, full tokens, no first uses, no record but what was acknowledged, full batteries; clock"
    " 'good': now with an error of one second, 'lost': the lock is LOST and now is its rtc and floor. steps, in order: 'wait' ms; 'inside' the deadbolt is "
    "thrown or drawn back from inside; 'type' a touch that wakes, the digits, and the check mark if ok, all at one moment; 'card' an AES card (K-3) with "
    "this number and this key in the place of its key number slot, whose proof comes after the first and whose file after the second of after (ms); 'again'"
    " its last answer comes once more, with no new tap; 'count' a counting card with this number writes count and mac; 'number' a card that says nothing "
    "but its number. bolt: whether it moves where it is told to. After each step: opens: whether the bolt was told to move; waits: the seconds that the "
    "keypad says, or null; tokens: whole tokens left; uses: the first uses kept, [cls, b, idx]; records: what was written since the step before, event in "
    "hex, its numbers (seq, x 10) counted from the first of the case, null where that is not asked."
)


def entry_cases() -> Case:
    """Typed digits and cards against small lists."""
    lives = {**typists.lives(), **cardholders.lives()}
    return {
        "about": ABOUT,
        "lock_id": LOCK_ID.hex(),
        "now": NOW,
        "k_pin": K_PIN.hex(),
        "k_daily": K_DAILY.hex(),
        "cases": [_case(name, life) for name, life in lives.items()],
    }


def _case(name: str, life: Life) -> Case:
    config = replace(CONFIG, flags=life.flags, bucket=life.bucket, widths=typists.WIDTHS)
    records = {record.slot: liststate.stored(record, K_PIN) for record in life.records}
    state = ListState(epoch=1, ver=1, records=records, config=config, k_daily=K_DAILY, k_pin=K_PIN)
    hand = _Hand(Played.owned(known_models()["M"], state, lost=life.lost))
    return {
        "name": name,
        "model": "M",
        "clock": "lost" if life.lost else "good",
        "config": cbor.encode(config.to_value()).hex(),
        "records": cbor.encode([record.to_value() for record in life.records]).hex(),
        "steps": [hand.lived(step) for step in life.steps],
    }


@dataclass
class _Hand:
    """Whoever stands at the door."""

    played: Played
    written: int = 0
    said: CardAnswered = field(default_factory=lambda: CardAnswered(b""))

    def lived(self, step: AtDoor) -> Case:
        self.played.opened = False
        done, told = self._done(step)
        waits = [shown.seconds for shown in done if isinstance(shown, ShowLens) and shown.state is LensState.WAITING]
        memory, written = self.played.lock.memory, self._records()
        assert memory.held is not None
        return {
            **told,
            "opens": self.played.opened,
            "waits": waits[-1] if waits else None,
            "tokens": memory.bucket.tokens_left(memory.held.config.bucket, self.played.at),
            "uses": sorted([int(cls), b, idx] for cls, b, idx in memory.uses.issues()),
            "records": None if isinstance(step, Typed) and not step.told else written,
        }

    def _done(self, step: AtDoor) -> tuple[Sequence[Command], Case]:
        match step:
            case Pause(ms):
                return self.played.wait(ms), {"do": "wait", "ms": ms}
            case Thrown(thrown):
                return self.played.do(InsideBolt(thrown)), {"do": "inside", "thrown": thrown}
            case Typed():
                return self._typed(step), {"do": "type", "digits": step.digits, "ok": step.ok, "bolt": step.bolt}
            case Numbered(uid):
                return self.played.do(CardTapped(uid)), {"do": "number", "uid": uid.hex()}
            case Counted(uid, key, count):
                tapped = Field(counting(uid, key, count)).begin(self.played.lock.card_slot)
                assert tapped.sun is not None
                told: Mapping[str, object] = {"uid": uid.hex(), "count": tapped.sun.counter, "mac": tapped.sun.mac.hex()}
                return self.played.do(tapped), {"do": "count", **told}
            case Carded():
                told = {"uid": step.uid.hex(), "key": step.key.hex(), "slot": step.slot, "after": list(step.waits)}
                return self._carded(step), {"do": "card", **told}
            case Again():
                return self.played.do(self.said), {"do": "again"}

    def _typed(self, step: Typed) -> list[Command]:
        self.played.moves = step.bolt
        done = self.played.do(LensTouched())
        for digit in step.digits:
            done += self.played.do(DigitTyped(int(digit)))
        return done + (self.played.do(CheckPressed()) if step.ok else [])

    def _carded(self, step: Carded) -> list[Command]:
        """As a reader carries it: what the lock asks goes to the card, and the card's answer back."""
        card = encoded(step.uid, {step.slot: step.key}, 1, 1)
        card.random = lambda length: steady("card", length)
        reader = Field(card)
        done = self.played.do(reader.begin(self.played.lock.card_slot))
        for ms in step.waits:
            asked = next((command.data for command in done if isinstance(command, AnswerCard)), None)
            if asked is None:
                break
            self.said = reader.answer(asked)
            self.played.wait(ms)
            done = self.played.do(self.said)
        return done

    def _records(self) -> list[str]:
        fresh = [self.played.told(one.event) for one in self.played.held() if one.event.seq >= self.played.first]
        before, self.written = self.written, len(fresh)
        return fresh[before:]
