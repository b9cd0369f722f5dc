"""One person at one browser: cookies, forms with their tokens, the resident app's interface. Scripts are not run; what they would send is sent."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final
from urllib.parse import urljoin

import httpx

from limen.cli.rehearsal import pages
from limen.cli.rehearsal.pages import Form, NotOnPage, Page

Json = dict[str, object]
Values = Mapping[str, str | Sequence[str]]
Files = Mapping[str, tuple[str, bytes, str]]
SLOW_S: Final = 60.0


class Browser:
    """Cookies of one person. Redirects are followed; an answer of 500 or more is never overlooked."""

    def __init__(self, origin: str, language: str = "en", transport: httpx.BaseTransport | None = None) -> None:
        """`transport` leads somewhere else than over the network, such as to a service in this process."""
        self.origin = origin.rstrip("/")
        self._http = httpx.Client(
            base_url=self.origin,
            follow_redirects=True,
            timeout=SLOW_S,
            trust_env=False,
            transport=transport,
            headers={"Accept-Language": language, "Accept": "text/html"},
        )

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        """Closes its connections."""
        self._http.close()

    def get(self, path: str, expect: int = 200, **query: str) -> Page:
        """A page; `NotOnPage` where the status is another one than expected."""
        return self._page(self._http.get(path, params=query or None), expect)

    def press(
        self, page: Page, button: str, values: Values | None = None, *, files: Files | None = None, holds: str = "", expect: int = 200
    ) -> Page:
        """Fills the form that has this button and sends it. Naming a field that the form lacks is a mistake of the page or of the story."""
        return self.send(page, page.form(button, holds), button, values, files=files, expect=expect)

    def send(
        self, page: Page, form: Form, button: str, values: Values | None = None, *, files: Files | None = None, expect: int = 200
    ) -> Page:
        """Sends one form of a page."""
        body = form.sent(button)
        for name, value in (values or {}).items():
            if name not in form.fields:
                raise NotOnPage(f"no field {name!r} among {sorted(form.fields)} on {page.here()}")
            body[name] = [value] if isinstance(value, str) else list(value)
        address = urljoin(page.url, form.action or page.url)
        if form.method == "get":
            return self._page(self._http.get(address, params=body), expect)
        return self._page(self._http.post(address, data=body, files=files, headers={"Referer": page.url}), expect)

    def post(self, path: str, values: Values, expect: int = 200) -> Page:
        """Sends what a form would send to an address, for whoever has read that form often enough."""
        body = {name: [value] if isinstance(value, str) else list(value) for name, value in values.items()}
        body["csrfmiddlewaretoken"] = [self.token()]
        return self._page(self._http.post(path, data=body, headers={"Referer": f"{self.origin}{path}"}), expect)

    def json(self, method: str, path: str, body: Json | None = None, *, expect: int = 200) -> Json:
        """The resident app's interface, with its token."""
        answer = self._http.request(
            method, path, json=body, headers={"X-CSRFToken": self.token(), "Accept": "application/json", "Referer": self.origin}
        )
        if answer.status_code != expect and not (expect == 200 and 200 < answer.status_code < 300):
            raise NotOnPage(f"{method} {path} answered {answer.status_code}: {answer.text[:400]}")
        found: object = answer.json() if answer.content else {}
        return found if isinstance(found, dict) else {"items": found}

    def post_json(self, path: str, body: Json) -> None:
        """A plain post to an address that asks for no token."""
        answer = self._http.post(path, json=body)
        if answer.status_code >= 400:
            raise NotOnPage(f"POST {path} answered {answer.status_code}: {answer.text[:400]}")

    def close(self) -> None:
        """Closes its connections."""
        self._http.close()

    @property
    def client(self) -> httpx.Client:
        """The connection with this person's cookies, for their phone's registration."""
        return self._http

    def token(self) -> str:
        """The token that shows that a request comes from our own pages."""
        return self._http.cookies.get("csrftoken") or ""

    def cookies(self) -> str:
        """The cookies as one header, for sockets."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._http.cookies.jar)

    def raw(self, path: str) -> httpx.Response:
        """An answer that is no page."""
        return self._http.get(path)

    def _page(self, answer: httpx.Response, expect: int) -> Page:
        page = pages.read(str(answer.url), answer.status_code, answer.text)
        if answer.status_code != expect:
            raise NotOnPage(f"expected {expect}: {page.here()}")
        return page
