"""Chapters cbor, frames, noise: what is said before anything is believed."""

from limen.cli.vectorbook.steady import LOCK_ID, agreement, steady
from limen.wire import cbor, frames, limits
from limen.wire.advertising import advertisement, air_name
from limen.wire.cbor import Encodable
from limen.wire.session import Initiator, Responder, Transport, activation_psk, activation_static, prologue, public_of

Case = dict[str, object]

_MIXED: dict[cbor.Key, Encodable] = {b"\x02": 1, b"\x01": 2, "x": 3, 3: 4, -1: 5}
_VALUES: list[Encodable] = [
    0,
    1,
    23,
    24,
    255,
    256,
    65535,
    65536,
    2**32 - 1,
    2**32,
    2**53 - 1,
    -1,
    -24,
    -25,
    -256,
    -257,
    -65537,
    b"",
    b"\x01\x02",
    bytes(24),
    bytes(256),
    "",
    "tap",
    "Größe",
    "鍵",
    [],
    [1, [2, [3]]],
    {},
    {1: 2},
    {24: 0, -1: 1, 1: 2, -65537: 3},
    {"b": 1, "a": 2, "aa": 3},
    _MIXED,
    True,
    False,
    None,
    [None, True, b"x", "y", -5],
    {1: [1, 2], 4: {"x": b"z"}},
]

_REFUSED: list[tuple[str, str]] = [
    ("", "nothing"),
    ("1801", "not the shortest form"),
    ("190018", "not the shortest form"),
    ("1a0000ffff", "not the shortest form"),
    ("1b00000000ffffffff", "not the shortest form"),
    ("3800", "not the shortest form"),
    ("5801ff", "not the shortest form"),
    ("0000", "trailing bytes"),
    ("9fff", "indefinite array"),
    ("5f4101ff", "indefinite string"),
    ("bf0101ff", "indefinite map"),
    ("f97e00", "float"),
    ("fb3ff0000000000000", "float"),
    ("f7", "undefined"),
    ("f820", "simple value"),
    ("c000", "tag"),
    ("d81800", "tag"),
    ("a202010101", "map cut short"),
    ("a2020101010101", "map keys out of order"),
    ("a201010102", "repeated key"),
    ("a1f500", "boolean key"),
    ("a1800000", "array as key"),
    ("61ff", "text that is not UTF-8"),
    ("9b0000000100000000", "array longer than the message"),
    ("bb0000000100000000", "map longer than the message"),
    ("5b0000000100000000", "string longer than the message"),
    ("8201", "cut short"),
    ("81" * 20 + "00", "too deep"),
    ("1c", "reserved"),
    ("ff", "break alone"),
]


def cbor_cases() -> Case:
    """Encodings and refusals."""
    return {
        "about": "Deterministic CBOR. encode: [{value, hex}] must hold both ways; value is JSON except {$hex: bytes}, {$map: [[key, value]…]} and "
        "{$int: decimal text} for integers beyond 2^53-1. refuse: [{hex, why}], a decoder must refuse every one.",
        "encode": [{"value": _json(value), "hex": cbor.encode(value).hex()} for value in _VALUES],
        "refuse": [{"hex": data, "why": why} for data, why in _REFUSED],
    }


def frames_cases() -> Case:
    """Cutting, and streams that close a session."""
    long = steady("long message", 700)
    cut = [
        ("one frame", b"hello", 20, 0),
        ("exactly full", steady("full", 18), 20, 255),
        ("several, wrapping", long, 182, 250),
        ("bluetooth", long, 509, 7),
    ]
    good = frames.cut(long, 182, 0)
    broken = {
        "a frame is missing": [good[0], good[2]],
        "a frame is repeated": [good[0], good[0]],
        "order is changed": [good[1], good[0]],
        "first flag in the middle": [good[0], bytes((1, 1)) + good[1][2:]],
        "no first flag": [bytes((0, 0)) + b"x"],
        "unknown flag": [b"\x07\x00x"],
        "no payload": [b"\x03\x00"],
        "too long a frame": [b"\x03\x00" + bytes(600)],
        "wrong first number": [b"\x03\x05x"],
    }
    return {
        "about": "Frames [flags (1 first, 2 last) | seq | payload]. cut: message (hex), frame_bytes, seq of the first frame, frames (hex). refuse: streams "
        "that an assembler starting at seq 0 must refuse at the last frame or before, and ever after.",
        "cut": [
            {
                "name": name,
                "message": message.hex(),
                "frame_bytes": size,
                "seq": seq,
                "frames": [f.hex() for f in frames.cut(message, size, seq)],
            }
            for name, message, size, seq in cut
        ],
        "refuse": [{"name": name, "frames": [f.hex() for f in stream]} for name, stream in broken.items()],
    }


