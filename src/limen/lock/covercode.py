"""The lock's end of the code under its battery cover: who guesses pays first (protocol A.2; clauses A-17 to A-23).

Five tries for each press of the inside button, a hundred in the life of the lock, whatever is wiped between. A try is durable before its answer leaves,
and given back where the code was right, so that honest activations do not use a lock up.
"""

from contextlib import suppress
from dataclasses import dataclass, field

from limen.lock.flash import FlashError
from limen.lock.memory import Memory
from limen.wire import covercode, limits, spake2plus
from limen.wire.cbor import Malformed
from limen.wire.covercode import Ask, Confirm, Heard, Refused, Said, Share, Step, Stretching, Taken
from limen.wire.refusals import Reason

_USED = b"covertries"
"""The tries of this lock's life; no wipe drops it."""


@dataclass
class Exchange:
    """One link's exchange: what it may say next (None: nothing more), and when it began. `secret` is there once the code was right."""

    begun_at: int
    next: Step | None = Step.ASK
    answered: spake2plus.Answered | None = field(default=None, repr=False)
    paid_of: int | None = None
    """The press of the button whose try this one used up."""
    secret: bytes | None = field(default=None, repr=False)

    def due(self) -> int:
        """When it is over without a handshake."""
        return self.begun_at + limits.COVER_S * 1000

    def take(self) -> bytes | None:
        """What stands in the place of the sticker's secret: for one handshake. None where no right code was shown."""
        secret, self.secret, self.next = self.secret, None, None
        return secret


class CoverCode:
    """All exchanges of one lock, and what they may cost together."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._press: int | None = None
        self._used_of_press = 0

    def hear(self, exchange: Exchange, message: bytes) -> bytes:
        """The answer to the next message of this exchange. `Malformed` for any other and `NotTheSame` for a wrong confirmation: both end the link."""
        said = covercode.parse_said(message)
        if exchange.next is not _step(said):
            raise Malformed("out of turn")
        exchange.next = None
        return covercode.encode_heard(self._answer(exchange, said))

    def left(self) -> int:
        """How many tries are left until the button is pressed again."""
        return max(0, min(limits.COVER_TRIES_PER_PRESS - self._of_press(), limits.COVER_TRIES_PER_LIFE - self._of_life()))

    def _answer(self, exchange: Exchange, said: Said) -> Heard:
        record = self._memory.birth.cover
        if record is None:
            return Refused(Reason.NO_COVER_CODE)
        match said:
            case Ask():
                refused = self._refused()
                exchange.next = Step.SHARE if refused is None else None
                return refused or Stretching(self._memory.lock_id, record.salt, record.iterations)
            case Share(share):
                return self._guess(exchange, record, share)
            case Confirm(confirm):
                return self._confirmed(exchange, confirm)

    def _guess(self, exchange: Exchange, record: covercode.Record, share: bytes) -> Heard:
        """Charged and durable before anything leaves that a guess could be measured by."""
        if (refused := self._refused()) is not None:
            return refused
        try:
            self._charge()
            exchange.paid_of = self._press
        except FlashError:
            return Refused(Reason.NOT_RECORDED)
        y = spake2plus.scalar(self._memory.ports.chance(spake2plus.RANDOM_BYTES))
        answered = spake2plus.answer(record.verifier, covercode.names(self._memory.lock_id), share, y)
        exchange.answered, exchange.next = answered, Step.CONFIRM
        return covercode.Answered(answered.share_v, answered.confirm_v, self.left())

    def _confirmed(self, exchange: Exchange, confirm: bytes) -> Heard:
        answered, exchange.answered = exchange.answered, None
        if answered is None:
            raise Malformed("out of turn")
        exchange.secret = covercode.secret_of(answered.confirmed(confirm), self._memory.lock_id)
        with suppress(FlashError):  # one try less than there could be
            self._give_back(exchange)
        return Taken()

    def _refused(self) -> Refused | None:
        if self._of_life() >= limits.COVER_TRIES_PER_LIFE:
            return Refused(Reason.COVER_CODE_SPENT)
        return Refused(Reason.PRESS_AGAIN) if self._of_press() >= limits.COVER_TRIES_PER_PRESS else None

    def _charge(self) -> None:
        """Raises FlashError: then nothing may be answered."""
        self._keep(self._of_life() + 1)
        self._used_of_press = self._of_press() + 1

    def _give_back(self, exchange: Exchange) -> None:
        """The one try that this exchange paid, and never more than the lock began with: to its own press of the button, none to a later one."""
        used = self._of_press()
        if exchange.paid_of == self._press:
            self._used_of_press = max(0, used - 1)
        self._keep(max(0, self._of_life() - 1))

    def _of_press(self) -> int:
        """A press is forgotten with the power, and its tries with it: there is no try without another press."""
        if self._press != self._memory.pressed_at:
            self._press, self._used_of_press = self._memory.pressed_at, 0
        return self._used_of_press

    def _of_life(self) -> int:
        kept = self._memory.notes.get(_USED)
        return int.from_bytes(kept, "big") if kept else 0

    def _keep(self, used: int) -> None:
        self._memory.notes.put(_USED, used.to_bytes(4, "big"))


def _step(said: Said) -> Step:
    match said:
        case Ask():
            return Step.ASK
        case Share():
            return Step.SHARE
        case Confirm():
            return Step.CONFIRM
