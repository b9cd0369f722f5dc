"""How a surface answers with a page: a template, the building's zone, and nothing else by accident."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as django_render

from limen.web.lengths import lengths


def render(
    request: HttpRequest, template: str, context: Mapping[str, object] | None = None, *, zone: ZoneInfo | None = None, status: int = 200
) -> HttpResponse:
    """The template with times told in `zone` and lengths as the reader measures; a form with errors answers 422, so that programs see it too."""
    values = dict(context or {})
    values.setdefault("zone", zone or ZoneInfo("UTC"))
    values.setdefault("lengths", lengths(request, getattr(values.get("place"), "profile", "")))
    if status == 200 and any(isinstance(v, BaseForm) and v.is_bound and v.errors for v in values.values()):
        status = 422
    return django_render(request, template, values, status=status)
