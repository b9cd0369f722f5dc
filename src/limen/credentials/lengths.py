"""How long doorcodes are in a building: its own choice, as far as the odds at each of its doors allow (CODE-2, CODE-12)."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from limen.credentials import queries
from limen.credentials.views import Odds
from limen.kernel.actors import Actor
from limen.kernel.problems import Refused
from limen.places import queries as places
from limen.places import services as buildings


def choose_length(*, property_id: UUID, digits: int | None, by: Actor, now: datetime) -> None:
    """Sets the length of all codes of a building, or with None lets each door be as short as its odds allow; none is shortened by that.

    Refused `codes_too_short` with the odds at the door that asks for most: shorter codes need the owner's written consent, which no button is.
    Problem `code_digits` for what no keypad takes. NotYours.
    """
    if digits is not None and (worst := too_short(property_id, digits, now)) is not None:
        raise Refused(
            "codes_too_short",
            _(
                "%(digits)s digits at %(door)s: a day of guessing gets in 1 time in %(one_in)s. The limit is 1 in %(limit)s. Choose %(least)s."
            ),
            gaps={
                "digits": digits,
                "door": places.door_view(worst.door_id).name,
                "one_in": worst.one_in,
                "limit": worst.limit_one_in,
                "least": worst.least_digits,
            },
        )
    buildings.edit_property(property_id=property_id, code_digits="by_odds" if digits is None else digits, by=by, now=now)


def too_short(property_id: UUID, digits: int, now: datetime) -> Odds | None:
    """The odds at the door that needs the longest codes, if a length is too short there; None where every door allows it."""
    asked = (queries.odds(door.id, now, digits=digits) for door in places.doors(property_id) if door.codes_allowed)
    refusing = [odds for odds in asked if not odds.within_limit]
    return max(refusing, key=lambda odds: (odds.least_digits, -odds.one_in), default=None)
