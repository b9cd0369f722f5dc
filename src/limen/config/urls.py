"""Which surface answers which address. A surface that has no addresses yet is left out."""

from importlib.util import find_spec

from allauth.account import views as account
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from limen.config import front
from limen.web import staying


def surface(prefix: str, room: str) -> list[URLResolver]:
    """The addresses of one surface under its prefix."""
    urls = f"limen.{room}.urls"
    return [path(prefix, include(urls))] if find_spec(urls) else []


urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.root, name="root"),
    path("healthz", front.health, name="health"),
    *surface("c/", "console"),
    *surface("", "resident"),  # /home/… and /join/…
    *surface("v/", "visitor"),
    *surface("gateway/", "gateway"),
    *surface("api/", "api"),
    # Before allauth's own: nobody changes an address or connects a provider by hand (PEOPLE-1).
    path("account/email/", front.nowhere, name="account_email"),
    path("account/3rdparty/", front.nowhere, name="socialaccount_connections"),
    path("account/stay", staying.stay, name="stay"),
    path("account/", include("allauth.urls")),
    # After allauth's own, so that its names lead to these addresses.
    path("signin", account.login, name="account_login"),
    path("signin/lost", account.password_reset, name="account_reset_password"),
]

if settings.LIMEN_DEMO:
    urlpatterns += surface("", "bench")  # /demo/… and /bench/…

handler400 = "limen.web.problems.not_understood"
handler429 = "limen.web.problems.too_many"  # asked for by allauth
handler404 = "limen.web.problems.not_found"
handler500 = "limen.web.problems.broken"
