"""How long events are kept, read from the table that ships with the product (PRIVACY-1)."""

from functools import cache

from limen.history.rules import Kept
from limen.visibility import queries as visibility


@cache
def kept_rows() -> tuple[Kept, ...]:
    """The rows of the table that end an access event by the time of its generation."""
    rows = [row for row in visibility.retention_rows() if row["cls"] == "access_event" and row["clock"] == "generated_at"]
    every = [
        Kept(str(row["door"]), str(row["profile"]), str(row[name]))
        for row in rows
        for name in ("target", "legal_max")
        if row[name] != "none"
    ]
    return tuple(dict.fromkeys(every))