def noise_cases() -> Case:
    """Whole conversations of NK and NKpsk2."""
    secret = steady("sticker", 16)
    static = steady("x25519 lock")
    cases = [
        _conversation("NK", static, None),
        {**_conversation("NKpsk2", activation_static(secret, LOCK_ID), activation_psk(secret, LOCK_ID)), "sticker_secret": secret.hex()},
    ]
    return {
        "about": "Noise_NK_25519_AESGCM_SHA256 and NKpsk2 with empty handshake payloads; all values hex. message_1, message_2: 48 bytes each; h: handshake "
        "hash; transport: in order, who speaks, plaintext, ciphertext. NKpsk2: psk and static_private follow from sticker_secret (HMAC-SHA256 "
        "of 'dl/act/psk/1' || lock_id and of 'dl/act/static/1' || lock_id under it).",
        "cases": cases,
    }


def advertising_cases() -> Case:
    """Names of locks with and without an owner, and what is no lock."""
    secret = steady("sticker", 16)
    keys = {
        "owned": agreement("lock")[1],
        "next owner": agreement("lock, epoch 2")[1],
        "no owner": public_of(activation_static(secret, LOCK_ID)),
    }
    good = advertisement(air_name(LOCK_ID, keys["owned"]))
    refused = {
        "nothing": b"",
        "another service": good[:5] + bytes(16) + good[21:],
        "no name": good[:21],
        "a short name": good[:21] + b"\x08" + good[22:-1],
        "a letter that no name has": good[:-1] + b"U",
        "cut short": good[:-1],
        "a length that leads out of it": b"\xff" + good[1:],
    }
    return {
        "about": "Bluetooth (bluetooth.md). service, to_lock, to_phone: their UUIDs. heard: lock_id and static_public (hex) give name and the "
        "advertising payload (hex). refuse: payloads (hex) in which no lock is heard. The owner's key is xs of DoorInfo; without an owner it is the "
        "public half of static_private of NKpsk2.",
        "service": limits.GATT_SERVICE,
        "to_lock": limits.GATT_TO_LOCK,
        "to_phone": limits.GATT_TO_PHONE,
        "heard": [
            {
                "who": who,
                "lock_id": LOCK_ID.hex(),
                "static_public": key.hex(),
                "name": air_name(LOCK_ID, key),
                "payload": advertisement(air_name(LOCK_ID, key)).hex(),
            }
            for who, key in keys.items()
        ],
        "refuse": [{"why": why, "payload": payload.hex()} for why, payload in refused.items()],
    }


def _conversation(pattern: str, static_private: bytes, psk: bytes | None) -> Case:
    phone, lock = agreement(f"{pattern} phone")[0], agreement(f"{pattern} lock")[0]
    first = Initiator(lock_id=LOCK_ID, remote_static=public_of(static_private), ephemeral_private=phone, psk=psk)
    second = Responder(lock_id=LOCK_ID, static_private=static_private, ephemeral_private=lock, psk=psk)
    message_1 = first.write_message_1()
    message_2, lock_end = second.answer(message_1)
    phone_end = first.read_message_2(message_2)
    return {
        "pattern": pattern,
        "lock_id": LOCK_ID.hex(),
        "prologue": prologue(LOCK_ID).hex(),
        "static_private": static_private.hex(),
        "static_public": public_of(static_private).hex(),
        "phone_ephemeral_private": phone.hex(),
        "lock_ephemeral_private": lock.hex(),
        "psk": None if psk is None else psk.hex(),
        "message_1": message_1.hex(),
        "message_2": message_2.hex(),
        "h": phone_end.h.hex(),
        "transport": [
            _said("phone", phone_end, b"\x81\x02"),
            _said("lock", lock_end, b"\x82\x18\x82\x00"),
            _said("phone", phone_end, b""),
            _said("phone", phone_end, steady("chunk", 1024)),
            _said("lock", lock_end, b"\x82\x18\x84\x00"),
        ],
    }


def _said(who: str, end: Transport, plaintext: bytes) -> dict[str, str]:
    return {"from": who, "plaintext": plaintext.hex(), "ciphertext": end.encrypt(plaintext).hex()}


def _json(value: Encodable) -> object:
    if isinstance(value, bytes):
        return {"$hex": value.hex()}
    if isinstance(value, dict):
        return {"$map": [[_json(key), _json(item)] for key, item in value.items()]}
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return {"$int": str(value)}
    return value
