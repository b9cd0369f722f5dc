"""Lengths as the reader measures them: in metres, or in feet where their country does (screens 1.2)."""

import re
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

FEET: Final = frozenset({"us", "lr", "mm"})
"""Countries that measure in feet."""
PROFILES_IN_FEET: Final = frozenset({"US", "NYC"})
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
REGION: Final = re.compile(r"-([a-z]{2})(?:-|$)")


@dataclass(frozen=True, slots=True)
class Lengths:
    """What a page measures, said in `feet` or not."""

    feet: bool

    @property
    def near(self) -> str:
        """How close a phone must be to a lock; on one line, for a number without its unit says something else."""
        return (_("10 feet") if self.feet else _("3 m")).replace(" ", NO_BREAK)


def lengths(request: HttpRequest, profile: str) -> Lengths:
    """By the country that the reader's browser names, first of all in its list; where it names none, by the building's (its privacy profile)."""
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    regions = [found[1] for language, _share in accepted if (found := REGION.search(language)) is not None]
    return Lengths(regions[0] in FEET if regions else profile in PROFILES_IN_FEET)
