"""Chapter cover: the code under a battery cover, from its digits to the secret of a session, with fixed scalars; and points and messages that are none."""

from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.steady import LOCK_ID, steady
from limen.wire import cbor, covercode, limits, spake2plus
from limen.wire.covercode import Answered, Ask, Confirm, Refused, Share, Stretching, Taken
from limen.wire.refusals import Reason
from limen.wire.session import activation_psk, activation_static
from limen.wire.spake2plus import Names, Password

ABOUT = (
    "The code under the battery cover (A-17 to A-23): SPAKE2+ of RFC 9383, suite P256-SHA256-HKDF-SHA256-HMAC-SHA256. rfc: the vector of appendix C for "
    "this suite. exchange: digits under a cover, salt and iterations, the record of the factory (CBOR), both scalars, the four messages in their order "
    "(ask and share and confirm of the prover under said, the lock's under heard), the agreed key, the secret that stands in the place of S_qr, and psk and "
    "static key of S-4 and S-5 from it. left: tries after this one. other_digits: the same lock's answer to a share of other digits; its confirmation fits "
    "no prover of those. scalars: 48 random bytes and what is drawn from them. refusals: what a lock says where it begins no exchange. "
    "refuse: points that neither side takes, and messages of either side that are none. Node adds no points, as no browser does: it reads messages and "
    "secret, pytest all of it."
)
RFC_NAMES = Names(b"SPAKE2+-P256-SHA256-HKDF-SHA256-HMAC-SHA256 Test Vectors", b"client", b"server")
RFC_PASSWORD = Password(
    bytes.fromhex("bb8e1bbcf3c48f62c08db243652ae55d3e5586053fca77102994f23ad95491b3"),
    bytes.fromhex("7e945f34d78785b8a3ef44d0df5a1a97d6b3b460409a345ca7830387a74b1dba"),
)
RFC_X = bytes.fromhex("d1232c8e8693d02368976c174e2088851b8365d0d79a9eee709c6a05a2fad539")
RFC_Y = bytes.fromhex("717a72348a182085109c8d3917d6c43d59b224dc6a7fc4f0483232fa6516d8b3")
DIGITS, OTHER = "20478135", "20478136"
PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1


def cover_cases() -> Case:
    """The whole chapter."""
    return {
        "about": ABOUT,
        "rfc": _rfc(),
        "exchange": _exchange(),
        "scalars": [{"random": random.hex(), "scalar": spake2plus.scalar(random).hex()} for random in _random()],
        "refusals": [{"reason": reason.word, "heard": covercode.encode_heard(Refused(reason)).hex()} for reason in _reasons()],
        "refuse": _refuse(),
    }


def _rfc() -> Case:
    verifier, share = spake2plus.enrolled(RFC_PASSWORD), spake2plus.share_p(RFC_PASSWORD, RFC_X)
    answered = spake2plus.answer(verifier, RFC_NAMES, share, RFC_Y)
    return {
        "context": RFC_NAMES.context.hex(),
        "prover": RFC_NAMES.prover.hex(),
        "verifier": RFC_NAMES.verifier.hex(),
        "w0": RFC_PASSWORD.w0.hex(),
        "w1": RFC_PASSWORD.w1.hex(),
        "L": verifier.point_l.hex(),
        "x": RFC_X.hex(),
        "y": RFC_Y.hex(),
        "share_p": share.hex(),
        "share_v": answered.share_v.hex(),
        "confirm_v": answered.confirm_v.hex(),
        "confirm_p": answered.expected.hex(),
        "shared": answered.shared.hex(),
    }


