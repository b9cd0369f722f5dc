"""The six digits of an authenticator app (RFC 6238, SHA-1, 30 s, 6 digits): managers need a second factor, and a rehearsal has no other phone."""

import base64
import hmac


def six_digits(secret: str, now_s: int) -> str:
    """The digits for a base32 secret at a time in seconds since 1970."""
    padded = secret.upper() + "=" * (-len(secret) % 8)
    digest = hmac.digest(base64.b32decode(padded), (now_s // 30).to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"
