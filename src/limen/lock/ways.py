"""What hands and cards do at the door: keypad, card, metal key, inside (LOCK-2). The fourth way in, the phone, is operations.py.

Keypad and card show one refusal whatever the reason; the reason goes to the record. Nothing here ever delays app, card, key or handle.
"""

from contextlib import suppress

from limen.lock import codes
from limen.lock.bucket import Wait
from limen.lock.cards import Cards, Declined, Found
from limen.lock.commands import AnswerCard, Command, LensState, Noticed, ReleaseBolt, ShowLens, Words
from limen.lock.decide import Granted, Refused, by_records
from limen.lock.events import CardAnswered, CardTapped
from limen.lock.flash import FlashError
from limen.lock.keypad import Discarded, Entry, Keypad, Outcome
from limen.lock.memory import Memory, draft
from limen.lock.merging import Merged
from limen.lock.openings import Attempt, Openings
from limen.wire.events import Kind, Method, Result
from limen.wire.receipts import TrustedTime
from limen.wire.refusals import Reason

BLINK = ShowLens(LensState.BLINK, Words.NOT_ACCEPTED)


class Ways:
    """Keypad, card reader, cylinder and inside of one lock, as far as its model has them."""

    def __init__(self, memory: Memory, openings: Openings, merged: Merged) -> None:
        self._memory, self._openings, self._merged = memory, openings, merged
        self.keypad = Keypad()
        self.cards = Cards(memory)

    def touch_lens(self, at: int) -> list[Command]:
        """Wakes, and gets ready what a decision will look up."""
        memory, door = self._memory, self._memory.door(at)
        if door is not None and memory.temporaries is not None:
            margin = codes.margin_s(door.now)
            if door.now.quality is not TrustedTime.LOST:  # a lost clock says of nothing that it is over
                with suppress(FlashError):
                    memory.uses.prune(door.now.utime, door.held.config, margin)
            memory.temporaries.refresh(door.now.utime, margin, memory.uses)
        if memory.model.keypad and not memory.jumpstart:
            self.keypad.touch_lens(at)
        return [ShowLens(LensState.AWAKE, Words.TYPE)]

    def digit(self, digit: int, at: int) -> list[Command]:
        held = self._memory.held
        if held is None or not self._memory.model.keypad or self._memory.jumpstart:
            return []
        if not self.keypad.awake:
            return self.touch_lens(at)
        lost = self.keypad.type(digit, at, pause_s=held.config.key_pause_s)
        if lost is not None:
            self._merged.add(Method.CODE, Reason.ENTRY_DISCARDED, at)
        return [BLINK] if lost is Discarded.TOO_LONG else [ShowLens(LensState.DIGIT, Words.TYPE)]

    def check(self, at: int) -> list[Command]:
        held = self._memory.held
        if held is None:
            return []
        return self._entered(self.keypad.check(at, digits=held.config.digits, pause_s=held.config.key_pause_s), at)

    def tick(self, at: int) -> list[Command]:
        held = self._memory.held
        if held is None or not self.keypad.awake:
            return []
        out = self._entered(self.keypad.tick(at, digits=held.config.digits, pause_s=held.config.key_pause_s), at)
        return out or ([] if self.keypad.awake else [ShowLens(LensState.ASLEEP, Words.ASLEEP)])

    def due(self) -> int | None:
        held = self._memory.held
        return self.keypad.due(digits=held.config.digits, pause_s=held.config.key_pause_s) if held else None

    def card_tapped(self, event: CardTapped, at: int) -> list[Command]:
        if not self._memory.model.nfc or self._memory.jumpstart:
            return []
        return self._by_card(self.cards.tapped(event, at), at)

    def card_answered(self, event: CardAnswered, at: int) -> list[Command]:
        return self._by_card(self.cards.answered(event, at), at)

    def key_turned(self, at: int) -> list[Command]:
        """Never a person, never a picture (CARD-4)."""
        return self._openings.note(Kind.METAL_KEY, Method.METAL_KEY, at) if self._memory.model.cylinder else []

    def inside_handle(self, at: int) -> list[Command]:
        """Out is always free (LOCK-4): a handle moves the bolt by itself, a strike is released whatever the lock knows or can write."""
        model, held = self._memory.model, self._memory.held
        window_ms = model.engaged(held.config.engaged_ms if held is not None else 0)
        self._openings.doorway.let_through(window_ms, at)
        out: list[Command] = [ReleaseBolt(window_ms)] if model.exit_sensor else []
        return [*out, *self._openings.note(Kind.INSIDE, Method.INSIDE, at)]

    def inside_bolt(self, thrown: bool, at: int) -> list[Command]:
        if not self._memory.model.privacy_deadbolt or thrown == self._memory.bolt_thrown:
            return []
        self._memory.bolt_thrown = thrown
        return self._openings.note(Kind.PRIVACY, Method.INSIDE, at, Result.NOTED if thrown else Result.DONE)

    def _entered(self, outcome: Outcome, at: int) -> list[Command]:
        if isinstance(outcome, Discarded):
            self._merged.add(Method.CODE, Reason.ENTRY_DISCARDED, at)
            return [BLINK, Noticed(f"entry discarded, {outcome.value}")]
        return self._try(outcome, at) if isinstance(outcome, Entry) else []

    def _try(self, entry: Entry, at: int) -> list[Command]:
        """One entry, one token, one comparison: the token is gone durably before anybody compares (CODE-10)."""
        memory, door = self._memory, self._memory.door(at)
        if door is None or memory.temporaries is None:
            return [BLINK]
        rule = door.held.config.bucket
        try:
            guarded = memory.bucket.guarded
            charged = memory.bucket.charge(rule, at, None if door.now.u_ms is None else door.now.rtc_ms + door.now.u_ms)
        except FlashError:
            return [BLINK]
        if isinstance(charged, Wait):
            self._merged.add(Method.CODE, Reason.KEYPAD_WAIT, at)
            return [waiting(charged.ms), Noticed("code not compared, keypad waits")]
        judged = codes.judge(entry.code, door, memory.temporaries, memory.uses, at)
        method = Method.CODE if judged.temporary is None else Method.TEMPORARY_CODE
        if isinstance(judged.decision, Granted):
            return self._openings.open(judged.decision, Attempt(method, judged.temporary, charged), at).commands
        out = self._openings.refuse(judged.decision, Attempt(method, judged.temporary), at).commands
        if memory.bucket.guarded and not guarded:
            memory.try_record(draft(kind=Kind.GUARD), at)
        wait_ms = memory.bucket.wait_ms(rule, at)
        return [*out, waiting(wait_ms)] if wait_ms else out

    def _by_card(self, found: Found, at: int) -> list[Command]:
        if isinstance(found, bytes):
            return [AnswerCard(found)]
        door = self._memory.door(at)
        if isinstance(found, Declined) or door is None:
            declined = found if isinstance(found, Declined) else Declined(Reason.CARD_UNKNOWN)
            self._merged.add(declined.method, declined.reason, at)
            return [BLINK, Noticed("card refused")]
        decision = by_records(found.records, door)
        attempt = Attempt(found.method)
        if isinstance(decision, Refused):
            return self._openings.refuse(decision, attempt, at).commands
        return self._openings.open(decision, attempt, at).commands


def waiting(ms: int) -> ShowLens:
    """ "Too many wrong codes. Next try in … seconds." """
    return ShowLens(LensState.WAITING, Words.TOO_MANY, -(-ms // 1000))
