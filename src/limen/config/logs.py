"""What a log line may not hold: addresses that open something by being known."""

import logging
import re
from typing import Final

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
