"""Opening a door by phone, with no network on either side: prove, bring what the lock itself needs, open, then a little courtesy.

The conversation answers with what happened at the bolt; the short passive update afterwards can fail without changing that answer.
"""

from dataclasses import dataclass
from typing import Final

from limen.phone import carry
from limen.phone.carry import Load
from limen.phone.commands import Again, Conversation, OutOfReach, Say
from limen.phone.link import Broken, Courier, Link, connect_to, present
from limen.phone.wallet import Held, in_order
from limen.wire import limits
from limen.wire.answers import Answer, Denied, NeedUpdate, Plain, Presented
from limen.wire.grants import Rights, unlock_ctx
from limen.wire.operations import Op, Unlock
from limen.wire.refusals import Reason, Status

INTENT: Final = "tap"
ANOTHER_MAY_FIT: Final = frozenset(
    {Reason.NOT_STARTED, Reason.ENDED, Reason.LEASE_OVER, Reason.OUTSIDE_SCHEDULE, Reason.CLOCK_LOST, Reason.BOLT_THROWN, Reason.REVOKED}
)
"""Not for the person as a whole: a floor takes the grants of one class, and one grant of two may bear the right past the bolt (LOCK-15)."""


@dataclass(frozen=True)
class Opened:
    """The lock said it opens. `set_up`: changes went in first. `delivered`: the version the lock proved afterwards, if it got that far."""

    set_up: bool
    delivered: int | None = None
    segments: int = 0


@dataclass(frozen=True)
class Refused:
    """The lock said no; `reason` is about our own credential, and REFUSED where it gives none."""

    reason: Reason


@dataclass(frozen=True)
class NotReached:
    """Nobody answered, or not this lock."""


Outcome = Opened | Refused | NotReached


def unlock(courier: Courier) -> Conversation[Outcome]:
    """One tap at one door. Presents the grants that may fit one after the other, each in a session of its own (decision 0042)."""
    refused = Refused(Reason.NO_RIGHT)
    held = tuple(one for one in in_order(courier.door.grants, courier.now) if one.grant.rights & Rights.UNLOCK)
    for number, one in enumerate(held[: limits.WINDOWS_PER_PERSON_AND_DOOR]):
        if number:
            yield Again()
        try:
            outcome = yield from _with(courier, one)
        except (OutOfReach, Broken):
            return NotReached()
        if not isinstance(outcome, Refused) or outcome.reason not in ANOTHER_MAY_FIT:
            return outcome
        refused = outcome
    return refused


def _with(courier: Courier, held: Held) -> Conversation[Outcome]:
    info = courier.door.info
    yield Say("connecting")
    link = yield from connect_to(info, courier)
    answer = yield from present(link, held, courier.key, Op.UNLOCK, unlock_ctx(info.door or 0, INTENT))
    if isinstance(answer, Denied):
        return Refused(answer.reason)
    if isinstance(answer, NeedUpdate) or (isinstance(answer, Presented) and answer.wants_time):
        yield from carry.bring_time(link, courier)  # a lock that lacks an update does not say whether it lacks the time too
    set_up = isinstance(answer, NeedUpdate) and (yield from _set_up(link, courier))
    yield Say("opening")
    opened = yield from link.ask(Unlock(INTENT))
    if isinstance(opened, NeedUpdate) and not set_up:
        set_up = yield from _set_up(link, courier)
        yield Say("opening")
        opened = yield from link.ask(Unlock(INTENT))
    if not _is_open(opened):
        return Refused(opened.reason if isinstance(opened, Denied) else Reason.NEEDS_UPDATE)
    yield Say("open")
    afterwards = yield from _afterwards(link, courier, held, brought=set_up)
    return Opened(set_up=set_up, delivered=afterwards[0], segments=afterwards[1])


def _is_open(answer: Answer) -> bool:
    return isinstance(answer, Plain) and answer.status == Status.OK


def _set_up(link: Link, courier: Courier) -> Conversation[bool]:
    """Brings the change that the lock knows it lacks. True if the lock holds it now; if not, the lock decides what it does without."""
    bundle = carry.for_this_lock(courier)
    if bundle is None:
        return False
    yield Say("setting_up", done=0, total=len(bundle.chunks))
    pushed = yield from carry.push(link, courier, bundle, "setting_up", Load())
    return pushed.status in {Status.APPLIED, Status.ALREADY}


def _afterwards(link: Link, courier: Courier, held: Held, *, brought: bool) -> Conversation[tuple[int | None, int]]:
    """At most 8 KiB or two seconds (SYNC-9): changes and acknowledgements down, proof and records up, as far as the grant goes."""
    load = Load(bytes_left=limits.PASSIVE_UPDATE_BYTES, until_ms=link.heard_ms + limits.PASSIVE_UPDATE_S * 1000)
    delivered: int | None = None
    try:
        if held.grant.rights & Rights.PUSH:
            bundle = carry.for_this_lock(courier) if courier.door.news and not brought else None
            if bundle is not None:
                yield from carry.push(link, courier, bundle, "sending", load)
            if load.has(limits.LOG_ACK_BYTES_MAX, link.heard_ms):
                yield from carry.acknowledge(link, courier)
            if load.has(limits.RECEIPT_BYTES_MAX, link.heard_ms):
                receipt = yield from carry.ask_receipt(link, courier, fresh=False)
                delivered = receipt.ver if receipt is not None else None
        if held.grant.rights & Rights.PULL:
            yield from carry.pull(link, courier, load)
    except (OutOfReach, Broken):
        pass  # the door is open; what was not delivered goes with the next opening
    return delivered, load.segments
