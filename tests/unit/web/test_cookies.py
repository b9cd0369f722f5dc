"""The cookie of a session is more than what lies in the database."""

from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from limen.web.cookies import SessionCookies, SocketCookies, key_in, marked

NAME = settings.SESSION_COOKIE_NAME


def holding(cookie: str) -> Client:
    """A browser with this cookie and no other."""
    client = Client()
    client.cookies[NAME] = cookie
    return client


def signed_in() -> Client:
    """A browser in which Dana is signed in."""
    user = get_user_model().objects.make(UUID(int=7))
    user.set_password("correct horse battery")
    user.save()
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.rule("SEC-2", "PEOPLE-5")
@pytest.mark.django_db
def test_the_key_of_a_session_out_of_the_database_signs_nobody_in() -> None:
    """A thief of the database, or of yesterday's backup, holds the key of everybody who is signed in, and with it nothing."""
    own = signed_in()
    assert "_auth_user_id" in own.session
    stolen = Session.objects.get().session_key
    assert holding(own.cookies[NAME].value).get("/account/sessions/").status_code == 200
    for forged in (stolen, f"{stolen}:", f"{stolen}:{'A' * 43}", marked("x" * 32).replace("x" * 32, stolen)):
        answer = holding(forged).get("/account/sessions/")
        assert answer.status_code == 302 and answer["Location"].startswith("/signin"), forged


def test_a_browser_is_given_the_key_under_our_mark_and_as_protected_as_before() -> None:
    """What Django sets leaves with the mark, what it deletes stays deleted, and a cookie that is not ours never reaches it."""
    seen: list[str | None] = []

    def page(request: HttpRequest) -> HttpResponse:
        seen.append(request.COOKIES.get(NAME))
        response = HttpResponse()
        response.set_cookie(NAME, "k" * 32, max_age=60, httponly=True, samesite="Lax")
        return response

    request = RequestFactory().get("/")
    request.COOKIES[NAME] = "somebody's"
    given = SessionCookies(page)(request).cookies[NAME]
    assert seen == [None]
    assert (key_in(given.value), given["httponly"], given["samesite"], given["max-age"]) == ("k" * 32, True, "Lax", 60)


@pytest.mark.django_db
def test_signing_out_takes_the_cookie_away() -> None:
    """And says so to the browser."""
    gone = signed_in().post("/account/logout/").cookies[NAME]
    assert (gone.value, gone["max-age"]) == ("", 0)


@pytest.mark.parametrize(("cookie", "left"), [(marked("k" * 32), "k" * 32), ("k" * 32, None), ("", None)])
def test_a_socket_is_judged_like_a_page(cookie: str, left: str | None) -> None:
    """Channels sees the key under our mark, or no session at all; other cookies are left alone."""
    seen: dict[str, str] = {}

    async def inner(scope: dict[str, dict[str, str]], receive: object, send: object) -> None:
        seen.update(scope["cookies"])

    said = SocketCookies(inner)({"cookies": {NAME: cookie, "limen-language": "es"}}, None, None)  # type: ignore[arg-type]
    with pytest.raises(StopIteration):
        said.send(None)
    assert (seen.pop(NAME, None), seen) == (left, {"limen-language": "es"})
