"""Harnesses for the code under the battery cover: what either side says in clear, what a factory left, and a stranger at a lock that nobody owns."""

from functools import cache

from limen.lock.covercode import CoverCode
from limen.lock.events import Cause, FrameArrived, InsideButton
from limen.lock.shell.flash import MemoryFlash
from limen.wire import covercode, limits, spake2plus
from limen.wire.covercode import Answered, Ask, Confirm, Refused, Share, Stretching, Taken
from limen.wire.refusals import Reason
from tests.fuzz.harness import Harness, reads
from tests.fuzz.messages import strung, unstrung
from tests.unit.lock.site import Rig, Service, Talk

DIGITS, SALT, LOCK_ID = "20478135", b"s" * 16, Rig().lock_id
TOLD = Stretching(LOCK_ID, SALT, limits.COVER_ITERATIONS_MIN)


@cache
def _record() -> covercode.Record:
    return covercode.enrolled(DIGITS, LOCK_ID, SALT, limits.COVER_ITERATIONS_MIN)


@cache
def _memory() -> dict[str, bytes]:
    """A lock as its factory left it; made once."""
    rig = Rig().manufacture(Service(), _record())
    assert isinstance(rig.flash, MemoryFlash)
    return {name: bytes(area) for name, area in rig.flash._areas.items()}


def _lock_cover(data: bytes) -> None:
    """A stranger without the digits, who says anything before a handshake, the button just pressed (invariants 69, 79 and 80): no session, one try at most."""
    flash = MemoryFlash()
    flash._areas = {name: bytearray(area) for name, area in _memory().items()}
    rig = Rig(flash=flash)
    rig.boot(Cause.RESTART)
    rig.do(InsideButton())
    talk = Talk(rig, rig.connect())
    for message in unstrung(data):
        if talk.link in rig.closed or not message:
            break
        for frame in talk.cutter.cut(message):
            rig.do(FrameArrived(talk.link, frame))
    session = rig.lock._links.session(talk.link)
    assert session is None or (session.transport is None and (session.cover is None or session.cover.secret is None)), "a stranger got in"
    assert CoverCode(rig.lock.memory)._of_life() <= 1, "one link was two guesses"
    assert rig.lock.memory.held is None


def _shares() -> list[bytes]:
    password = covercode.stretched(DIGITS, TOLD)
    shares = [spake2plus.share_p(password, spake2plus.scalar(bytes((number,)) * spake2plus.RANDOM_BYTES)) for number in (1, 2)]
    return [*shares, _record().verifier.point_l]


def _said() -> list[bytes]:
    said: list[covercode.Said] = [Ask(), *(Share(share) for share in _shares()), Confirm(bytes(32))]
    return [covercode.encode_said(one) for one in said]


def _heard() -> list[bytes]:
    said = (TOLD, Answered(_shares()[0], bytes(32), 4), Taken(), Refused(Reason.PRESS_AGAIN), Refused(Reason.NO_COVER_CODE))
    return [covercode.encode_heard(one) for one in said]


def _lives() -> list[bytes]:
    ask, share, *_, confirm = _said()
    return [strung([ask, share, confirm]), strung([ask, bytes(limits.HANDSHAKE_BYTES)]), strung([share]), strung([ask, share, share])]


HARNESSES = (
    Harness("cover-said", reads(covercode.parse_said, covercode.encode_said), _said),
    Harness("cover-heard", reads(covercode.parse_heard, covercode.encode_heard), _heard),
    Harness("cover-record", reads(covercode.read_record, covercode.encode_record), lambda: [covercode.encode_record(_record())]),
    Harness("lock-cover", _lock_cover, _lives),
)
