"""What simulated locks say, in the reader's language. A lock knows no languages: its sentences are few and known."""

import json
import re
from functools import cache
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

WAYS: Final = {
    "app": _("app"),
    "code": _("code"),
    "temporary code": _("temporary code"),
    "card": _("card"),
    "plain card": _("plain card"),
    "counting card": _("counting card"),
    "metal key": _("metal key"),
    "from inside": _("from inside"),
    "remote": _("remote"),
}
LENS: Final = (
    _("Asleep. Touch the lens."),
    _("Type the digits, then the check mark."),
    _("Open for {n} seconds."),
    _("Not accepted."),
    _("Too many wrong codes. Next try in {n} seconds. App, card and key work."),
    _("No power."),
    _("Started. Clock lost."),
    _("Thrown from inside."),
)
HAPPENED: Final = (
    _("activated"),
    _("card refused"),
    _("code not compared, keypad waits"),
    _("faulty: only metal key and inside open"),
    _("inside button pressed"),
    _("inside button held: opens from inside only until it is activated anew"),
    _("not opened: no record could be written"),
    _("started, clock lost"),
    _("started"),
    _("the bolt did not move"),
    _("the record could not be written"),
    _("entry discarded, too short"),
    _("entry discarded, too slow"),
    _("entry discarded, too long"),
    _("metal key turned"),
    _("opened from inside"),
    _("deadbolt moved inside"),
    _("door opened"),
    _("door closed"),
    _("door forced"),
    _("door left open"),
    _("passage began"),
    _("passage ended"),
    _("battery pulled"),
    _("battery low"),
    _("battery critical"),
    _("batteries are flat"),
    _("power cut"),
    _("not supported by this model"),
    _("one opening, then dark again"),
    _("update applied, list {n}"),
    _("trying firmware {n}"),
    _("runs firmware {n}"),
    _("firmware {n} failed its self-test"),
    _("Somebody else's card"),
)
OPENED: Final = _("opened, {way}")
REFUSED: Final = _("{way} refused")
_NUMBER: Final = re.compile(r"[0-9]+")


def book() -> str:
    """All of it as JSON for the page: sentence as a lock says it, sentence as it is read here; numbers stand as {n}."""
    return json.dumps(_known(get_language()), ensure_ascii=False)


def say(sentence: str) -> str:
    """One sentence of a lock as it is read here; what nobody knows stays as it is."""
    numbers = iter(_NUMBER.findall(sentence))
    known = _known(get_language()).get(_NUMBER.sub("{n}", sentence))
    return sentence if known is None else re.sub(r"\{n\}", lambda _gap: next(numbers, ""), known)


@cache
def _known(language: str | None) -> dict[str, str]:
    """Every sentence by its pattern, in the language that is read now; kept, because a shelf asks for a hundred at once."""
    said = {_english(sentence): str(sentence) for sentence in (*LENS, *HAPPENED)}
    for way, name in WAYS.items():
        said[f"opened, {way}"] = str(OPENED).replace("{way}", str(name))
        said[f"{way} refused"] = str(REFUSED).replace("{way}", str(name))
    return said


def _english(sentence: str | Promise) -> str:
    from django.utils import translation

    with translation.override("en"):
        return str(sentence)
