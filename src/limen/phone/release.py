"""Telling a lock that its ownership has ended: it wipes itself and signs for that (protocol A.3, LOCK-10). Any courier may bring it."""

from limen.phone import outbox
from limen.phone.commands import Conversation, Keep, Say
from limen.phone.link import Broken, Courier, Link
from limen.wire.answers import Denied, Given
from limen.wire.cbor import WireError
from limen.wire.envelope import RoleKeys
from limen.wire.operations import ReleaseTell
from limen.wire.receipts import WipedReceipt, open_receipt
from limen.wire.refusals import Reason


def tell(link: Link, courier: Courier, release: bytes) -> Conversation[WipedReceipt | Reason]:
    """The lock's checked word that it is empty, kept for the service; or why it stays as it is. `Broken` for a word that is not its own."""
    yield Say("sending", done=0, total=1)
    answer = yield from link.ask(ReleaseTell(release))
    if isinstance(answer, Denied):
        return answer.reason
    if not isinstance(answer, Given):
        raise Broken
    info = courier.door.info
    try:
        said = open_receipt(answer.data, RoleKeys.of_lock(info.id_key))
    except WireError as problem:
        raise Broken from problem
    if not isinstance(said, WipedReceipt) or (said.lock_id, said.epoch) != (info.lock_id, info.epoch):
        raise Broken
    yield Say("confirming")
    yield Keep(outbox.item("receipt", info.lock_id, answer.data))
    return said
