"""A problem is a page for people and problem details for programs, with one status."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory

from limen.kernel.problems import NotYours, TooMany
from limen.web import limits, problems

NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)


def test_programs_get_problem_details() -> None:
    """RFC 9457, by path and by what the asker accepts."""
    for request in (RequestFactory().get("/gateway/inbox"), RequestFactory().get("/c/", headers={"Accept": "application/json"})):
        answer = problems.answer(request, NotYours())
        assert answer["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["status"] == answer.status_code == 404


@pytest.mark.django_db
def test_people_get_a_sentence_and_a_way_back() -> None:
    """M27, for what is absent and for what is somebody else's."""
    request = RequestFactory().get("/c/doors/1")
    request.user = None  # type: ignore[assignment]
    answer = problems.as_page(request, NotYours())
    assert "We could not find that, or it is not yours to see." in answer.content.decode()
    assert answer.status_code == 404


def test_a_limit_says_when_to_come_back() -> None:
    """Retry-After counts from this request's own instant."""
    request = RequestFactory().get("/gateway/inbox")
    request.now = NOW  # type: ignore[attr-defined]
    answer = problems.answer(request, TooMany("often", "Many tries from here.", retry_at=NOW + timedelta(seconds=90)))
    assert answer["Retry-After"] == "90"


@pytest.mark.django_db
def test_a_limit_of_ours_tells_the_person_the_time(now: datetime) -> None:
    """On the wall of the asker's building; with the day where it is another one; in UTC where nobody knows a building."""
    often = TooMany(limits.TOO_OFTEN, "Too many tries.", "Try again in a few minutes.", retry_at=NOW + timedelta(minutes=10))
    request = RequestFactory().get("/home/api/state")
    request.now = NOW  # type: ignore[attr-defined]
    assert json.loads(problems.answer(request, often).content)["detail"] == "Try again at 19:12 UTC."
    request.asker = SimpleNamespace(zone=ZoneInfo("America/New_York"))  # type: ignore[attr-defined]
    assert json.loads(problems.answer(request, often).content)["detail"] == "Try again at 14:12."
    often.retry_at = NOW + timedelta(days=1)
    told = problems.answer(request, often)
    assert json.loads(told.content)["detail"] == "Try again from Sun 22 Nov 14:02." and told["Retry-After"] == "86400"


@pytest.mark.parametrize(
    ("came", "offered"), [("http://testserver/c/people?q=da", "/c/people"), ("https://elsewhere.example/c/people", "")]
)
def test_a_form_that_is_too_old_leads_back_to_its_page(came: str, offered: str) -> None:
    """To a page of ours only, and without what was asked there."""
    answer = problems.csrf_failed(RequestFactory().post("/c/people", headers={"referer": came})).content.decode()
    assert ("Load the page again" in answer) == bool(offered) and "elsewhere" not in answer
    assert f'href="{offered or "/"}"' in answer
