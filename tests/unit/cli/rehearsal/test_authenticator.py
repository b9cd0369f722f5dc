"""The digits of an authenticator are those of RFC 6238."""

import base64

import pytest

from limen.cli.rehearsal.authenticator import six_digits

SECRET = base64.b32encode(b"12345678901234567890").decode("ascii")


@pytest.mark.parametrize(("at", "eight"), [(59, "94287082"), (1111111109, "07081804"), (20000000000, "65353130")])
def test_digits_are_the_last_six_of_the_rfcs_eight(at: int, eight: str) -> None:
    """Appendix B, SHA-1, cut to six digits."""
    assert six_digits(SECRET, at) == eight[-6:]


def test_a_secret_without_its_padding_is_the_same_secret() -> None:
    """Pages show it without the equals signs."""
    short = base64.b32encode(b"123456789012345").decode("ascii")
    assert six_digits(short.rstrip("="), 59) == six_digits(short, 59)
