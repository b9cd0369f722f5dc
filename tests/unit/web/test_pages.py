"""A page tells times in its building's zone; a form with errors says so to programs too."""

from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.test import RequestFactory

from limen.web import pages


class OneField(forms.Form):
    name = forms.CharField(max_length=10)


@pytest.mark.django_db
def test_a_form_with_errors_answers_422() -> None:
    """The page is shown again, and a program need not read it to know."""
    request = RequestFactory().get("/")
    request.user = None  # type: ignore[assignment]
    bad = OneField({"name": ""})
    page = pages.render(request, "web/problem.html", {"form": bad, "title": "x"}, zone=ZoneInfo("Europe/Lisbon"))
    assert page.status_code == 422
    assert 'data-zone="Europe/Lisbon"' in page.content.decode()
    assert pages.render(request, "web/problem.html", {"form": OneField(), "title": "x"}).status_code == 200
