"""What is carried in an open lock session: time and changes down, proof and sealed records up. Shared by unlock and update."""

from dataclasses import dataclass
from typing import Final

from limen.phone import outbox, parts
from limen.phone.commands import AskNonce, AskTime, Conversation, Keep, Rest, Say, Step, fetch
from limen.phone.link import Broken, Courier, Link
from limen.wire import cbor, limits, shape
from limen.wire.answers import Answer, Busy, Given, Plain, Settled, Staged
from limen.wire.bundles import Bundle, Manifest, read_manifest
from limen.wire.cbor import WireError
from limen.wire.envelope import RoleKeys, unverified_payload
from limen.wire.operations import AckTell, ChunkPush, LogAsk, ManifestPush, PhotoAsk, ReceiptAsk, TelemetryAsk, TimeAsk, TimeTell
from limen.wire.receipts import Receipt, open_receipt
from limen.wire.refusals import Status

SEGMENTS_MAX: Final = 96  # a full ring of 4,096 records is about 50
ROUNDS_MAX: Final = 12  # how often the manifest is sent: it asks for our turn and for what is lacking


@dataclass
class Load:
    """What one visit carries: how much it still may (SYNC-9; None is as much as it takes), and how far it got, also where the link breaks.

    `done` of `total` parts of the changes lie at the lock, as it says itself; so many segments and stills of its record are kept here.
    """

    bytes_left: int | None = None
    until_ms: int | None = None
    done: int = 0
    total: int = 0
    segments: int = 0
    photos: int = 0

    def has(self, size: int, now_ms: int) -> bool:
        """Whether so many bytes may go or come now; counts them."""
        if self.until_ms is not None and now_ms >= self.until_ms:
            return False
        if self.bytes_left is not None:
            if size > self.bytes_left:
                return False
            self.bytes_left -= size
        return True

    def reach(self, done: int) -> None:
        """So many parts lie at the lock now."""
        self.done = done


@dataclass(frozen=True)
class Pushed:
    """What became of the changes: `status` is APPLIED or ALREADY with a checked receipt, OK while parts are missing, else the lock's reason."""

    status: Status
    receipt: Receipt | None


def bundle_of(data: bytes) -> tuple[Bundle, Manifest]:
    """The bundle a door's entry carries; only its head can be read here. `Malformed` for anything else."""
    manifest, listed = shape.array(cbor.decode(data), 2)
    head = shape.blob(manifest, most=limits.MANIFEST_BYTES_MAX)
    chunks = tuple(shape.blob(chunk, most=1 << limits.BIG_CHUNK_LOG2) for chunk in shape.array(listed, 1, limits.CHUNKS_MAX))
    read = read_manifest(unverified_payload(head, limits.MANIFEST_BYTES_MAX)[1])
    if len(chunks) != read.chunks or not all(read.holds_chunk(index, chunk) for index, chunk in enumerate(chunks)):
        raise cbor.Malformed("chunks are not the manifest's")
    return Bundle(manifest=head, chunks=chunks), read


def for_this_lock(courier: Courier) -> Bundle | None:
    """The sealed update this phone has for the lock it stands at, or None: none, damaged, another lock's or another epoch's."""
    if courier.door.bundle is None:
        return None
    try:
        bundle, manifest = bundle_of(courier.door.bundle)
    except WireError:
        return None
    info = courier.door.info
    return bundle if (manifest.lock_id, manifest.epoch) == (info.lock_id, info.epoch) else None


def bring_time(link: Link, courier: Courier) -> Conversation[None]:
    """Repairs the lock's clock: with a fresh answer of the service where there is signal, else with one that was fetched for it earlier.

    Fresh first, because half of an answer's way counts as the clock's error (protocol B.9, T2). The phone's own clock is never offered; what the
    lock makes of it is its own matter.
    """
    asked = yield from link.ask(TimeAsk())
    if not isinstance(asked, Given) or len(asked.data) != 16:
        return
    fresh = yield from fetch(AskTime(lock_id=courier.door.lock_id, nonce=asked.data))
    assertion = fresh if fresh is not None else courier.assertion
    if assertion is not None:
        yield from link.ask(TimeTell(assertion))


def push(link: Link, courier: Courier, bundle: Bundle, step: Step, load: Load) -> Conversation[Pushed]:
    """Sends the manifest, then only the chunks that the lock lacks; stops where the allowance ends. What arrived stays there."""
    load.total = len(bundle.chunks)
    answer: Answer | None = None
    for _ in range(ROUNDS_MAX):
        if not load.has(len(bundle.manifest), link.heard_ms):
            return Pushed(Status.OK, None)
        if load.total == 1 and not load.has(len(bundle.chunks[0]), link.heard_ms):
            return Pushed(Status.OK, None)
        answer = yield from (_at_once(link, bundle) if load.total == 1 else link.ask(ManifestPush(bundle.manifest)))
        if isinstance(answer, Staged) and load.total > 1:
            brought = yield from parts.bring(link, answer, bundle.chunks, ChunkPush, step=step, may=load.has, reached=load.reach)
            answer = brought.answer
            if brought.stopped and isinstance(answer, Staged):
                return Pushed(Status.OK, None)
        if not isinstance(answer, Busy | Staged):
            break
        yield from _wait(answer)
    if not isinstance(answer, Settled):
        return Pushed(_status_of(answer), None)
    load.done = load.total
    yield Say(step, done=load.done, total=load.total)
    return Pushed(answer.status, (yield from keep_receipt(courier, answer.receipt)))


