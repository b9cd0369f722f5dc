"""The validator that Django's list and allauth's pages ask."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.rule("PEOPLE-5")
@pytest.mark.parametrize(("password", "code"), [("eleven-char", "password_too_short"), ("x" * 1025, "password_too_long")])
def test_length_is_part_of_the_list(password: str, code: str) -> None:
    """The installed list refuses what is too short or too long, each with its own sentence."""
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert code in {error.code for error in refused.value.error_list}
    assert password not in str(refused.value)
