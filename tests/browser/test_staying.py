"""A sign-in that is about to end says so on the page, and one button keeps it."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.hindrances import none_on
from tests.server import Running

NEARLY_A_MONTH = 30 * 24 * 3600 - 60


@pytest.mark.parametrize(("who", "page"), [("milo", "/c/updates"), ("dana", "/home/me")])
def test_twenty_seconds_before_the_end_one_may_stay(demo: Running, someone: Callable[..., Page], who: str, page: str) -> None:
    """The hour is played, the wish to stay is real: a page that was open for a month warns, Stay asks the service, and the page goes on."""
    phone = someone(service_workers="block")
    phone.goto(f"{demo.address}/demo/")
    phone.locator(f'form[action="/demo/sign-in/{who}"] button').first.click()
    phone.wait_for_url(re.compile("/(home|c)/"))
    if phone.url.endswith("/home/consent"):
        phone.locator("button[value=agree]").click()
        phone.wait_for_url(re.compile("/home/$"))
    phone.clock.install()
    phone.goto(f"{demo.address}{page}")
    warning = phone.get_by_role("dialog", name="Your sign-in ends in 20 seconds.")
    expect(warning).to_be_hidden()

    def nearly_over(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(body=json.dumps({"left_s": 19}), content_type="application/json")
        else:
            route.continue_()

    phone.route("**/account/stay", nearly_over)
    phone.clock.fast_forward(NEARLY_A_MONTH * 1000)
    phone.clock.fast_forward(60_000)
    expect(warning).to_be_visible()
    expect(warning.get_by_role("heading")).to_be_focused()
    none_on(phone)
    with phone.expect_response(lambda answer: answer.url.endswith("/account/stay") and answer.request.method == "POST") as stayed:
        warning.get_by_role("button", name="Stay").press("Enter")
    assert stayed.value.json()["left_s"] > NEARLY_A_MONTH
    expect(warning).to_be_hidden()
