"""A page tells times in its building's zone; a form with errors says so to programs too."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.test import RequestFactory
from django.test.signals import template_rendered

from limen.web import pages
from limen.web.lengths import Lengths


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


@dataclass(frozen=True)
class Place:
    """As much of a building as a page asks for."""

    profile: str


@pytest.mark.django_db
@pytest.mark.parametrize(("profile", "feet"), [("US", True), ("EU", False)])
def test_a_page_measures_as_its_building_does_where_the_reader_names_no_country(profile: str, feet: bool) -> None:
    """Every page can say a length; the reader's own country comes first."""
    shown = list[object]()

    def see(context: dict[str, object], **_more: object) -> None:
        shown.append(context["lengths"])

    template_rendered.connect(see)
    for accepted in ("en", "en-US", "es-MX"):
        request = RequestFactory().get("/", headers={"accept-language": accepted})
        request.user = None  # type: ignore[assignment]
        shown.clear()
        pages.render(request, "web/problem.html", {"title": "x", "place": Place(profile)})
        assert set(shown) == {Lengths(feet if accepted == "en" else accepted == "en-US")}
    template_rendered.disconnect(see)
