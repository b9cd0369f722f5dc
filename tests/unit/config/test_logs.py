"""Tokens in paths do not reach the log, nor what an exception says."""

import logging
from types import SimpleNamespace

import pytest

from limen.config.logs import WithoutTokens, WithReference
from tests.logs import our_line


@pytest.mark.parametrize(
    "path", ["/join/s3cr3t-token", "/v/ABCDEFGHJK", "/v/ABCDEFGHJK/call/1", "/account/password/reset/key/s3cr3t-token/"]
)
def test_a_failed_request_is_logged_without_its_token(path: str) -> None:
    """The line of a 500 names the path up to the token."""
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "%s: %s", ("Internal Server Error", path), None)
    assert WithoutTokens().filter(record)
    assert "s3cr3t" not in record.getMessage()
    assert "ABCDEFGHJK" not in record.getMessage()
    assert record.getMessage().startswith("Internal Server Error: /")


def test_other_lines_stay_as_they_are() -> None:
    """What holds no token is not touched."""
    record = logging.LogRecord("limen", logging.INFO, __file__, 1, "door %s", ("/c/doors/17",), None)
    WithoutTokens().filter(record)
    assert record.getMessage() == "door /c/doors/17"
    assert record.args == ("/c/doors/17",)


@pytest.mark.rule("OPS-3")
def test_a_failure_is_logged_with_its_place_and_without_its_words() -> None:
    """A mail server refuses with the address, a database with the row: the log says where and what kind, also of the cause."""
    refusal, row = (f"{words} dana@example.org 4711 2233" for words in ("550 no such mailbox", "already exists"))
    try:
        try:
            raise ValueError(refusal)
        except ValueError as refused:
            raise RuntimeError(row) from refused
    except RuntimeError as problem:
        raised = (type(problem), problem, problem.__traceback__)
    told = our_line().format(logging.LogRecord("limen", logging.ERROR, __file__, 1, "outbox: %s failed", ("mail.code",), raised))
    assert "dana" not in told and "2233" not in told
    assert told.startswith("ERROR limen: outbox: mail.code failed")
    assert "builtins.ValueError" in told and "builtins.RuntimeError" in told and "test_logs.py" in told


@pytest.mark.rule("OPS-3")
def test_what_another_handler_made_of_a_failure_is_not_in_our_line() -> None:
    """Logging keeps the first text of an exception for every handler after it: neither theirs comes here nor ours goes there."""
    row = "already exists dana@example.org 4711 2233"
    try:
        raise RuntimeError(row)
    except RuntimeError as problem:
        record = logging.LogRecord("limen", logging.ERROR, __file__, 1, "broken", (), (type(problem), problem, problem.__traceback__))
    logging.Formatter().format(record)
    theirs = record.exc_text
    told = our_line().format(record)
    assert theirs is not None and "dana" in theirs and record.exc_text == theirs
    assert "dana" not in told and "builtins.RuntimeError" in told


def test_a_line_that_two_handlers_write_has_one_reference() -> None:
    """Filters change the line itself."""
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "%s", ("broken",), None)
    record.request = SimpleNamespace(reference="7F3K")
    for _ in range(2):
        assert WithReference().filter(record)
    assert record.getMessage() == "broken (reference 7F3K)"
