"""Takes a lock's word on what it holds: the only source of "proven" (B.2, B.7, SYNC-12)."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from limen.credentials import services as credentials
from limen.fleet import activation, aiming, releasing, remnants, tasks
from limen.fleet.models import AttestNonce, Bundle, Carry, Delivery, Device, DoorList, ListVersion, Receipt
from limen.fleet.numbers import reserve
from limen.fleet.settlement import new_version
from limen.fleet.views import Outcome
from limen.kernel.actors import SYSTEM
from limen.storage import chance, news, outbox
from limen.wire import limits
from limen.wire import receipts as wire
from limen.wire.cbor import WireError
from limen.wire.doorcodes import COARSE_S, GOOD_S
from limen.wire.envelope import RoleKeys, Typ, unverified_payload
from limen.wire.receipts import LogHead, TrustedTime

NONCE_BYTES = 16
REMEMBERED = timedelta(days=limits.OUTBOX_DAYS)
"""As long as a phone may keep a receipt to hand in; what comes later says nothing new, whoever brings it."""
CLOCKS = {
    TrustedTime.GOOD: ("good", GOOD_S),
    TrustedTime.COARSE: ("coarse", COARSE_S),
    TrustedTime.LOST: ("lost", None),
}
"""What a receipt says of the clock, and how far it may then be off, in seconds (B.9)."""


@dataclass(frozen=True)
class Heard:
    """A verified receipt, where it belongs, and whether it answers a nonce of ours (then it is not older than the nonce)."""

    receipt: wire.Receipt
    device: Device
    digest: bytes
    asked_at: datetime | None  # when we gave out the nonce that it answers
    now: datetime

    @property
    def fresh(self) -> bool:
        """Whether it answers a nonce of ours: then it is not older than the nonce."""
        return self.asked_at is not None


def take(data: bytes, now: datetime) -> Outcome:
    """Takes one receipt; `known` for one that was brought before, `refused` for what no lock of ours signed."""
    unverified_device = _device_named_in(data)
    if unverified_device is None:
        return Outcome("refused", "unknown_lock")
    device = unverified_device
    try:
        receipt = wire.open_receipt(data, RoleKeys.of_lock(bytes(device.id_public)))
    except WireError:
        return Outcome("refused", "not_signed_by_this_lock")
    digest = hashlib.sha256(data).digest()
    if Receipt.objects.filter(digest=digest).exists():
        return Outcome("known")
    if isinstance(receipt, wire.WipedReceipt):
        return _wiped(device, receipt, now)
    _tell_head(receipt, now)
    if receipt.epoch != device.epoch or device.ended_at is not None:
        return Outcome("refused", "another_epoch")
    heard = Heard(receipt, device, digest, _asked_at(receipt, device, now), now)
    return _weigh(heard)


def _wiped(device: Device, said: wire.WipedReceipt, now: datetime) -> Outcome:
    """An empty lock opens for nobody, whatever a restored service remembers: a RELEASE is final (A.3)."""
    if device.ended_at is None:
        activation.end(device.door_id, SYSTEM, now)
        device.refresh_from_db()
    remnants.wiped(device, now)
    return Outcome("taken" if releasing.note_wiped(device, said, now) else "known")


def fresh_nonce(device: Device, now: datetime) -> bytes:
    """A nonce that a receipt may carry; a receipt with it was made after `now` (B.7)."""
    AttestNonce.objects.filter(device=device, issued_at__lt=now - REMEMBERED).delete()
    nonce = chance.random_bytes(NONCE_BYTES)
    AttestNonce.objects.create(nonce=nonce, device=device, issued_at=now)
    return nonce


def _device_named_in(data: bytes) -> Device | None:
    try:
        typ, payload = unverified_payload(data, 512)
        named = wire.read_receipt(payload)
    except WireError:
        return None
    if typ != Typ.RECEIPT:
        return None
    return Device.objects.filter(lock=named.lock_id.hex(), epoch=named.epoch).first()


def _tell_head(receipt: wire.Receipt, now: datetime) -> None:
    """Whatever became of the list since: where the record ended when the lock signed this is true for ever (F.2)."""
    if receipt.full is None:
        return
    head, names = receipt.full.head, {"lock": receipt.lock_id.hex(), "probe": receipt.probe.hex()}
    if isinstance(head, LogHead):
        names |= {"tag": head.tag.hex()}
        news.say("record.attested", now=now, epoch=receipt.epoch, logepoch=head.logepoch, seqnext=head.seqnext, **names)
    else:
        news.say("record.attested", now=now, epoch=receipt.epoch, tag=head.hex(), **names)


def _asked_at(receipt: wire.Receipt, device: Device, now: datetime) -> datetime | None:
    """When the nonce it carries was given out; each nonce counts once."""
    if receipt.nonce is None:
        return None
    asked = AttestNonce.objects.select_for_update().filter(nonce=receipt.nonce, device=device, used_at=None).first()
    if asked is None:
        return None
    asked.used_at = now
    asked.save(update_fields=["used_at"])
    return asked.issued_at


def _weigh(heard: Heard) -> Outcome:
    held = DoorList.objects.select_for_update().get(device=heard.device)
    said = heard.receipt
    outcome = _judge(heard, held)
    Receipt.objects.filter(device=heard.device, at__lt=heard.now - REMEMBERED).delete()
    Receipt.objects.create(
        digest=heard.digest, device=heard.device, version=said.ver, after=said.after, fresh=heard.fresh, outcome=outcome, at=heard.now
    )
    if outcome == "old":
        return Outcome("known")
    if outcome == "fork":
        _start_over(heard, held)
    elif outcome == "forgotten":
        DoorList.objects.filter(device=heard.device).update(mismatch_at=heard.now)
    else:
        _prove(heard, held)
    _note_readings(heard)
    return Outcome("taken", "" if outcome == "proof" else "does_not_match")


def _judge(heard: Heard, held: DoorList) -> str:
    """`proof`, `old` (says nothing new), or `fork`: a list that is not ours under a number that is, or a number we never gave (B.2).

    `forgotten`: a number that was ours before a restore lost it. The list that waits is above it and whole: the lock is shown as ahead (OPS-2).
    """
    said = heard.receipt
    if said.ver < held.proven:
        return "fork" if _went_back(heard, held) else "old"
    ours = ListVersion.objects.filter(device=heard.device, version=said.ver).first()
    if said.ver <= held.forgotten_upto and (ours is None or ours.after is None):
        return "forgotten"
    if ours is None or ours.after is None or bytes(ours.after) != said.after or bytes(ours.probe) != said.probe:
        return "fork"
    return "proof"


def _went_back(heard: Heard, held: DoorList) -> bool:
    """A lower version is a fork only if the lock was asked after we knew the higher one: a courier may sit on an answer as long as it likes."""
    return heard.asked_at is not None and held.proven_at is not None and heard.asked_at >= held.proven_at


def _prove(heard: Heard, held: DoorList) -> None:
    said, device, now = heard.receipt, heard.device, heard.now
    is_news = said.ver > held.proven
    if is_news:
        held.proven, held.proven_at = said.ver, now
        held.needs_snapshot = held.needs_snapshot and said.ver < held.current
        held.mismatch_at = None if said.ver == held.current else held.mismatch_at
        Delivery.objects.filter(device=device, delivered_at=None, version__lte=said.ver).update(
            delivered_at=now, lock_time=_lock_time(said)
        )
        tasks.resolve(device, proven=said.ver, now=now)
        remnants.proved(device, said.ver, now)
        Carry.objects.filter(device=device, version__lte=said.ver).delete()
        Bundle.objects.filter(device=device, version__lte=said.ver).delete()
        made = ListVersion.objects.get(device=device, version=said.ver).made_at
        credentials.note_proven(door_id=device.door_id, as_of=made, now=now)
        news.say("list.proven", now=now, door_id=str(device.door_id))
        if aiming.proved(device, said.ver):
            news.say("list.unsettled", now=now, door_id=str(device.door_id))
    if is_news:
        held.confirmed_at = now
    elif heard.asked_at is not None:  # signed after we asked, perhaps long before it was brought
        held.confirmed_at = max(held.confirmed_at or heard.asked_at, heard.asked_at)
    elif (at := _lock_time(said)) is not None and (held.confirmed_at is None or at > held.confirmed_at):
        held.confirmed_at = min(at, now)
    held.fresh_at = heard.asked_at or held.fresh_at
    held.lock_time = _lock_time(said) or held.lock_time
    held.save()


def _start_over(heard: Heard, held: DoorList) -> None:
    """The lock's list is not ours: our next version is above both, whole, and the door is shown as it is until a receipt proves it (B.2)."""
    held.current = max(held.current, heard.receipt.ver) + 1
    held.needs_snapshot, held.mismatch_at = True, heard.now
    reserve(heard.device, held, held.current, heard.now)
    held.save()
    new_version(heard.device, held.current, heard.now)
    if heard.device.connected:
        outbox.put("list.raised", {"lock": heard.device.lock, "version": held.current}, heard.now)


