"""What a log line may not hold: addresses that open something by being known, and what an exception says about people.

And what the line of a broken page must hold: the reference that its reader quotes."""

import logging
import re
import traceback
from types import TracebackType
from typing import Final

CAUSES_MAX: Final = 8
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

SECRET_PATHS: Final = re.compile(r"(/(?:join|v|account/password/reset/key|account/confirm-email)/)[^\s/?'\"]+")


class WithoutTokens(logging.Filter):
    """Cuts the token out of an invitation, of a visitor's link and of a mailed key, wherever a line names the path."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the line stays, without the token."""
        said = record.getMessage()
        cut = SECRET_PATHS.sub(r"\1…", said)
        if cut != said:
            record.msg, record.args = cut, ()
        return True


class WithReference(logging.Filter):
    """Ends the line of a broken request with the reference that its page told the person, so that what they quote leads here."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the line stays, with its reference."""
        reference = getattr(getattr(record, "request", None), "reference", "")
        end, said = f" (reference {reference})", record.getMessage()
        if reference and not said.endswith(end):  # another handler of the same line may have been here
            record.msg, record.args = said + end, ()
        return True


class WithoutWords(logging.Formatter):
    """Tells of an exception where and what it was, never its text: mail servers put addresses there, and databases whole rows (OPS-3)."""

    def format(self, record: logging.LogRecord) -> str:
        """What another handler has made of the exception is not taken over, as logging does, and ours is not left for another."""
        theirs, record.exc_text = record.exc_text, None
        try:
            return super().format(record)
        finally:
            record.exc_text = theirs

    def formatException(self, ei: Raised) -> str:  # noqa: N802 (the name is logging's)
        """The places, oldest first, each cause before what came of it."""
        told: list[str] = []
        problem = ei[1]
        while problem is not None and len(told) < CAUSES_MAX:
            places = "".join(traceback.format_tb(problem.__traceback__))
            told.append(f"Traceback (most recent call last):\n{places}{type(problem).__module__}.{type(problem).__qualname__}")
            problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
        return "\n\n".join(reversed(told))
