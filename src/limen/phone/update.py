"""Updating a door by phone: changes and time down, proof up; battery and record too where the grant has the pull right and the view asks.

SYNC-1 and SYNC-2 in one place: push-only is a property of the grant that is presented, and with it this conversation asks for nothing
that the lock would have to refuse.
"""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from limen.phone import carry, firmware
from limen.phone.carry import Load, Pushed
from limen.phone.commands import Again, Answer, Command, Conversation, OutOfReach, Say
from limen.phone.link import Broken, Courier, Link, connect_to, present
from limen.phone.release import tell
from limen.phone.wallet import Held, in_order
from limen.wire import limits
from limen.wire.answers import Denied, NeedUpdate, Presented
from limen.wire.grants import Rights, effective_rights
from limen.wire.operations import Op
from limen.wire.receipts import Receipt, WipedReceipt
from limen.wire.refusals import Reason, Status

Result = Literal["confirmed", "interrupted", "superseded", "refused", "out_of_reach", "nothing", "wiped"]


@dataclass(frozen=True)
class Updated:
    """What became of it. `confirmed` only with a receipt that this phone has checked; the service's word comes later.

    `done` of `total` parts arrived, also where the link broke then; `segments` and `photos` of the record were kept.
    `interrupted`: what arrived stays, the next try goes on. `superseded`: somebody is bringing a newer list. `nothing`: no grant for this door.
    `wiped`: the lock was told that its ownership has ended, and signed that it is empty; `lost` records of it were never brought.
    `image`: what the lock said to firmware, OK once all of it is there; it starts by itself when the door is left alone.
    """

    result: Result
    reason: Reason | None = None
    receipt: Receipt | None = None
    status: Status | None = None
    done: int = 0
    total: int = 0
    segments: int = 0
    telemetry: bytes | None = None
    lost: int = 0
    photos: int = 0
    image: Status | Reason | None = None


@dataclass
class _Progress:
    """What was reached so far, for the case that the link breaks."""

    link: Link | None = None
    receipt: Receipt | None = None
    pushed: Pushed | None = None
    load: Load = field(default_factory=Load)
    telemetry: bytes | None = None
    wiped: WipedReceipt | None = None
    image: Status | Reason | None = None

    def told(self, result: Result, reason: Reason | None = None) -> Updated:
        return Updated(
            result,
            reason,
            self.receipt,
            self.pushed.status if self.pushed else None,
            done=self.load.done,
            total=self.load.total,
            segments=self.load.segments,
            telemetry=self.telemetry,
            lost=self.wiped.lost if self.wiped else 0,
            photos=self.load.photos,
            image=self.image,
        )


def update(courier: Courier, pull: bool) -> Conversation[Updated]:
    """One explicit update. `pull` asks for battery and record too; it is done only as far as the grant goes."""
    reason = Reason.NO_RIGHT
    held = tuple(one for one in in_order(courier.door.grants, courier.now) if one.grant.rights & Rights.PUSH)
    if not held:
        return Updated("nothing")
    for number, one in enumerate(held[: limits.WINDOWS_PER_PERSON_AND_DOOR]):
        if number:
            yield Again()
        progress = _Progress()
        try:
            denied = yield from _with(courier, one, pull, progress)
        except (OutOfReach, Broken):
            return progress.told(_broken_off(progress, courier))
        if denied is None:
            return progress.told(_result(progress, courier))
        reason = denied
    return Updated("refused", reason)


def _result(progress: _Progress, courier: Courier) -> Result:
    if progress.wiped is not None:
        return "wiped"
    pushed = progress.pushed
    if pushed is not None and pushed.status == Status.SUPERSEDED:
        return "superseded"
    if progress.receipt is None or (pushed is not None and progress.receipt.ver < courier.door.ver):
        return "interrupted"
    return "confirmed"


def _broken_off(progress: _Progress, courier: Courier) -> Result:
    """What was brought may have taken this phone's own access away, by its list or by a root under which its grant is none (M-4): then the lock has
    signed for it, says no and closes, and that is the end of it. Any other break leaves something to go on with.
    """
    if progress.link is None:
        return "out_of_reach"
    proved = progress.link.denied and _result(progress, courier) == "confirmed"
    return "confirmed" if proved else "interrupted"


def _with(courier: Courier, held: Held, pull: bool, progress: _Progress) -> Generator[Command, Answer, Reason | None]:
    """The reason if this grant was refused, else None with all that was reached in `progress`."""
    yield Say("connecting")
    link = yield from connect_to(courier.door.info, courier)
    answer = yield from present(link, held, courier.key, Op.MANIFEST, b"")
    if isinstance(answer, Denied):
        return answer.reason
    if not isinstance(answer, Presented | NeedUpdate):
        raise Broken
    progress.link = link
    if courier.door.release is not None:
        return (yield from _release(link, courier, courier.door.release, progress))
    if isinstance(answer, NeedUpdate) or answer.wants_time:
        yield from carry.bring_time(link, courier)  # a lock that lacks an update does not say whether it lacks the time too
    yield from _down(link, courier, answer.ver if isinstance(answer, Presented) else 0, progress)
    pulls = pull and bool(effective_rights(held.grant) & Rights.PULL)
    if pulls:
        yield from _up(link, courier, progress)
    yield Say("confirming")
    newest = progress.receipt if not pulls and courier.door.ack is None else None
    progress.receipt = (yield from carry.ask_receipt(link, courier, fresh=True, newest=newest)) or progress.receipt
    if pulls:
        yield from _stills(link, courier, progress)
    with suppress(OutOfReach, Broken):  # the list is proved; an image goes on where it stopped
        progress.image = yield from firmware.bring(link, courier)
    return None


def _release(link: Link, courier: Courier, release: bytes, progress: _Progress) -> Generator[Command, Answer, Reason | None]:
    said = yield from tell(link, courier, release)
    if isinstance(said, Reason):
        return said
    progress.wiped = said
    return None


def _stills(link: Link, courier: Courier, progress: _Progress) -> Conversation[None]:
    """Last, because they are long and everything else is done: a link that breaks here breaks nothing."""
    with suppress(OutOfReach, Broken):
        yield from carry.pull_photos(link, courier, progress.load)


def _down(link: Link, courier: Courier, lock_ver: int, progress: _Progress) -> Conversation[None]:
    bundle = carry.for_this_lock(courier)
    if bundle is not None and courier.door.ver > lock_ver:
        yield Say("sending", done=0, total=len(bundle.chunks))
        progress.pushed = yield from carry.push(link, courier, bundle, "sending", progress.load)
        progress.receipt = progress.pushed.receipt
    yield from carry.acknowledge(link, courier)


def _up(link: Link, courier: Courier, progress: _Progress) -> Conversation[None]:
    yield Say("reading")
    yield from carry.pull(link, courier, progress.load)
    progress.telemetry = yield from carry.read_battery(link, courier)
