"""How long events are kept, read from the table that ships with the product (PRIVACY-1)."""

from functools import cache
from importlib import resources
from typing import Any

import yaml

from limen.history.rules import Kept


@cache
def kept_rows() -> tuple[Kept, ...]:
    """The rows of the table that end an access event by the time of its generation."""
    table: dict[str, Any] = yaml.safe_load((resources.files("limen.visibility") / "privacy.yaml").read_text("utf-8"))
    rows = [row for row in table["retention"]["rules"] if row["cls"] == "access_event" and row["clock"] == "generated_at"]
    every = [Kept(row["door"], row["profile"], row[name]) for row in rows for name in ("target", "legal_max") if row[name] != "none"]
    return tuple(dict.fromkeys(every))
