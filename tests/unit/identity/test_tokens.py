"""What the links of this room end in."""

from limen.identity.rules import plausible_token
from limen.identity.tokens import fresh_token


def test_a_token_is_new_each_time_and_can_stand_in_an_address() -> None:
    """43 characters of base64url: 256 bits."""
    one, other = fresh_token(), fresh_token()
    assert one != other
    assert len(one) == 43
    assert plausible_token(one)
