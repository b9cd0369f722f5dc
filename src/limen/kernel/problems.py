"""Errors that a person can act on, in the one family that leaves the product (RFC 9457)."""

from collections.abc import Callable, Mapping
from datetime import datetime


class Problem(Exception):
    """Something the asker can mend or must know; the edge turns it into a page or problem details.

    `type` is stable and made for programs, `title` is a whole sentence for people, `detail` says what to do. What differs from time to time stands
    in `gaps`, "A name has at most %(most)s characters.", so that the sentence can be said in the reader's language.
    Never put a secret, a code or somebody else's name in here: all of it leaves the product.
    """

    status = 400

    def __init__(
        self,
        type: str,
        title: str,
        detail: str = "",
        *,
        status: int | None = None,
        gaps: Mapping[str, str | int] | None = None,
        **extra: str | int,
    ) -> None:
        self._unfilled, self._gaps = (title, detail), gaps or {}
        self.type = type
        self.title = title % gaps if gaps else title
        self.detail = detail % gaps if gaps else detail
        super().__init__(self.title)
        self.extra = extra
        if status is not None:
            self.status = status

    def in_words(self, translate: Callable[[str], str]) -> tuple[str, str]:
        """Title and detail as `translate` says them, the gaps filled afterwards; what is said in the reader's language already stays."""
        title, detail = self._unfilled if self._gaps else (self.title, self.detail)
        said = [translate(text) if text else "" for text in (title, detail)]
        return (said[0] % self._gaps, said[1] % self._gaps) if self._gaps else (said[0], said[1])

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
