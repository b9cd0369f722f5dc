"""SPAKE2+ against the numbers of its RFC, and against points that are none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.wire import spake2plus
from limen.wire.cbor import Malformed
from limen.wire.envelope import ORDER
from limen.wire.spake2plus import Names, NotTheSame, Password

RFC_NAMES = Names(b"SPAKE2+-P256-SHA256-HKDF-SHA256-HMAC-SHA256 Test Vectors", b"client", b"server")
RFC = {
    name: bytes.fromhex(value)
    for name, value in {
        "w0": "bb8e1bbcf3c48f62c08db243652ae55d3e5586053fca77102994f23ad95491b3",
        "w1": "7e945f34d78785b8a3ef44d0df5a1a97d6b3b460409a345ca7830387a74b1dba",
        "L": "04eb7c9db3d9a9eb1f8adab81b5794c1f13ae3e225efbe91ea487425854c7fc00f"
        "00bfedcbd09b2400142d40a14f2064ef31dfaa903b91d1faea7093d835966efd",
        "x": "d1232c8e8693d02368976c174e2088851b8365d0d79a9eee709c6a05a2fad539",
        "shareP": "04ef3bd051bf78a2234ec0df197f7828060fe9856503579bb1733009042c15c0c1"
        "de127727f418b5966afadfdd95a6e4591d171056b333dab97a79c7193e341727",
        "y": "717a72348a182085109c8d3917d6c43d59b224dc6a7fc4f0483232fa6516d8b3",
        "shareV": "04c0f65da0d11927bdf5d560c69e1d7d939a05b0e88291887d679fcadea75810fb"
        "5cc1ca7494db39e82ff2f50665255d76173e09986ab46742c798a9a68437b048",
        "Z": "04bbfce7dd7f277819c8da21544afb7964705569bdf12fb92aa388059408d50091"
        "a0c5f1d3127f56813b5337f9e4e67e2ca633117a4fbd559946ab474356c41839",
        "V": "0458bf27c6bca011c9ce1930e8984a797a3419797b936629a5a937cf2f11c8b951"
        "4b82b993da8a46e664f23db7c01edc87faa530db01c2ee405230b18997f16b68",
        "confirmP": "926cc713504b9b4d76c9162ded04b5493e89109f6d89462cd33adc46fda27527",
        "confirmV": "9747bcc4f8fe9f63defee53ac9b07876d907d55047e6ff2def2e7529089d3e68",
        "K_shared": "0c5f8ccd1413423a54f6c1fb26ff01534a87f893779c6e68666d772bfd91f3e7",
    }.items()
}
"""RFC 9383, appendix C, the vector of P256-SHA256-HKDF-SHA256-HMAC-SHA256 (it has one for each suite)."""
PASSWORD = Password(RFC["w0"], RFC["w1"])
VERIFIER = spake2plus.enrolled(PASSWORD)
PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1


def test_the_verifier_comes_to_every_number_of_the_rfc() -> None:
    assert RFC["L"] == VERIFIER.point_l
    answered = spake2plus.answer(VERIFIER, RFC_NAMES, RFC["shareP"], RFC["y"])
    assert (answered.share_v, answered.confirm_v, answered.expected, answered.shared) == tuple(
        RFC[name] for name in ("shareV", "confirmV", "confirmP", "K_shared")
    )
    assert answered.confirmed(RFC["confirmP"]) == RFC["K_shared"]


def test_the_prover_comes_to_every_number_of_the_rfc() -> None:
    assert spake2plus.share_p(PASSWORD, RFC["x"]) == RFC["shareP"]
    made = spake2plus.finish(PASSWORD, RFC_NAMES, RFC["x"], RFC["shareV"], RFC["confirmV"])
    assert made == (RFC["confirmP"], RFC["K_shared"])


def test_the_transcript_has_the_z_and_v_of_the_rfc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sides put the very points into it that appendix C names."""
    seen: list[tuple[object, ...]] = []
    keys = spake2plus._keys

    def noted(*parts: object) -> object:
        seen.append(parts)
        return keys(*parts)  # type: ignore[arg-type]

    monkeypatch.setattr(spake2plus, "_keys", noted)
    spake2plus.answer(VERIFIER, RFC_NAMES, RFC["shareP"], RFC["y"])
    spake2plus.finish(PASSWORD, RFC_NAMES, RFC["x"], RFC["shareV"], RFC["confirmV"])
    for parts in seen:
        assert parts[2:4] == (RFC["Z"], RFC["V"])
    assert len(seen) == 2


