"""Who tried too often reads when it may be tried again, and nothing else."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from allauth.core.internal import ratelimit
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

from limen.identity import services, tries
from limen.identity.models import User
from limen.kernel.actors import SYSTEM
from limen.places import services as places_verbs
from limen.storage.transactions import unit_of_work
from tests.cast import PASSWORD, Harbor

TWO_PAST_TWO = datetime(2026, 11, 21, 19, 2, 10, tzinfo=UTC)
"""14:02:10 at 88 Harbor Street."""
SENTENCE = re.compile(r"Too many tries\. Try again at [\w :]+\.")


class Counting:
    """The clock that allauth counts by; a test moves it."""

    def __init__(self) -> None:
        self.at = TWO_PAST_TWO

    def time(self) -> float:
        return self.at.timestamp()


@pytest.fixture
def counting(house: Harbor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counting]:
    """88 Harbor Street at 14:02:10, with accounts for Ana and Dana."""
    for name in ("ana", "dana"):
        services.set_password(person_id=house.people[name], password=PASSWORD, now=house.now)
    counting = Counting()
    real = ratelimit.time
    monkeypatch.setattr(ratelimit, "time", SimpleNamespace(time=counting.time, monotonic=real.monotonic, sleep=real.sleep))
    yield counting
    cache.clear()


def sign_in(client: Client, email: str = "dana@example.org", password: str = "not her password at all") -> str:
    return client.post("/signin", {"login": email, "password": password}, follow=True).content.decode()


@pytest.mark.rule("PEOPLE-5")
def test_the_hour_is_the_same_whether_an_account_exists_or_not(counting: Counting) -> None:
    """Five wrong passwords within 20 seconds: the sixth waits until the first is forgotten, said on the building's wall and rounded up."""
    said = {}
    for email in ("dana@example.org", "nobody@example.org"):
        cache.clear()
        counting.at = TWO_PAST_TWO
        for _ in range(5):
            assert not SENTENCE.search(sign_in(Client(), email))
            counting.at += timedelta(seconds=4)
        said[email] = SENTENCE.findall(sign_in(Client(), email))
    assert said["dana@example.org"] == said["nobody@example.org"] == ["Too many tries. Try again at 14:08."]


def test_at_the_named_minute_a_try_counts_again(counting: Counting) -> None:
    """What the sentence promises is kept: the right password at 14:08 signs in, one second before 14:07:10 it does not."""
    for _ in range(6):
        sign_in(Client())
    counting.at = TWO_PAST_TWO + timedelta(seconds=299)
    assert SENTENCE.search(sign_in(Client(), password=PASSWORD))
    counting.at = datetime(2026, 11, 21, 19, 8, tzinfo=UTC)
    assert not SENTENCE.search(sign_in(Client(), password=PASSWORD))


def test_an_address_of_the_network_that_asks_without_end_gets_the_time_as_a_page(counting: Counting) -> None:
    """Allauth's own limit of 30 a minute answers with our sentence, its status and when to come back."""
    browser = Client()
    for n in range(30):
        browser.post("/signin", {"login": f"{n}@example.org", "password": "wrong"})
    answer = browser.post("/signin", {"login": "dana@example.org", "password": PASSWORD})
    assert answer.status_code == 429 and int(answer["Retry-After"]) >= 1
    assert "Too many tries. Try again at 14:04." in answer.content.decode()
    spanish = browser.post("/signin", {"login": "dana@example.org", "password": PASSWORD}, headers={"accept-language": "es"})
    assert "Demasiados intentos. Inténtelo de nuevo a las 14:04." in spanish.content.decode()


@pytest.mark.parametrize("path", ["/account/login/code/", "/signin/lost"])
@pytest.mark.parametrize("email", ["dana@example.org", "nobody@example.org"])
def test_mails_asked_for_too_often_say_when_the_next_may_be(counting: Counting, path: str, email: str) -> None:
    """The code by mail and the lost password, for an account and for nobody's address alike."""
    said = [Client().post(path, {"email": email}).content.decode() for _ in range(6)]
    assert not SENTENCE.search(said[0]) and SENTENCE.findall(said[-1])[0] == "Too many tries. Try again at 14:04."


def test_wrong_digits_of_an_authenticator_say_when_the_next_may_be(house: Harbor, counting: Counting) -> None:
    """After the right password: five wrong codes, and then the time; the right digits wait for it too."""
    secret = services.enroll_authenticator(person_id=house.people["ana"], now=house.now)
    browser = Client()
    assert "Second step" in sign_in(browser, "ana@example.org", PASSWORD)
    for _ in range(5):
        assert not SENTENCE.search(browser.post("/account/2fa/authenticate/", {"code": "000000"}).content.decode())
    right = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    assert "Too many tries. Try again at 14:08." in browser.post("/account/2fa/authenticate/", {"code": right}).content.decode()
    assert "_auth_user_id" not in browser.session


def test_a_used_up_mailed_code_asks_for_another_one(counting: Counting) -> None:
    """There is nothing to wait for: a new code may be asked for at once."""
    browser = Client()
    browser.post("/account/login/code/", {"email": "nobody@example.org"})
    for _ in range(8):
        said = browser.post("/account/login/code/confirm/", {"code": "000000"}, follow=True).content.decode()
        if "Too many tries. Ask for a new code." in said:
            return
    raise AssertionError("wrong codes went on for ever")


def test_where_buildings_have_their_own_hours_the_zone_is_said(house: Harbor, counting: Counting) -> None:
    """A stranger may mean either building; Ana, once proven, only hers; nobody is told a bare hour that is somebody else's."""
    with unit_of_work():
        places_verbs.create_property(
            portfolio_id=house.portfolio_id, name="1 Calle Mayor", address="1 Calle Mayor", city_line="Madrid", time_zone="Europe/Madrid",
            profile="EU", office_phone="", by=SYSTEM, now=house.now,
        )  # fmt: skip
    at = TWO_PAST_TWO + timedelta(minutes=10)
    assert tries.say_again(at, None, house.now) == "19:12 UTC"
    assert tries.say_again(at, house.people["dana"], house.now) == "14:12"
    assert User.objects.get(person_id=house.people["dana"]).is_active
