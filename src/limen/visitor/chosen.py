"""What a visitor chose for their screen: a language, and larger text. It rides in addresses from page to page, for there is no cookie (screens 1.4)."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest

from limen.web.middleware import LANGUAGES

LARGER: Final = "larger"
HERE_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class Chosen:
    """`language` is empty where nobody asked for one: then the browser's counts, on each page anew. `here`: what else the address says, encoded."""

    language: str
    larger: bool
    here: str

    @property
    def fields(self) -> dict[str, str]:
        """For a form, by name."""
        return ({"lang": self.language} if self.language else {}) | ({"text": LARGER} if self.larger else {})

    @property
    def alone(self) -> str:
        """For an address that says nothing else: "?lang=es", or empty."""
        return f"?{urlencode(self.fields)}" if self.fields else ""

    @property
    def too(self) -> str:
        """For an address that says something already: "&lang=es", or empty."""
        return f"&{urlencode(self.fields)}" if self.fields else ""


def chosen(request: HttpRequest) -> Chosen:
    """As the address says; whatever else stands there is nothing."""
    asked = request.GET.get("lang", "")
    return Chosen(asked if asked in LANGUAGES else "", request.GET.get("text") == LARGER, _here(request))


def _here(request: HttpRequest) -> str:
    """The search, its page, and who is called: they stay when the language or the size of the text changes."""
    said = {name: request.GET.get(name, "")[:HERE_MAX] for name in ("q", "page", "to")}
    kept = {name: value for name, value in said.items() if value}
    return f"&{urlencode(kept)}" if kept else ""
