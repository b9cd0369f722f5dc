"""What every template may know about the house it is shown in."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import mark_safe

from limen.identity import queries as identity


def house(request: HttpRequest) -> dict[str, object]:
    """The import map, whether this is a demonstration, how phones reach locks here, the other language, and whose page it is, if asked."""
    language = getattr(request, "LANGUAGE_CODE", "en")
    return {
        "import_map": mark_safe(settings.LIMEN_IMPORT_MAP),  # noqa: S308 (our own text; its hash is in the policy)
        "demonstration": settings.LIMEN_DEMO,
        "channel": "websocket" if settings.LIMEN_DEMO else "bluetooth",
        "other_language": ("es", "Español") if language.startswith("en") else ("en", "English"),
        "whose": lambda: identity.person_of(request.user) or "",
    }
