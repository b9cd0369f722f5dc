"""A page as a person without scripts meets it: its words, links and forms. Nothing is known of a form but what the page says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset({"input", "br", "img", "meta", "link", "hr", "wbr", "source", "col"})
_UNSEEN: Final = frozenset({"script", "style", "template", "head"})


class NotOnPage(Exception):
    """The page does not have what a person would look for; the text says what and shows the beginning of the page."""


@dataclass
class Field:
    """One field: where it is a choice, all values in order with the words beside them."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Form:
    """A form with what it would send if nothing were changed, and the words on its buttons."""

    action: str
    method: str
    encoding: str
    fields: dict[str, Field] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # words, name, value
    words: str = ""

    def sent(self, button: str) -> dict[str, list[str]]:
        """What pressing the button sends."""
        body = {one.name: list(one.values) for one in self.fields.values() if one.values}
        for words, name, value in self.buttons:
            if button in words and name:
                body[name] = [value]
                break
        return body


@dataclass
class Page:
    """One answer, read."""

    url: str
    status: int
    html: str
    title: str = ""
    words: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)  # words, address
    forms: list[Form] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)

    def form(self, button: str = "", holds: str = "") -> Form:
        """The first form with a button of these words and a field of this name (either may be left out)."""
        for one in self.forms:
            if (not button or any(button in words for words, _, _ in one.buttons)) and (not holds or holds in one.fields):
                return one
        raise NotOnPage(f"no form with button {button!r} and field {holds!r} on {self.here()}")

    def link(self, words: str = "", to: str = "") -> str:
        """The address of the first link with these words that leads to an address with this part."""
        for said, address in self.links:
            if words in said and to in address:
                return address
        raise NotOnPage(f"no link {words!r} to {to!r} on {self.here()}")

    def says(self, *wanted: str) -> None:
        """All of these words are there to be read."""
        for words in wanted:
            if words not in self.words:
                raise NotOnPage(f"{words!r} is not said on {self.here()}")

    def here(self) -> str:
        """Address, status and the first words, for somebody who has to find out why."""
        return f"{self.url} ({self.status}): {self.words[:600]}"


def read(url: str, status: int, html: str) -> Page:
    """The page behind an answer."""
    page = Page(url=url, status=status, html=html)
    reader = _Reader(page)
    reader.feed(html)
    reader.close()
    page.words = " ".join(" ".join(reader.said).split())
    for form, parts in reader.form_words.items():
        page.forms[form].words = " ".join(" ".join(parts).split())
    return page


class _Reader(HTMLParser):
    """Fills a page while it is read; only what people and browsers without scripts act on."""

    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.said: list[str] = []
        self.form_words: dict[int, list[str]] = {}
        self._open: list[str] = []
        self._form: Form | None = None
        self._by_id: dict[str, Form] = {}
        self._later: list[tuple[str, Callable[[Form], None]]] = []
        self._catch: list[tuple[str, list[str], Callable[[str], None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens forms, fields, links."""
        said = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append(tag)
        starter: Callable[[dict[str, str]], None] | None = getattr(self, f"_start_{tag}", None)
        if starter is not None:
            starter(said)

    def handle_endtag(self, tag: str) -> None:
        """Closes what was opened last under this name."""
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass
        while self._catch and self._catch[-1][0] == tag:
            _, parts, done = self._catch.pop()
            done(" ".join(" ".join(parts).split()))
        if tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        """Words count where a person sees them."""
        for _, parts, _ in self._catch:
            parts.append(data)
        if not _UNSEEN.intersection(self._open):
            self.said.append(data)
            if self._form is not None:
                self.form_words.setdefault(len(self.page.forms) - 1, []).append(data)

    def _start_title(self, said: dict[str, str]) -> None:
        self._catch.append(("title", [], lambda words: setattr(self.page, "title", words)))

    def _start_meta(self, said: dict[str, str]) -> None:
        if "name" in said:
            self.page.metas[said["name"]] = said.get("content", "")

    def _start_a(self, said: dict[str, str]) -> None:
        address = said.get("href", "")
        self._catch.append(("a", [], lambda words: self.page.links.append((words or said.get("aria-label", ""), address))))

    def _start_form(self, said: dict[str, str]) -> None:
        self._form = Form(
            action=said.get("action", ""),
            method=said.get("method", "get").lower(),
            encoding=said.get("enctype", "application/x-www-form-urlencoded"),
        )
        self.page.forms.append(self._form)
        if "id" in said:
            self._by_id[said["id"]] = self._form

    def _owner(self, said: dict[str, str]) -> Form | None:
        return self._by_id.get(said["form"]) if "form" in said else self._form

    def _start_input(self, said: dict[str, str]) -> None:
        form, name, kind = self._owner(said), said.get("name", ""), said.get("type", "text").lower()
        if form is None or "disabled" in said:
            return
        if kind in {"submit", "image", "button"}:
            form.buttons.append((said.get("value", ""), name, said.get("value", "")))
        elif name:
            one = form.fields.setdefault(name, Field(name=name, kind=kind))
            value = said.get("value", "on" if kind in {"checkbox", "radio"} else "")
            if kind in {"checkbox", "radio"}:
                one.choices.append((value, said.get("aria-label", "")))
                self._label(one, len(one.choices) - 1, value)
                if "checked" in said:
                    one.values.append(value)
            elif kind != "file":
                one.values.append(value)  # a name may come twice, and both are sent

    def _label(self, one: Field, place: int, value: str) -> None:
        """The words of the label around a choice, when it is around it."""
        if "label" in self._open:

            def done(words: str) -> None:
                one.choices[place] = (value, words)

            self._catch.append(("label", [], done))

    def _start_button(self, said: dict[str, str]) -> None:
        form = self._owner(said)
        if form is not None and said.get("type", "submit") == "submit" and "disabled" not in said:
            name, value, label = said.get("name", ""), said.get("value", ""), said.get("aria-label", "")
            self._catch.append(("button", [], lambda words: form.buttons.append((f"{words} {label}".strip(), name, value))))

    def _start_select(self, said: dict[str, str]) -> None:
        form = self._owner(said)
        if form is not None and said.get("name"):
            form.fields[said["name"]] = Field(name=said["name"], kind="select")
            self._select = form.fields[said["name"]]

    def _start_option(self, said: dict[str, str]) -> None:
        one: Field | None = getattr(self, "_select", None)
        if one is None:
            return
        value = said.get("value")
        place = len(one.choices)
        one.choices.append((value or "", ""))
        if "selected" in said or (place == 0 and not one.values):
            one.values = [value or ""]

        def done(words: str) -> None:
            one.choices[place] = (value if value is not None else words, words)

        self._catch.append(("option", [], done))

    def _start_textarea(self, said: dict[str, str]) -> None:
        form = self._owner(said)
        if form is not None and said.get("name"):
            one = form.fields.setdefault(said["name"], Field(name=said["name"], kind="textarea"))
            self._catch.append(("textarea", [], lambda words: one.values.__setitem__(slice(None), [words])))
