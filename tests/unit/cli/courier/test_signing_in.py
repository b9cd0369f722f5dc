"""Signing in goes through the same pages as a browser, and never says whether the account exists."""

from urllib.parse import parse_qs

import pytest

from limen.cli.courier.service import NoSignal, Service
from limen.cli.courier.signing_in import NotSignedIn, play, sign_in
from tests.unit.cli.little_server import Answer, Asked, serving

FORM = b'<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="t"></form>'
SESSION = ("Set-Cookie", "sessionid=s; Path=/")


def house(asked: Asked) -> Answer:
    """Ana has a second factor, Dana has none, nobody else is known."""
    said = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
    match (asked.method, asked.path):
        case ("POST", "/signin") if said.get("login") == "ana" and said["password"] == "right":
            return Answer(302, headers=(("Location", "/account/2fa/authenticate/"), SESSION))
        case ("POST", "/signin") if said.get("login") == "dana" and said["password"] == "right":
            return Answer(302, headers=(("Location", "/home/"), SESSION))
        case ("POST", "/account/2fa/authenticate/") if said.get("code") == "123456":
            return Answer(302, headers=(("Location", "/c/"),))
        case ("POST", "/demo/sign-in/dana"):
            return Answer(302, headers=(("Location", "/home/"), SESSION))
        case ("POST", "/demo/sign-in/nobody"):
            return Answer(404)
        case _:
            return Answer(body=FORM)


def try_in(email: str, password: str, code: str = "") -> bool:
    """Whether a session was opened."""
    with serving(house) as little:
        service = Service(little.origin)
        try:
            sign_in(service, email, password, lambda: code)
        except NotSignedIn as no:
            assert str(no) == "Wrong e-mail or password."
            return False
        finally:
            service.close()
    return True


@pytest.mark.rule("PEOPLE-5")
def test_a_manager_needs_the_second_factor() -> None:
    """The password alone is not enough, and a wrong code neither."""
    assert try_in("ana", "right", "123456")
    assert not try_in("ana", "right", "000000")


def test_a_resident_needs_the_password() -> None:
    """Wrong password and unknown address read the same."""
    assert try_in("dana", "right")
    assert not try_in("dana", "wrong")
    assert not try_in("nobody", "right")


def test_in_a_demonstration_one_plays_somebody() -> None:
    """By the key of the cast; elsewhere and for nobody there is no such door."""
    with serving(house) as little:
        service = Service(little.origin)
        play(service, "dana")
        service.http.cookies.clear()
        with pytest.raises(NotSignedIn):
            play(service, "nobody")
        service.close()


def test_without_signal_nobody_signs_in() -> None:
    """And it is said as what it is."""
    service = Service("http://127.0.0.1:9")
    with pytest.raises(NoSignal):
        sign_in(service, "dana", "right", str)
    with pytest.raises(NoSignal):
        play(service, "dana")
    service.close()
