"""The people of the demonstration: one of each kind, found by their addresses (screens, first page)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody one can be: a key for the address, a first name, and what they are here."""

    key: str
    first: str
    email: str
    who: Promise
    home: str


PLAYERS = (
    Player("ana", "Ana", "ana@example.org", _("portfolio manager"), "/c/"),
    Player("ben", "Ben", "ben@example.org", _("property manager, may give 2 groups"), "/c/"),
    Player("milo", "Milo", "milo@example.org", _("technician, updates doors"), "/c/"),
    Player("sofia", "Sofia", "sofia@example.org", _("security staff"), "/c/"),
    Player("dana", "Dana", "dana@example.org", _("lives in 4B, has the app"), "/home/"),
    Player("theo", "Theo", "theo@example.org", _("lives in 4B too"), "/home/"),
    Player("ines", "Ines", "ines@example.org", _("guest of Dana"), "/home/"),
    Player("gus", "Gus", "gus@example.org", _("plumber, vendor"), "/home/"),
)


def player(key: str) -> Player | None:
    """Gives the player with this key, or None."""
    return next((player for player in PLAYERS if player.key == key), None)