def _at_once(link: Link, bundle: Bundle) -> Conversation[Answer]:
    """An update of one chunk, as every ordinary revocation is: manifest and chunk in one breath (O-13)."""
    manifest, chunk = ManifestPush(bundle.manifest), ChunkPush(0, bundle.chunks[0])
    yield from link.say(manifest)
    yield from link.say(chunk)
    begun = yield from link.hear(manifest)
    answer = yield from link.hear(chunk)
    return answer if isinstance(begun, Staged) else begun


def ask_receipt(link: Link, courier: Courier, fresh: bool, newest: Receipt | None = None) -> Conversation[Receipt | None]:
    """The newest receipt, checked and kept; `fresh` adds a nonce of the service where there is signal.

    Without one, `newest` is as good as another: what the lock has signed in this session, if nothing happened since.
    """
    nonce: bytes | None = None
    if fresh:
        nonce = yield from fetch(AskNonce(lock_id=courier.door.lock_id))
    if nonce is None and newest is not None:
        return newest
    answer = yield from link.ask(ReceiptAsk(nonce))
    if not isinstance(answer, Given):
        return None
    receipt = yield from keep_receipt(courier, answer.data)
    return receipt


def keep_receipt(courier: Courier, data: bytes) -> Conversation[Receipt]:
    """Checks that the lock itself signed it, for this epoch, and puts it into the outbox; `Broken` otherwise (SYNC-12)."""
    info = courier.door.info
    try:
        receipt = open_receipt(data, RoleKeys.of_lock(info.id_key))
    except WireError as problem:
        raise Broken from problem
    if not isinstance(receipt, Receipt) or (receipt.lock_id, receipt.epoch) != (info.lock_id, info.epoch):
        raise Broken
    yield Keep(outbox.item("receipt", info.lock_id, data))
    return receipt


def acknowledge(link: Link, courier: Courier) -> Conversation[None]:
    """Brings the service's word on which records have arrived, so that the lock may free them. Any courier brings it (F.3)."""
    if courier.door.ack is not None:
        yield from link.ask(AckTell(courier.door.ack))


def pull(link: Link, courier: Courier, load: Load) -> Conversation[None]:
    """Sealed segments of the record, each kept before the next is asked for. Never called without the pull right."""
    while load.segments < SEGMENTS_MAX and load.has(limits.SEGMENT_BYTES, link.heard_ms):
        yield Say("reading", done=load.segments)
        answer = yield from link.ask(LogAsk(load.segments))
        if not isinstance(answer, Given) or not answer.data:
            return
        yield Keep(outbox.item("segment", courier.door.lock_id, answer.data))
        load.segments += 1


def pull_photos(link: Link, courier: Courier, load: Load) -> Conversation[None]:
    """Sealed stills, each kept whole before the next is asked for. Never called without the pull right."""
    while load.photos < limits.PHOTOS_MAX and (parcel := (yield from _parcel(link, load))):
        yield Keep(outbox.item("photo", courier.door.lock_id, parcel))
        load.photos += 1


def _parcel(link: Link, load: Load) -> Conversation[bytes]:
    """The next still in its parts; empty if there is none, or if the allowance ends in it."""
    parcel = b""
    while len(parcel) < limits.PARCEL_BYTES_MAX:
        if not load.has(limits.PHOTO_PART_BYTES, link.heard_ms):
            return b""
        answer = yield from link.ask(PhotoAsk(load.photos, len(parcel)))
        if not isinstance(answer, Given) or not answer.data:
            break
        parcel += answer.data
    return parcel


def read_battery(link: Link, courier: Courier) -> Conversation[bytes | None]:
    """Battery and system record as the lock tells them, kept for the service."""
    answer = yield from link.ask(TelemetryAsk())
    if not isinstance(answer, Given) or not answer.data:
        return None
    yield Keep(outbox.item("telemetry", courier.door.lock_id, answer.data))
    return answer.data


def _wait(answer: Busy | Staged) -> Conversation[None]:
    """Another phone's transfer or an unlock goes first; then the manifest is sent again, which asks for our turn and what is lacking."""
    if isinstance(answer, Busy):
        yield Say("waiting")
        yield Rest(answer.ms)


def _status_of(answer: Answer | None) -> Status:
    match answer:
        case Plain(_, status):
            return status
        case Busy():
            return Status.BUSY
        case Staged():
            return Status.OK
        case _:
            return Status.DENIED
