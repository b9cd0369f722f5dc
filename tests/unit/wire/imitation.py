"""A forger who knows a tag: AES-GCM lets whoever chooses the key and 16 bytes of the message choose the seal's last 16 bytes as well."""

from dataclasses import replace
from itertools import product

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from limen.wire import ratchet
from limen.wire.events import Event, encode_event
from limen.wire.grants import Cls
from limen.wire.ratchet import LogWriter, SealedRecord

_REDUCE = 0xE1 << 120


def shaped(writer: LogWriter, event: Event, wanted: bytes) -> SealedRecord:
    """The record of ``event``, with a photo's hash that makes its seal end in ``wanted``."""
    event = _aligned(event)
    plain = encode_event(event)
    at = plain.index(bytes(16))
    key = ratchet.record_key(writer.ck)
    context = ratchet.record_context(writer.lock_id, writer.logepoch, writer.i, writer.prevtag)
    start = SealedRecord(writer.logepoch, writer.i, writer.seal_next(event)[1].sealed)
    sealed = bytearray(start.sealed)
    blocks_after = -(-len(plain) // 16) - at // 16  # how often H is multiplied onto that block: those behind it, itself and the lengths
    h = _number(_aes(key, bytes(16)))
    off = _number(bytes(sealed[-16:])) ^ _number(wanted)
    change = _times(off, _inverse(_power(h, blocks_after + 1)))
    for n, byte in enumerate(change.to_bytes(16, "big")):
        sealed[at + n] ^= byte
    sealed[-16:] = wanted
    assert ratchet.open_record(writer.ck, context, bytes(sealed)), "the forger's own key opens it"
    return replace(start, sealed=bytes(sealed))


def _aligned(event: Event) -> Event:
    """The event with a photo's hash that begins a block; what stands before it is made as long as that takes."""
    for count, cls, ref in product((None, 1, 24, 256, 70_000), (None, Cls.STAFF), (None, 24, 256, 70_000)):
        made = replace(event, count=count, cls=cls, ref=ref, photo=bytes(16))
        if encode_event(made).index(bytes(16)) % 16 == 0:
            return made
    raise AssertionError("no such event")


def _aes(key: bytes, block: bytes) -> bytes:
    made = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return made.update(block) + made.finalize()


def _number(block: bytes) -> int:
    return int.from_bytes(block, "big")


def _times(one: int, other: int) -> int:
    """In the field of GCM, its bits in GCM's order."""
    made = 0
    for bit in range(127, -1, -1):
        if other >> bit & 1:
            made ^= one
        one = one >> 1 ^ (_REDUCE if one & 1 else 0)
    return made


def _power(base: int, exponent: int) -> int:
    made = 1 << 127
    while exponent:
        if exponent & 1:
            made = _times(made, base)
        base, exponent = _times(base, base), exponent >> 1
    return made


def _inverse(value: int) -> int:
    return _power(value, 2**128 - 2)
