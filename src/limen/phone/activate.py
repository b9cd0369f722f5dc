"""Giving a lock to its door: the lock proves where it was made, the service gives it an owner, and both walks may lie hours apart.

Two conversations, because the ticket may have to be fetched upstairs (protocol A.3): `attest` in the basement, `deliver` after that.
The sticker's secret opens the session and is never kept by this phone nor sent to the service; so do, where it cannot be read, the digits under the
battery cover. A lock that is active and whose inside button
was held does not know its sticker: there the installer comes with a grant of its owner.
"""

from dataclasses import dataclass
from typing import Final

from limen.phone import outbox, parts
from limen.phone.carry import bundle_of
from limen.phone.commands import Again, Conversation, Keep, OutOfReach, Say
from limen.phone.cover import NoCode, open_session
from limen.phone.link import Broken, Draw, Link, connect, present
from limen.phone.wallet import Held, KeyHandle
from limen.wire import limits
from limen.wire.answers import Answer, Denied, Given, NeedUpdate, Plain, Presented, Settled, Staged
from limen.wire.bundles import Bundle
from limen.wire.cbor import WireError
from limen.wire.covercode import Cover
from limen.wire.doorinfo import DoorInfo
from limen.wire.envelope import RoleKeys, unverified_payload
from limen.wire.operations import AttestAsk, ChunkPush, ManifestPush, Op, TicketTell
from limen.wire.receipts import Receipt, open_receipt
from limen.wire.refusals import Reason, Status
from limen.wire.session import Initiator, activation_psk, activation_static, public_of
from limen.wire.sticker import Sticker
from limen.wire.tickets import read_attest, read_certificate

ROUNDS_MAX: Final = 3


@dataclass(frozen=True)
class Attested:
    """The lock's word for the service, and the name of the session in which it was given. Good for 24 hours."""

    attest: bytes
    h: bytes


@dataclass(frozen=True)
class Active:
    """The lock took ticket and first list, both, and signed for it. The receipt is in the outbox."""

    receipt: Receipt


@dataclass(frozen=True)
class NotActivated:
    """It did not: nobody answered (`reason` None), the lock refused, or it wants something else first."""

    reason: Reason | None
    status: Status | None = None
    left: int | None = None
    """Wrong digits: tries until the lock's button is pressed again."""


@dataclass(frozen=True)
class Anew:
    """A lock that is active here already: what names it, the class 9 grant for it, and this phone's key."""

    info: DoorInfo
    grant: Held
    key: KeyHandle


@dataclass(frozen=True, kw_only=True)
class Installer:
    """What an installer's conversation is told: the sticker that was scanned (or the lock-id and `cover` in its place), and where random bytes come from."""

    sticker: Sticker
    cover: Cover | None = None
    draw: Draw
    frame_bytes: int = limits.FRAME_BYTES_PLANNED
    anew: Anew | None = None


def attest(installer: Installer, n_s: bytes) -> Conversation[Attested | NotActivated]:
    """Asks an unowned lock, whose inside button was pressed, for its attestation over the service's nonce `n_s`."""
    try:
        link = yield from _session(installer)
        answer = yield from link.ask(AttestAsk(n_s))
    except NoCode as no:
        return NotActivated(no.reason, left=no.left)
    except (OutOfReach, Broken):
        return NotActivated(None)
    if not isinstance(answer, Given):
        return _no(answer)
    try:
        said = read_attest(unverified_payload(answer.data)[1])
    except WireError:
        return NotActivated(None)
    if said.lock_id != installer.sticker.lock_id or said.n_s != n_s or said.h != link.h:
        return NotActivated(None)
    return Attested(attest=answer.data, h=link.h)


def deliver(installer: Installer, ticket: bytes, snapshot: bytes, attested: bytes) -> Conversation[Active | NotActivated]:
    """Brings ticket and first list. The lock takes both or neither; `Active` only with its own signature."""
    try:
        bundle, _ = bundle_of(snapshot)
        id_key = _id_key(attested)
        link = yield from _session(installer)
        answer = yield from link.ask(TicketTell(ticket))
        if not isinstance(answer, Plain) or answer.status != Status.OK:
            return _no(answer)
        answer = yield from _send(link, bundle)
    except NoCode as no:
        return NotActivated(no.reason, left=no.left)
    except (OutOfReach, Broken, WireError):
        return NotActivated(None)
    if not isinstance(answer, Settled):
        return _no(answer)
    return (yield from _signed_for(installer, answer.receipt, id_key))


def _session(installer: Installer) -> Conversation[Link]:
    """With the owner's own session where the lock is active, else by the sticker: one of both is worth nothing."""
    yield Say("connecting")
    if installer.cover is not None:
        link = yield from open_session(installer.cover, installer.draw, installer.frame_bytes)
        return link
    if installer.anew is not None:
        try:
            link = yield from _owners(installer, installer.anew)
            return link
        except (OutOfReach, Broken):
            yield Again()
    sticker = installer.sticker
    initiator = Initiator(
        lock_id=sticker.lock_id,
        remote_static=public_of(activation_static(sticker.secret, sticker.lock_id)),
        ephemeral_private=installer.draw(32),
        psk=activation_psk(sticker.secret, sticker.lock_id),
    )
    link = yield from connect(initiator, installer.frame_bytes)
    return link


def _owners(installer: Installer, anew: Anew) -> Conversation[Link]:
    initiator = Initiator(lock_id=anew.info.lock_id, remote_static=anew.info.xs, ephemeral_private=installer.draw(32))
    link = yield from connect(initiator, installer.frame_bytes)
    answer = yield from present(link, anew.grant, anew.key, Op.MANIFEST, b"")
    if not isinstance(answer, Presented | NeedUpdate):
        raise Broken
    return link


def _send(link: Link, bundle: Bundle) -> Conversation[Answer]:
    answer = yield from link.ask(ManifestPush(bundle.manifest))
    for _ in range(ROUNDS_MAX):
        if not isinstance(answer, Staged):
            break
        brought = yield from parts.bring(link, answer, bundle.chunks, ChunkPush)
        answer = brought.answer
        if brought.here == len(bundle.chunks):
            break
    return answer


def _signed_for(installer: Installer, data: bytes, id_key: bytes) -> Conversation[Active | NotActivated]:
    yield Say("confirming")
    try:
        receipt = open_receipt(data, RoleKeys.of_lock(id_key))
    except WireError:
        return NotActivated(None)
    if not isinstance(receipt, Receipt) or receipt.lock_id != installer.sticker.lock_id:
        return NotActivated(None)
    yield Keep(outbox.item("receipt", receipt.lock_id, data))
    return Active(receipt)


def _id_key(attested: bytes) -> bytes:
    """The key that the attestation's certificate names; the service has checked that certificate before it gave a ticket."""
    said = read_attest(unverified_payload(attested)[1])
    return read_certificate(unverified_payload(said.certificate)[1]).id_key


def _no(answer: Answer) -> NotActivated:
    match answer:
        case Denied(_, reason):
            return NotActivated(reason)
        case Plain(_, status):
            return NotActivated(None, status)
        case _:
            return NotActivated(None)
