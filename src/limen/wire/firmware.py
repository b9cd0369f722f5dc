"""Which image a lock may run, said by people who are offline, by a list that is fresh, and by the door's own sealed update (part G, clauses W-1 to W-14).

``targets`` is signed by two of the offline KF keys and names the images of one model. ``firmware list`` (KS, online) names the newest targets
of every model and expires. The ``direction`` (KU) lies inside a lock's sealed bundle and names one of those images for this one lock. No
single key that is online can bring an image to a lock, and none that is offline can aim one.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from limen.wire import cbor, limits, shape
from limen.wire.bundles import chunk_log2
from limen.wire.cbor import Malformed, Value
from limen.wire.envelope import BadSignature, RoleKeys, Signer, Typ, open1, sign1, unverified_payload

DIGEST_BYTES = 32
SHORT_BYTES = 16
"""Digests that only name something which a longer one or a signature proves."""


@dataclass(frozen=True, kw_only=True)
class Image:
    """One image. ``hardware`` is the first and last revision it runs on, ``counter`` the security counter, ``parts`` names its chunk hashes.

    ``min_from``: the lowest version it may follow. ``schema_min``: the oldest form of stored state that it reads.
    """

    number: int
    vendor: str
    hardware: tuple[int, int]
    version: int
    counter: int
    size: int
    digest: bytes
    parts: bytes
    min_from: int = 0
    schema_min: int = 0

    @property
    def short(self) -> bytes:
        """How direction and flash name it: the first 16 bytes of its digest."""
        return self.digest[:SHORT_BYTES]


@dataclass(frozen=True, kw_only=True)
class Targets:
    """Version ``ver`` of what may run on one model (``sticker.MODEL_NUMBERS``); ``expires`` utime."""

    model: int
    ver: int
    expires: int
    images: tuple[Image, ...]

    def image(self, number: int) -> Image | None:
        """The image of that number, if it is among them."""
        return next((image for image in self.images if image.number == number), None)


@dataclass(frozen=True, kw_only=True)
class FirmwareList:
    """Version ``ver`` of the newest targets: by model their version and the first 16 bytes of their hash. Expires after 180 days."""

    ver: int
    expires: int
    targets: Mapping[int, tuple[int, bytes]]


@dataclass(frozen=True, kw_only=True)
class Direction:
    """ "This lock should run image ``number``", between two utimes, with at least so much battery; ``image`` None: none of them.

    ``ver`` is the list version of the bundle it lies in: it is believed from no other.
    """

    lock_id: bytes
    epoch: int
    ver: int
    image: tuple[int, bytes] | None
    starts: int
    ends: int
    battery: int


@dataclass(frozen=True)
class Offer:
    """What a courier pushes before the first chunk: both statements, which image of them, and 16 bytes of SHA-256 per chunk."""

    targets: bytes
    listed: bytes
    number: int
    hashes: bytes


def describe(image: bytes) -> tuple[bytes, bytes, bytes]:
    """(digest, parts, chunk hashes) of an image's bytes, as publisher and courier compute them."""
    step = 1 << chunk_log2(len(image))
    hashes = b"".join(hashlib.sha256(image[at : at + step]).digest()[:16] for at in range(0, len(image), step))
    return hashlib.sha256(image).digest(), parts_of(hashes), hashes


def parts_of(hashes: bytes) -> bytes:
    """The first 16 bytes of SHA-256 over all chunk hashes."""
    return hashlib.sha256(hashes).digest()[:SHORT_BYTES]


def targets_hash(payload: bytes) -> bytes:
    """How the firmware list names a targets payload."""
    return hashlib.sha256(payload).digest()[:SHORT_BYTES]


# ---- targets: two of the offline keys


def encode_targets(targets: Targets) -> bytes:
    """The payload that each holder of a KF key signs."""
    return cbor.encode([targets.model, targets.ver, targets.expires, [_said(image) for image in targets.images]])


def sign_targets(payload: bytes, signers: Iterable[Signer]) -> bytes:
    """``[+ sign1<65014>]``: the same payload under each of ``signers``."""
    return joined(sign1(Typ.FW_TARGETS, payload, signer) for signer in signers)