def _exchange() -> Case:
    record = covercode.enrolled(DIGITS, LOCK_ID, steady("cover salt", limits.COVER_SALT_BYTES))
    told = Stretching(LOCK_ID, record.salt, record.iterations)
    password, names = covercode.stretched(DIGITS, told), covercode.names(LOCK_ID)
    x, y = (spake2plus.scalar(steady(f"cover {who}", spake2plus.RANDOM_BYTES)) for who in ("x", "y"))
    share = spake2plus.share_p(password, x)
    answered = spake2plus.answer(record.verifier, names, share, y)
    confirm, shared = spake2plus.finish(password, names, x, answered.share_v, answered.confirm_v)
    secret = covercode.secret_of(shared, LOCK_ID)
    wrong = spake2plus.share_p(covercode.stretched(OTHER, told), x)
    other = spake2plus.answer(record.verifier, names, wrong, y)
    return {
        "lock_id": LOCK_ID.hex(),
        "digits": DIGITS,
        "name": covercode.unowned_name(LOCK_ID, steady("sticker", 16)),
        "salt": record.salt.hex(),
        "iterations": record.iterations,
        "w0": password.w0.hex(),
        "w1": password.w1.hex(),
        "record": covercode.encode_record(record).hex(),
        "x": x.hex(),
        "y": y.hex(),
        "left": 4,
        "said": [covercode.encode_said(one).hex() for one in (Ask(), Share(share), Confirm(confirm))],
        "heard": [covercode.encode_heard(one).hex() for one in (told, Answered(answered.share_v, answered.confirm_v, 4), Taken())],
        "shared": shared.hex(),
        "secret": secret.hex(),
        "psk": activation_psk(secret, LOCK_ID).hex(),
        "static_private": activation_static(secret, LOCK_ID).hex(),
        "other_digits": {
            "digits": OTHER,
            "said": covercode.encode_said(Share(wrong)).hex(),
            "heard": covercode.encode_heard(Answered(other.share_v, other.confirm_v, 4)).hex(),
        },
    }


def _random() -> list[bytes]:
    return [bytes(spake2plus.RANDOM_BYTES), b"\xff" * spake2plus.RANDOM_BYTES, steady("cover x", spake2plus.RANDOM_BYTES)]


def _reasons() -> tuple[Reason, ...]:
    return Reason.NOT_RECORDED, Reason.NO_COVER_CODE, Reason.PRESS_AGAIN, Reason.COVER_CODE_SPENT


def _refuse() -> Case:
    share = spake2plus.share_p(RFC_PASSWORD, RFC_X)
    lock = Stretching(LOCK_ID, bytes(limits.COVER_SALT_BYTES), limits.COVER_ITERATIONS_MIN)
    points = {
        "no bytes": b"",
        "one byte less": share[:-1],
        "one byte more": share + b"\0",
        "compressed": bytes((2 + share[-1] % 2,)) + share[1:33],
        "hybrid": bytes((6 + share[-1] % 2,)) + share[1:],
        "the identity": b"\0",
        "the identity, as zeros": b"\x04" + bytes(64),
        "the identity, as p": b"\x04" + 2 * PRIME.to_bytes(32, "big"),
        "off the curve": share[:-1] + bytes((share[-1] ^ 1,)),
        "x not below p": b"\x04" + b"\xff" * 32 + share[33:],
    }
    said: list[list[cbor.Encodable]] = [[], [0, 0], [1], [1, bytes(65)], [2, bytes(31)], [3], [4]]
    heard: list[list[cbor.Encodable]] = [
        [0, LOCK_ID, bytes(15), 1000],
        [0, LOCK_ID, bytes(16), limits.COVER_ITERATIONS_MIN - 1],
        [0, LOCK_ID, bytes(16), limits.COVER_ITERATIONS_MAX + 1],
        [1, share, bytes(32)],
        [1, share, bytes(32), limits.COVER_TRIES_PER_PRESS + 1],
        [2, 0],
        [3],
    ]
    return {
        "points": [{"why": why, "point": point.hex()} for why, point in points.items()],
        "said": [cbor.encode(one).hex() for one in said],
        "heard": [*(cbor.encode(one).hex() for one in heard), (covercode.encode_heard(lock) + b"\0").hex()],
    }