def spoiled(what: str) -> bytes:
    share, x = RFC["shareP"], int.from_bytes(RFC["shareP"][1:33], "big")
    y = int.from_bytes(share[33:], "big")
    wrong = {
        "empty": b"",
        "too short": share[:-1],
        "too long": share + b"\0",
        "compressed": bytes((2 + y % 2,)) + share[1:33],
        "hybrid": b"\x06" + share[1:],
        "the identity": b"\0",
        "the identity as zeros": b"\x04" + bytes(64),
        "off the curve": share[:-1] + bytes((share[-1] ^ 1,)),
        "x not below p": b"\x04" + PRIME.to_bytes(32, "big") + share[33:],
        "the identity as p": b"\x04" + 2 * PRIME.to_bytes(32, "big"),
        "y not below p": b"\x04" + share[1:33] + b"\xff" * 32,
    }
    assert x < PRIME
    return wrong[what]


@pytest.mark.parametrize(
    "what",
    [
        "empty", "too short", "too long", "compressed", "hybrid", "the identity", "the identity as zeros", "off the curve", "x not below p",
        "the identity as p", "y not below p",
    ],
)  # fmt: skip
def test_neither_side_takes_what_is_no_point(what: str) -> None:
    """The library would take coordinates modulo p, and zeros as the identity: both are refused before it sees them."""
    point = spoiled(what)
    with pytest.raises(Malformed):
        spake2plus.check_point(point)
    with pytest.raises(Malformed):
        spake2plus.answer(VERIFIER, RFC_NAMES, point, RFC["y"])
    with pytest.raises(Malformed):
        spake2plus.finish(PASSWORD, RFC_NAMES, RFC["x"], point, RFC["confirmV"])


def test_a_share_that_takes_the_password_out_of_the_exchange_is_refused() -> None:
    """A share of `w0*M` would make Z the identity whatever the verifier draws; so would `w0*N` for the prover."""
    once = Password((1).to_bytes(32, "big"), RFC["w1"])
    verifier = spake2plus.enrolled(once)
    with pytest.raises(Malformed):
        spake2plus.answer(verifier, RFC_NAMES, spake2plus._M, RFC["y"])
    with pytest.raises(Malformed):
        spake2plus.finish(once, RFC_NAMES, RFC["x"], spake2plus._N, RFC["confirmV"])


@settings(max_examples=12, deadline=None)
@given(st.binary(min_size=48, max_size=48), st.binary(min_size=48, max_size=48), st.binary(max_size=12), st.binary(max_size=12))
def test_both_sides_agree_where_the_password_is_the_same_and_nowhere_else(first: bytes, second: bytes, right: bytes, typed: bytes) -> None:
    x, y = spake2plus.scalar(first), spake2plus.scalar(second)
    verifier = spake2plus.enrolled(spake2plus.stretch(right, RFC_NAMES, b"salt" * 4, 1))
    guessed = spake2plus.stretch(typed, RFC_NAMES, b"salt" * 4, 1)
    answered = spake2plus.answer(verifier, RFC_NAMES, spake2plus.share_p(guessed, x), y)
    if right == typed:
        confirm, shared = spake2plus.finish(guessed, RFC_NAMES, x, answered.share_v, answered.confirm_v)
        assert answered.confirmed(confirm) == shared
        return
    with pytest.raises(NotTheSame):
        spake2plus.finish(guessed, RFC_NAMES, x, answered.share_v, answered.confirm_v)


@pytest.mark.parametrize("other", [Names(b"another", b"client", b"server"), Names(RFC_NAMES.context, b"client", b"another")])
def test_who_means_another_lock_or_another_purpose_does_not_agree(other: Names) -> None:
    answered = spake2plus.answer(VERIFIER, other, RFC["shareP"], RFC["y"])
    with pytest.raises(NotTheSame):
        spake2plus.finish(PASSWORD, RFC_NAMES, RFC["x"], answered.share_v, answered.confirm_v)


def test_any_other_confirmation_is_refused_and_gives_no_key() -> None:
    answered = spake2plus.answer(VERIFIER, RFC_NAMES, RFC["shareP"], RFC["y"])
    for wrong in (bytes(32), RFC["confirmP"][:-1], RFC["confirmV"], b""):
        with pytest.raises(NotTheSame):
            answered.confirmed(wrong)


def test_a_scalar_is_never_nought_and_never_the_order() -> None:
    assert spake2plus.scalar(bytes(48)) == (1).to_bytes(32, "big")
    assert 0 < int.from_bytes(spake2plus.scalar(b"\xff" * 48), "big") < ORDER
    with pytest.raises(ValueError, match="48"):
        spake2plus.scalar(bytes(32))


def test_nothing_secret_is_shown_where_it_is_printed() -> None:
    answered = spake2plus.answer(VERIFIER, RFC_NAMES, RFC["shareP"], RFC["y"])
    for secret, shown in ((RFC["w0"], PASSWORD), (RFC["w1"], PASSWORD), (RFC["w0"], VERIFIER), (answered.shared, answered)):
        assert repr(secret) not in repr(shown)
