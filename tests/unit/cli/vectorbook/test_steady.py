"""Steady keys."""

from limen.cli.vectorbook.steady import SteadySealer, agreement, signer, steady
from limen.wire.hpke import HpkeOpener


def test_names_give_the_same_bytes_each_time_and_different_ones_each() -> None:
    """Of any length."""
    assert steady("a", 70) == steady("a", 70) and len(steady("a", 70)) == 70
    assert steady("a") != steady("b") and signer("a").public != signer("b").public


def test_the_steady_sealer_seals_twice_alike_and_the_library_opens_it() -> None:
    """RFC 9180 with a given ephemeral key."""
    private, public = agreement("reader")
    one, two = (SteadySealer(public, "n").seal(b"x" * 100, b"info") for _ in range(2))
    assert one == two
    assert HpkeOpener(private).open(one, b"info") == b"x" * 100
