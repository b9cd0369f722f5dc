"""What counts as a password, a phone name, a token: pure verdicts."""

from datetime import timedelta

from limen.wire import limits

PASSWORD_MIN_CHARS = 12
PASSWORD_MAX_CHARS = 1024
INVITATION_LIVES = timedelta(days=30)
"""Also the end of an invited address (privacy table R46)."""
TOKEN_BYTES = 32
TOKEN_MAX_CHARS = 64
PHONES_MAX = 10
"""Registered, neither removed nor signed out of, of one person."""
LEFT_PHONE_STAYS = timedelta(seconds=limits.PHONE_LEASE_S)
"""For so long a phone that was signed out of can still be removed: what it had may not be over, if it did not let go of its key (0224)."""
PHONE_NAME_MAX_CHARS = 60
PLATFORMS = ("browser", "native")
MAILS_TO_STRANGERS = frozenset({"account/email/unknown_account", "account/email/account_already_exists"})
"""Would tell somebody who asks for a stranger's address nothing, and the stranger that somebody asked."""


def password_length_fault(password: str) -> str | None:
    """ "too_short" or "too_long" outside 12 to 1024 characters, else None (PEOPLE-5)."""
    if len(password) < PASSWORD_MIN_CHARS:
        return "too_short"
    return "too_long" if len(password) > PASSWORD_MAX_CHARS else None


def plausible_token(token: str) -> bool:
    """True for what could be one of our tokens; everything else is not even looked up."""
    return 0 < len(token) <= TOKEN_MAX_CHARS and token.isascii() and all(c.isalnum() or c in "-_" for c in token)


def phone_name(name: str) -> str:
    """A name as it is kept: one line, at most 60 characters, never empty."""
    return " ".join(name.split())[:PHONE_NAME_MAX_CHARS] or "Phone"
