"""Long lists: the first thirty, a search, and everything when asked for; what was chosen stays in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest

SHOWN_FIRST = 30
LONGEST_QUESTION = 60

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Shown(Generic[Row]):
    """A part of a list, how many there are, and the address that shows all of them ("" when they are)."""

    rows: Sequence[Row]
    total: int
    all_address: str


def asked(request: HttpRequest) -> str:
    """What was typed into the search field of the page."""
    return " ".join(request.GET.get("q", "").split())[:LONGEST_QUESTION]


def shown(request: HttpRequest, rows: Sequence[Row]) -> Shown[Row]:
    """The first rows, or all when the address says so."""
    if len(rows) <= SHOWN_FIRST or request.GET.get("all") == "1":
        return Shown(rows, len(rows), "")
    kept = {name: request.GET[name] for name in ("q", "show", "group") if request.GET.get(name)}
    return Shown(rows[:SHOWN_FIRST], len(rows), "?" + urlencode(kept | {"all": "1"}))
