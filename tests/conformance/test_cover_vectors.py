"""The chapter of the code under the cover, read from its file; SPAKE2+ also by a second hand that knows only the RFC and adds points in plain integers."""

import hashlib
import hmac
from typing import Any

import pytest

from limen.wire import covercode, limits, spake2plus
from limen.wire.cbor import Malformed
from limen.wire.covercode import Answered, Confirm, Refused, Share, Stretching, Taken
from limen.wire.refusals import Reason
from limen.wire.session import activation_psk, activation_static
from limen.wire.spake2plus import Names, Password, Verifier
from tests.conformance.test_vectors import chapter, raw, rows

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int] | None


def lifted(compressed: str) -> Point:
    """A point from its x and the parity of its y, as RFC 9383 prints M and N."""
    x = int(compressed[2:], 16)
    y = pow(x**3 - 3 * x + B, (P + 1) // 4, P)
    return x, y if y % 2 == int(compressed[:2], 16) - 2 else P - y


M9383 = lifted("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f")
N9383 = lifted("03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49")


def plus(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % P == 0:
        return None
    slope = (3 * one[0] ** 2 - 3) * pow(2 * one[1], -1, P) if one == other else (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope**2 - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(factor: int, point: Point) -> Point:
    total: Point = None
    for bit in f"{factor % N:b}":
        total = plus(total, total)
        total = plus(total, point) if bit == "1" else total
    return total


def sec1(point: Point) -> bytes:
    assert point is not None
    return b"\x04" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def opened(data: bytes) -> Point:
    return int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big")


def expanded(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF without salt (RFC 5869)."""
    prk, out, block = hmac.digest(bytes(32), key, "sha256"), b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(prk, block + info + bytes((number,)), "sha256")
        out += block
    return out[:length]


def scheduled(names: tuple[bytes, bytes, bytes], shares: tuple[bytes, bytes], z: Point, v: Point, w0: bytes) -> dict[str, bytes]:
    """Sections 3.3 and 3.4."""
    parts = (*names, sec1(M9383), sec1(N9383), *shares, sec1(z), sec1(v), w0)
    main = hashlib.sha256(b"".join(len(part).to_bytes(8, "little") + part for part in parts)).digest()
    keys = expanded(main, b"ConfirmationKeys", 64)
    return {
        "confirm_p": hmac.digest(keys[:32], shares[1], "sha256"),
        "confirm_v": hmac.digest(keys[32:], shares[0], "sha256"),
        "shared": expanded(main, b"SharedKey", 32),
    }


def by_hand(names: tuple[bytes, bytes, bytes], one: dict[str, Any]) -> dict[str, bytes]:
    """What both sides say and agree on, from w0, w1, x and y alone; the verifier's way and the prover's way to Z and V must be one."""
    w0, w1, x, y = (int(one[name], 16) for name in ("w0", "w1", "x", "y"))
    share_p, share_v = plus(times(x, G), times(w0, M9383)), plus(times(y, G), times(w0, N9383))
    z, v = times(x, plus(share_v, times(N - w0, N9383))), times(w1, plus(share_v, times(N - w0, N9383)))
    assert z == times(y, plus(share_p, times(N - w0, M9383))) and v == times(y, times(w1, G))
    shares = sec1(share_p), sec1(share_v)
    return {"share_p": shares[0], "share_v": shares[1], **scheduled(names, shares, z, v, raw(one, "w0"))}


def test_the_vector_of_the_rfc_comes_out_by_both_hands() -> None:
    """Appendix C of RFC 9383; `tests/unit/wire/test_spake2plus.py` has its numbers as the RFC prints them."""
    one = chapter("cover")["rfc"]
    names = raw(one, "context"), raw(one, "prover"), raw(one, "verifier")
    made = by_hand(names, one)
    assert {name: raw(one, name) for name in made} == made
    assert raw(one, "L") == sec1(times(int(one["w1"], 16), G))
    password = Password(raw(one, "w0"), raw(one, "w1"))
    assert spake2plus.enrolled(password) == Verifier(raw(one, "w0"), raw(one, "L"))
    assert spake2plus.share_p(password, raw(one, "x")) == raw(one, "share_p")
    answered = spake2plus.answer(spake2plus.enrolled(password), Names(*names), raw(one, "share_p"), raw(one, "y"))
    assert answered.confirmed(raw(one, "confirm_p")) == raw(one, "shared")


def test_our_own_exchange_comes_out_by_both_hands_to_the_last_byte() -> None:
    """From the digits by PBKDF2 to psk and static key of the session (A-17 to A-22)."""
    one = chapter("cover")["exchange"]
    lock_id, salt = raw(one, "lock_id"), raw(one, "salt")
    parts = (one["digits"].encode(), b"phone", lock_id)
    said = b"".join(len(part).to_bytes(8, "little") + part for part in parts)
    both = hashlib.pbkdf2_hmac("sha256", said, salt, one["iterations"], 80)
    halves = [(int.from_bytes(half, "big") % N).to_bytes(32, "big") for half in (both[:40], both[40:])]
    assert halves == [raw(one, "w0"), raw(one, "w1")]
    made = by_hand((b"dl/act/cover/1", b"phone", lock_id), one)
    told, answered, taken = (covercode.parse_heard(bytes.fromhex(text)) for text in one["heard"])
    _, share, confirm = (covercode.parse_said(bytes.fromhex(text)) for text in one["said"])
    assert told == Stretching(lock_id, salt, one["iterations"]) and taken == Taken()
    assert (share, confirm) == (Share(made["share_p"]), Confirm(made["confirm_p"]))
    assert answered == Answered(made["share_v"], made["confirm_v"], one["left"])
    assert made["shared"] == raw(one, "shared")
    secret = expanded(made["shared"], b"dl/act/cover/secret/1" + lock_id, 16)
    assert (secret, covercode.secret_of(made["shared"], lock_id)) == (raw(one, "secret"), raw(one, "secret"))
    assert (activation_psk(secret, lock_id), activation_static(secret, lock_id)) == (raw(one, "psk"), raw(one, "static_private"))


def test_the_factorys_record_is_of_these_digits() -> None:
    one = chapter("cover")["exchange"]
    record = covercode.read_record(raw(one, "record"))
    assert record == covercode.enrolled(one["digits"], raw(one, "lock_id"), raw(one, "salt"), one["iterations"])
    assert opened(record.verifier.point_l) == times(int(one["w1"], 16), G)


def test_scalars_are_drawn_as_the_page_says() -> None:
    for one in rows(chapter("cover"), "scalars"):
        drawn = 1 + int(one["random"], 16) % (N - 1)
        assert spake2plus.scalar(raw(one, "random")) == raw(one, "scalar") == drawn.to_bytes(32, "big")


def test_every_point_and_message_that_is_none_is_refused() -> None:
    refuse = chapter("cover")["refuse"]
    for one in refuse["points"]:
        with pytest.raises(Malformed):
            spake2plus.check_point(raw(one, "point"))
    for text in refuse["said"]:
        with pytest.raises(Malformed):
            covercode.parse_said(bytes.fromhex(text))
    for text in refuse["heard"]:
        with pytest.raises(Malformed):
            covercode.parse_heard(bytes.fromhex(text))


def test_a_lock_that_begins_no_exchange_says_why() -> None:
    said = {one["reason"]: covercode.parse_heard(raw(one, "heard")) for one in rows(chapter("cover"), "refusals")}
    assert said == {word: Refused(Reason[word.upper()]) for word in ("not_recorded", "no_cover_code", "press_again", "cover_code_spent")}


def test_no_message_has_the_length_of_a_handshake() -> None:
    one = chapter("cover")["exchange"]
    assert limits.HANDSHAKE_BYTES not in {len(bytes.fromhex(text)) for text in (*one["said"], *one["heard"])}
