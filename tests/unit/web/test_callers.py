"""Who asks, where programmes ask."""

from datetime import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory

from limen.identity import services as identity
from limen.identity.models import User
from limen.kernel.problems import Problem
from limen.storage.transactions import unit_of_work
from limen.web.callers import TOKEN_CHARS_MAX, Caller, caller
from tests.cast import Harbor, harbor

GONE = Problem("phone-removed", "Gone.", status=410)


@pytest.fixture
def house(db: None, now: datetime) -> Harbor:
    return harbor(now)


def asking(user: User | None = None, *, strict: bool = False, **headers: str) -> HttpRequest:
    """A request as it arrives; `strict` as from a real browser, whose pages Django's tests do not check."""
    request = RequestFactory().post("/gateway/time", headers=headers)
    request.user = user or AnonymousUser()
    request._dont_enforce_csrf_checks = not strict  # type: ignore[attr-defined]
    return request


def refused(request: HttpRequest) -> tuple[str, int]:
    with pytest.raises(Problem) as problem:
        caller(request, removed=GONE)
    return problem.value.type, problem.value.status


@pytest.mark.rule("PEOPLE-7")
def test_a_token_speaks_for_its_phone_until_the_phone_is_removed(house: Harbor, now: datetime) -> None:
    """It needs no page of ours; afterwards the surface's own word says why."""
    phone = house.phone("dana", platform="native", seed=9)
    dana = house.people["dana"]
    _same, token = identity.register_phone(person_id=dana, public_key=phone.public_key, platform="native", name="", now=now)
    found = caller(asking(strict=True, Authorization=f"Bearer {token}"), removed=GONE)
    assert (found.person_id, found.phone and found.phone.id) == (dana, phone.id)
    with unit_of_work():
        identity.remove_phone(phone_id=phone.id, by=house.actor("dana"), now=now)
    assert refused(asking(Authorization=f"Bearer {token}")) == ("phone-removed", 410)


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "Bearer " + "x" * (TOKEN_CHARS_MAX + 1)])
def test_anything_else_in_the_header_is_nobody(house: Harbor, header: str) -> None:
    """Even beside a good session: who sends a header is judged by it."""
    house.phone("dana")
    assert refused(asking(User.objects.get(person_id=house.people["dana"]), Authorization=header)) == ("signed-out", 401)


def test_a_session_speaks_for_its_person_from_a_page_of_ours_only(house: Harbor) -> None:
    """A form on another site has the cookie, and not the page's own word."""
    house.phone("dana")
    user = User.objects.get(person_id=house.people["dana"])
    assert caller(asking(user), removed=GONE) == Caller(house.people["dana"], None)
    assert refused(asking(user, strict=True)) == ("form_too_old", 403)
    assert refused(asking()) == ("signed-out", 401)
