"""Chapters about the channel."""

from limen.cli.vectorbook import channel


def test_the_chapters_hold_good_and_bad_cases() -> None:
    """Both kinds in each."""
    for book in (channel.cbor_cases(), channel.frames_cases()):
        assert book["refuse"]
    noise = channel.noise_cases()["cases"]
    assert isinstance(noise, list) and [case["pattern"] for case in noise] == ["NK", "NKpsk2"]