def joined(parts: Iterable[bytes]) -> bytes:
    """One statement of several signatures over one payload, which need not have been made on the same day."""
    return cbor.encode(list(parts))


def parts_in(data: bytes) -> tuple[bytes, ...]:
    """The single statements in a joined one; ``Malformed`` out of shape."""
    return tuple(shape.blob(part) for part in shape.array(cbor.decode(data, limits.TARGETS_BYTES_MAX), 1, 8))


def open_targets(data: bytes, keys: Collection[bytes], threshold: int = limits.FIRMWARE_THRESHOLD) -> tuple[Targets, bytes]:
    """The targets and their payload, if ``threshold`` different keys of ``keys`` signed exactly these; ``BadSignature``, ``Malformed``."""
    parts = parts_in(data)
    payload = unverified_targets_payload(data)
    if len({key for key in keys if any(_signed(part, payload, key) for part in parts)}) < threshold:
        raise BadSignature("below the threshold")
    return read_targets(payload), payload


def unverified_targets_payload(data: bytes) -> bytes:
    """What the first signature of a joined statement claims to be over."""
    return unverified_payload(parts_in(data)[0], limits.TARGETS_BYTES_MAX)[1]


def read_targets(payload: bytes) -> Targets:
    """The targets in a payload; ``Malformed`` out of shape or when an image is named twice."""
    model, ver, expires, images = shape.array(cbor.decode(payload, limits.TARGETS_BYTES_MAX), 4)
    read = tuple(_image(value) for value in shape.array(images, 0, limits.IMAGES_MAX))
    if len({image.number for image in read}) != len(read):
        raise Malformed("an image is named twice")
    return Targets(model=shape.uint(model, shape.U8), ver=shape.uint(ver, shape.U32), expires=shape.uint(expires, shape.U32), images=read)


# ---- the list: one online key, with an end


def sign_list(said: FirmwareList, signer: Signer) -> bytes:
    """The list under KS."""
    targets: dict[int, cbor.Encodable] = {model: [ver, name] for model, (ver, name) in said.targets.items()}
    return sign1(Typ.FW_LIST, cbor.encode([said.ver, said.expires, targets]), signer)


def open_list(data: bytes, keys: RoleKeys) -> FirmwareList:
    """The list a KS key signed; ``BadSignature`` or ``Malformed``."""
    ver, expires, targets = shape.array(cbor.decode(open1(data, Typ.FW_LIST, keys, limits.FIRMWARE_LIST_BYTES_MAX).payload), 3)
    if not isinstance(targets, dict):
        raise Malformed("map expected")
    return FirmwareList(
        ver=shape.uint(ver, shape.U32), expires=shape.uint(expires, shape.U32), targets=dict(_entry(*item) for item in targets.items())
    )


# ---- the direction: inside the sealed bundle


def sign_direction(said: Direction, signer: Signer) -> bytes:
    """The direction under KU, for a bundle's payload."""
    image: list[cbor.Encodable] | None = None if said.image is None else list(said.image)
    return sign1(Typ.FW_DIRECTOR, cbor.encode([said.lock_id, said.epoch, said.ver, image, said.starts, said.ends, said.battery]), signer)


def open_direction(data: bytes, keys: RoleKeys) -> Direction:
    """The direction a KU key signed; ``BadSignature`` or ``Malformed``."""
    return read_direction(open1(data, Typ.FW_DIRECTOR, keys, limits.DIRECTION_BYTES_MAX).payload)


def read_direction(payload: bytes) -> Direction:
    """The direction in a payload."""
    lock_id, epoch, ver, image, starts, ends, battery = shape.array(cbor.decode(payload, limits.DIRECTION_BYTES_MAX), 7)
    return Direction(
        lock_id=shape.blob(lock_id, limits.LOCK_ID_BYTES),
        epoch=shape.uint(epoch, shape.U32),
        ver=shape.uint(ver, shape.U32),
        image=None if image is None else _aimed(image),
        starts=shape.uint(starts, shape.U32),
        ends=shape.uint(ends, shape.U32),
        battery=shape.uint(battery, 100),
    )


