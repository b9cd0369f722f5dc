"""Errors that a person can act on, in the one family that leaves the product (RFC 9457)."""

from datetime import datetime


class Problem(Exception):
    """Something the asker can mend or must know; the edge turns it into a page or problem details.

    `type` is stable and made for programs, `title` is a whole sentence for people, `detail` says what to do.
    Never put a secret, a code or somebody else's name in here: all of it leaves the product.
    """

    status = 400

    def __init__(self, type: str, title: str, detail: str = "", *, status: int | None = None, **extra: str | int) -> None:
        super().__init__(title)
        self.type = type
        self.title = title
        self.detail = detail
        self.extra = extra
        if status is not None:
            self.status = status

    def as_details(self) -> dict[str, str | int]:
        """The members of an `application/problem+json` body."""
        body: dict[str, str | int] = {"type": f"about:limen/{self.type}", "title": self.title, "status": self.status}
        if self.detail:
            body["detail"] = self.detail
        return body | self.extra


class NotYours(Problem):
    """Absent, or not the asker's to see: both answer alike (screens 1.3, M27)."""

    status = 404

    def __init__(self) -> None:
        super().__init__("not_found", "We could not find that, or it is not yours to see.")


class NotAllowed(Problem):
    """Seen, but not the asker's to change."""

    status = 403

    def __init__(self, title: str, detail: str = "") -> None:
        super().__init__("not_allowed", title, detail)


class Refused(Problem):
    """An expected no with a stable reason, such as `temporary_doorcode_cannot_be_revoked`."""

    status = 409


class TooMany(Problem):
    """A limit was reached; `retry_at` says from when it works again, if it ever does."""

    status = 429

    def __init__(self, type: str, title: str, detail: str = "", *, retry_at: datetime | None = None) -> None:
        super().__init__(type, title, detail)
        self.retry_at = retry_at
