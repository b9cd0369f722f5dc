"""Firmware that this phone carries for a lock: the offer first, then the chunks that the lock lacks (part G).

The phone believes nothing of it and can change nothing about it; it does not even know whether the lock wants it.
"""

from limen.phone import parts
from limen.phone.commands import Conversation, Rest
from limen.phone.link import Broken, Courier, Link
from limen.wire.answers import Answer, Busy, Denied, Settled, Staged
from limen.wire.bundles import chunk_log2
from limen.wire.operations import FirmwarePush
from limen.wire.refusals import Reason, Status

ROUNDS_MAX = 12


def bring(link: Link, courier: Courier) -> Conversation[Status | Reason | None]:
    """OK when all of it is at the lock, ALREADY where it runs, the lock's reason, or None: this phone carries none for it."""
    if courier.door.firmware is None or courier.image is None:
        return None
    offer, step = courier.door.firmware[0], 1 << chunk_log2(len(courier.image))
    image = [courier.image[at : at + step] for at in range(0, len(courier.image), step)]
    for _ in range(ROUNDS_MAX):
        answer: Answer = yield from link.ask(FirmwarePush(None, offer))
        if isinstance(answer, Staged):
            brought = yield from parts.bring(link, answer, image, FirmwarePush)
            answer = brought.answer
            if brought.here == len(image):
                return Status.OK
        if not isinstance(answer, Busy | Staged):
            return _said(answer)
        if isinstance(answer, Busy):
            yield Rest(answer.ms)
    return Status.BUSY


def _said(answer: Answer) -> Status | Reason:
    match answer:
        case Settled(_, status, _):
            return status
        case Denied(_, reason):
            return reason
        case _:
            raise Broken
