"""The privacy policy in ten lines, in the words of who reads it, and the version that people agree to (PEOPLE-6)."""

from typing import Final

from django.utils.translation import gettext as _

VERSION: Final = "2026-11"
"""Raised with every change of what the lines promise; then everybody is asked once more."""

_KEPT: Final = {"US": 24, "NYC": 3, "EU": 3}
"""Months of history by privacy profile (PRIVACY-1)."""


def lines(profile: str) -> tuple[str, ...]:
    """Ten lines: what is kept, who sees it, how long, and what one can do about it."""
    months = _KEPT.get(profile, min(_KEPT.values()))
    kept = _("History is kept for two years, then it is deleted or made nameless.")
    if months == 3:
        kept = _("History is kept for 90 days, then it is deleted or made nameless.")
    return (
        _("We keep your name, your e-mail address, your phones and the doors you may open."),
        _("Only you see when you come and go at your own unit door."),
        _("The people you live with see which guests, staff and services came in."),
        _("Managers see the history of common and service doors, and of staff and services at unit doors."),
        _("Photos at a door with a camera are seen by the household, or by named security staff at shared doors."),
        _("Who looks at your history is recorded, and you can see it."),
        kept,
        _("Codes are never stored in readable form. Calls are never recorded."),
        _("You can get a copy of your data, and have it deleted."),
        _("Nobody needs the app. A code or a card opens the same doors."),
    )