def _note_readings(heard: Heard) -> None:
    """What a full receipt also says: clock, head of the record, losses. Push-only receipts say nothing of it (SYNC-2)."""
    device, full = heard.device, heard.receipt.full
    device.last_word_at = heard.now
    if full is not None:
        device.known_newer, device.lost = max(device.known_newer, full.known_newer), full.lost
        if isinstance(full.head, LogHead) and full.head.seqnext >= (device.head_seq or 0):
            device.head_logepoch, device.head_seq, device.head_tag = full.head.logepoch, full.head.seqnext, full.head.tag
        if not _is_behind(heard, full):
            _note_clock(device, full.tstate, heard.now)
    device.save()


def _is_behind(heard: Heard, full: wire.Attested) -> bool:
    """Whether we have later word already: a reading that a courier kept back tells how the clock was, not how it is."""
    device, said_at = heard.device, _lock_time(heard.receipt)
    if isinstance(full.head, LogHead) and full.head.seqnext < (device.head_seq or 0):
        return True
    if heard.fresh or said_at is None or device.clock_at is None:
        return False
    return said_at + timedelta(seconds=CLOCKS[full.tstate][1] or 0) < device.clock_at


def _note_clock(device: Device, said: TrustedTime, now: datetime) -> None:
    """Keeps the lock's word about its own time, and tells credentials for the bound "stops at the latest" (D.2)."""
    state, error_s = CLOCKS[said]
    device.clock_state, device.clock_error_s, device.clock_at = state, error_s, now
    credentials.note_clock(door_id=device.door_id, error_s=error_s, at=now)


def _lock_time(said: wire.Receipt) -> datetime | None:
    if said.full is None or said.full.tstate == TrustedTime.LOST:
        return None
    return datetime.fromtimestamp(said.full.lock_time, UTC)
