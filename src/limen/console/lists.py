"""Long lists: the first thirty, a search, and everything when asked for; what was chosen stays in the address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest

from limen.people import queries as people

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


def nearest(text: str, names: Iterable[str]) -> str:
    """The name that was probably meant, by its letters alone; "" if none is near. For a search that found nothing."""
    plain = {people.plain(name): name for name in names}
    found = get_close_matches(people.plain(text), plain, n=1, cutoff=0.5)
    return plain[found[0]] if found else ""


def shown(request: HttpRequest, rows: Sequence[Row]) -> Shown[Row]:
    """The first rows, or all when the address says so."""
    if len(rows) <= SHOWN_FIRST or request.GET.get("all") == "1":
        return Shown(rows, len(rows), "")
    kept = {name: request.GET[name] for name in ("q", "show", "group") if request.GET.get(name)}
    return Shown(rows[:SHOWN_FIRST], len(rows), "?" + urlencode(kept | {"all": "1"}))
