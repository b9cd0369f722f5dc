"""Tokens in paths do not reach the log."""

import logging

import pytest

from limen.config.logs import WithoutTokens


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
