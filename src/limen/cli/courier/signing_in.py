"""Signing in with e-mail and password, through the same pages as a browser; a second factor is asked for where the account has one."""

import re
from collections.abc import Callable
from typing import Final

import httpx

from limen.cli.courier.service import NoSignal, Service

TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')
SECOND_FACTOR: Final = "/2fa/authenticate"


class NotSignedIn(Exception):
    """The sentence to show; it never says whether the account exists."""


def sign_in(service: Service, email: str, password: str, code: Callable[[], str]) -> None:
    """Opens a session in the service's cookies, or raises `NotSignedIn`."""
    try:
        answer = _post(service.http, "/signin", {"login": email, "password": password})
        if SECOND_FACTOR in str(answer.url):
            answer = _post(service.http, str(answer.url), {"code": code()})
    except httpx.TransportError as problem:
        raise NoSignal from problem
    if "sessionid" not in service.http.cookies or "/signin" in str(answer.url) or SECOND_FACTOR in str(answer.url):
        raise NotSignedIn("Wrong e-mail or password.")


def play(service: Service, key: str) -> None:
    """Signs in as one of a demonstration's cast; elsewhere there is no such door."""
    try:
        found = TOKEN.search(service.http.get("/signin").text)
        answer = _send(service.http, f"/demo/sign-in/{key}", {}, found[1] if found else "")
    except httpx.TransportError as problem:
        raise NoSignal from problem
    if answer.status_code >= 400 or "sessionid" not in service.http.cookies:
        raise NotSignedIn("This is no demonstration, or nobody in it has that name.")


def _post(http: httpx.Client, address: str, said: dict[str, str]) -> httpx.Response:
    page = http.get(address)
    found = TOKEN.search(page.text)
    if found is None:
        raise NotSignedIn("The sign-in page was not understood.")
    return _send(http, address, said, found[1])


def _send(http: httpx.Client, address: str, said: dict[str, str], token: str) -> httpx.Response:
    return http.post(address, data={**said, "csrfmiddlewaretoken": token}, headers={"Referer": str(http.base_url), "X-CSRFToken": token})
