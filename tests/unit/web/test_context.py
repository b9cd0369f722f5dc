"""Every template knows how phones reach locks here, whether a door is real, and whose page it is; each way out empties the browser."""

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from limen.web.context import house

SOURCE = Path(__file__).parents[3] / "src" / "limen"
FORM = re.compile(r"<form[^>]*account_logout[^>]*>")
NOBODY_YET = "logout-from-stage"
"""Who gives up at the second step was not signed in: there is nothing of theirs here."""


@pytest.mark.parametrize(("demonstration", "channel"), [(True, "websocket"), (False, "bluetooth")])
def test_only_a_demonstration_speaks_to_locks_over_a_socket(settings: LazySettings, demonstration: bool, channel: str) -> None:
    """A real installation never offers the simulated air."""
    settings.LIMEN_DEMO = demonstration
    assert house(RequestFactory().get("/"))["channel"] == channel


def test_the_other_language_is_offered() -> None:
    """From English Spanish, from Spanish English."""
    request = RequestFactory().get("/")
    request.LANGUAGE_CODE = "es"
    assert house(request)["other_language"] == ("en", "English")


@pytest.mark.rule("PEOPLE-7")
def test_each_form_that_signs_out_empties_the_browser_first() -> None:
    """From the app, from the console, from the pages of the account: a wallet is left behind on none of these ways."""
    templates = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("templates/**/*.html")]
    forms = [form for text in templates for form in FORM.findall(text) if NOBODY_YET not in form]
    assert len(forms) >= 5
    assert [form for form in forms if "data-sign-out" not in form] == []
    page = (SOURCE / "web/templates/account/logout.html").read_text(encoding="utf-8")
    assert "{% block form_attributes %} data-sign-out{% endblock %}" in page
