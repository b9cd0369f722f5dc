"""Lengths, tokens and names, as pure verdicts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.identity import rules


@pytest.mark.rule("PEOPLE-5")
@pytest.mark.parametrize(("length", "fault"), [(11, "too_short"), (12, None), (1024, None), (1025, "too_long")])
def test_password_length(length: int, fault: str | None) -> None:
    """12 to 1024 characters, both ends included."""
    assert rules.password_length_fault("x" * length) == fault


@given(st.text(max_size=100))
def test_only_our_own_alphabet_is_a_token(text: str) -> None:
    """What is looked up consists of at most 64 letters, digits, dashes and underscores."""
    if rules.plausible_token(text):
        assert 0 < len(text) <= 64
        assert text.isascii()
        assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


@given(st.text(max_size=200))
def test_a_phone_always_has_a_name_of_one_line(text: str) -> None:
    """Whatever is typed, the kept name is one line of 1 to 60 characters."""
    name = rules.phone_name(text)
    assert 1 <= len(name) <= 60
    assert "\n" not in name