# ---- the offer: what travels in op 12


def encode_offer(offer: Offer) -> bytes:
    """The bytes of op 12 without an index."""
    return cbor.encode([offer.targets, offer.listed, offer.number, offer.hashes])


def read_offer(data: bytes) -> Offer:
    """The offer in those bytes; nothing in it is verified."""
    targets, listed, number, hashes = shape.array(cbor.decode(data, limits.MANIFEST_BYTES_MAX), 4)
    return Offer(
        targets=shape.blob(targets, most=limits.TARGETS_BYTES_MAX),
        listed=shape.blob(listed, most=limits.FIRMWARE_LIST_BYTES_MAX),
        number=shape.uint(number, shape.U32),
        hashes=shape.blob(hashes, most=16 * limits.CHUNKS_MAX),
    )


@dataclass(frozen=True)
class Parts:
    """An image as chunks: 1 KiB each, above 64 of them 4 KiB, as a bundle's (B.3); each is known by its hash before it comes."""

    image: Image
    hashes: bytes

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return len(self.hashes) // 16

    @property
    def chunk_log2(self) -> int:
        """Their size."""
        return chunk_log2(self.image.size)

    def chunk_bytes(self, index: int) -> int:
        """The length of chunk ``index``."""
        return min(1 << self.chunk_log2, self.image.size - (index << self.chunk_log2))

    def holds_chunk(self, index: int, chunk: bytes) -> bool:
        """Whether these are the bytes of chunk ``index``."""
        return 0 <= index < self.chunks and hashlib.sha256(chunk).digest()[:16] == self.hashes[16 * index : 16 * index + 16]

    @classmethod
    def of(cls, image: Image, hashes: bytes) -> "Parts":
        """The chunks of an image that was believed; ``Malformed`` unless the hashes are the ones it names."""
        found = cls(image, hashes)
        if len(hashes) != 16 * -(-image.size // (1 << found.chunk_log2)) or parts_of(hashes) != image.parts:
            raise Malformed("chunk hashes")
        return found


def _signed(part: bytes, payload: bytes, key: bytes) -> bool:
    try:
        return open1(part, Typ.FW_TARGETS, RoleKeys({Typ.FW_TARGETS: (key,)}), limits.TARGETS_BYTES_MAX).payload == payload
    except BadSignature:
        return False


def _said(image: Image) -> list[cbor.Encodable]:
    return [
        image.number,
        image.vendor,
        list(image.hardware),
        image.version,
        image.counter,
        image.size,
        image.digest,
        image.parts,
        image.min_from,
        image.schema_min,
    ]


def _image(value: Value) -> Image:
    number, vendor, hardware, version, counter, size, digest, parts, min_from, schema_min = shape.array(value, 10)
    first, last = shape.array(hardware, 2)
    image = Image(
        number=shape.uint(number, shape.U32),
        vendor=shape.text(vendor),
        hardware=(shape.uint(first, shape.U8), shape.uint(last, shape.U8)),
        version=shape.uint(version, shape.U32),
        counter=shape.uint(counter, shape.U32),
        size=shape.integer(size, 1, limits.IMAGE_BYTES_MAX),
        digest=shape.blob(digest, DIGEST_BYTES),
        parts=shape.blob(parts, SHORT_BYTES),
        min_from=shape.uint(min_from, shape.U32),
        schema_min=shape.uint(schema_min, shape.U32),
    )
    if image.hardware[0] > image.hardware[1]:
        raise Malformed("hardware range")
    return image


def _entry(model: cbor.Key, value: Value) -> tuple[int, tuple[int, bytes]]:
    ver, name = shape.array(value, 2)
    if not isinstance(model, int):
        raise Malformed("model")
    return shape.uint(model, shape.U8), (shape.uint(ver, shape.U32), shape.blob(name, SHORT_BYTES))


def _aimed(value: Value) -> tuple[int, bytes]:
    number, short = shape.array(value, 2)
    return shape.uint(number, shape.U32), shape.blob(short, SHORT_BYTES)
