"""What is said in JSON is understood as far as it can be meant."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.web.spoken import spoken, text_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=4), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", '"x"', "1", "{", "[" * 100_000, '{"a":' * 100_000,
        r'{"a":"\ud800"}', r'{"a":[["\udfff"]]}', r'{"\ud83d":1}', r'{"a":{"b":"x\u0000y"}}',
        '{"a":1e999}', '{"a":-1e999}', '{"a":NaN}', '{"a":[Infinity]}', '{"a":' + "9" * 5000 + "}",
    ],
)  # fmt: skip
def test_what_nobody_can_mean_is_not_understood(text: str) -> None:
    """No object, half a character, NUL, a number beyond all: as text and as bytes."""
    assert spoken(text) is None
    assert spoken(text.encode()) is None


@pytest.mark.parametrize("data", [b"\xff\xfe", b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}'])
def test_bytes_that_are_no_letters_are_not_understood(data: bytes) -> None:
    """Also the half characters that Python's own reader would let through."""
    assert spoken(data) is None


def test_everything_else_arrives_as_it_was_said() -> None:
    """Whole characters of any script, line breaks of a session description, and numbers."""
    said = {"t": "offer", "data": {"sdp": "v=0\r\na=x\r\n", "n": [1, 1.5, -3, True, None]}, "name": "Zoë 🙂 李"}
    assert spoken(json.dumps(said)) == said
    assert spoken(json.dumps(said, ensure_ascii=False).encode()) == said


@given(st.dictionaries(st.text(st.characters(), max_size=4), VALUES, max_size=4))
def test_what_is_understood_can_be_sent_and_kept(said: dict[str, object]) -> None:
    """Every text that gets through is one that UTF-8 and a database hold."""
    heard = spoken(json.dumps(said))
    if heard is not None:
        again = json.dumps(heard, ensure_ascii=False, allow_nan=False)
        assert "\x00" not in again.encode().decode()


@pytest.mark.parametrize(("value", "text"), [("abcdef", "abc"), ("a", "a"), (None, ""), (7, ""), (["abc"], ""), ({"a": 1}, ""), (True, "")])
def test_only_a_text_is_a_text(value: object, text: str) -> None:
    """Nothing else is written out as if somebody had typed it; what is too long is cut."""
    assert text_of({"name": value}, "name", 3) == text
    assert text_of({}, "name", 3) == ""
