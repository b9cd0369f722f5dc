"""Lengths by country: 3 m or 10 feet (screens 1.2)."""

import pytest
from django.test import RequestFactory
from django.utils import translation

from limen.web.lengths import lengths


@pytest.mark.parametrize(
    ("accepted", "profile", "near"),
    [
        ("en-US,en;q=0.9", "EU", "10 feet"),
        ("es-US,es;q=0.9", "EU", "10 feet"),
        ("es-MX,es;q=0.9,en-US;q=0.8", "US", "3 m"),
        ("en-GB", "NYC", "3 m"),
        ("zh-Hant-TW,en-US;q=0.5", "US", "3 m"),
        ("en, en-US;q=0.7", "EU", "10 feet"),
        ("en", "US", "10 feet"),
        ("en", "NYC", "10 feet"),
        ("es", "EU", "3 m"),
        ("es-419,es;q=0.9", "US", "10 feet"),
        ("", "US", "10 feet"),
        ("", "", "3 m"),
        ("*;q=x,;;,-us-,é", "EU", "3 m"),
    ],
)
def test_the_readers_country_decides_and_where_none_is_named_the_buildings(accepted: str, profile: str, near: str) -> None:
    """Whoever stands at a door measures as at home; a language alone says nothing of a country."""
    request = RequestFactory().get("/", headers={"accept-language": accepted})
    with translation.override("en"):
        assert lengths(request, profile).near.split() == near.split()


def test_feet_are_said_in_the_readers_language() -> None:
    """Spanish is read in the United States too."""
    request = RequestFactory().get("/", headers={"accept-language": "es-US"})
    with translation.override("es"):
        assert lengths(request, "US").near == "10\N{NO-BREAK SPACE}pies"
