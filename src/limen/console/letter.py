"""A letter with somebody's own codes, in large type, for whoever has no smartphone (CODE-8, PEOPLE-8): made as a file, never as a page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import formats, translation
from django.utils.translation import gettext as _
from fpdf import FPDF

from limen.console.printing import MM_PER_PT, latin
from limen.identity import queries as identity
from limen.people import queries as people
from limen.places import queries as places
from limen.web.templatetags.limen import grouped

MARGIN_MM = 25
BODY_PT, DOOR_PT, DIGITS_PT = 16, 20, 44
LINE_MM = 8.5
LEADING = 1.35
"""What a line takes, in sizes of its letters."""
LETTER_PAPER = frozenset({"US", "NYC"})


@dataclass(frozen=True, slots=True)
class Code:
    """One code as it is printed; `waits` where the door must be updated first."""

    door: str
    digits: str = field(repr=False)
    waits: bool


def pdf(place: places.PropertyView, who: people.PersonView, codes: Iterable[Code], now: datetime) -> bytes:
    """The letter in its reader's language, else in the asker's; in core fonts."""
    with translation.override(identity.language_of(who.id) or translation.get_language()):
        return _drawn(place, who, list(codes), now)


def _drawn(place: places.PropertyView, who: people.PersonView, codes: list[Code], now: datetime) -> bytes:
    sheet = FPDF(unit="mm", format="letter" if place.profile in LETTER_PAPER else "a4")
    sheet.set_margins(MARGIN_MM, MARGIN_MM)
    sheet.set_auto_page_break(True, MARGIN_MM)
    sheet.set_title(latin(place.name))
    sheet.set_lang(translation.get_language() or "en")
    sheet.add_page()
    _say(sheet, place.name, DOOR_PT, bold=True)
    _say(sheet, formats.date_format(now.astimezone(place.zone), "DATE_FORMAT"))
    sheet.ln(LINE_MM)
    _say(sheet, _("For %(name)s") % {"name": who.name})
    _say(sheet, _("Your own codes. They stay until they are reset.") if len(codes) > 1 else _("Your own code. It stays until it is reset."))
    for line in _advice(place):
        _say(sheet, line)
    for code in codes:
        _entry(sheet, code)
    return bytes(sheet.output())


def _entry(sheet: FPDF, code: Code) -> None:
    if sheet.will_page_break(_height(code)):
        sheet.add_page()
    sheet.ln(LINE_MM)
    _say(sheet, code.door, DOOR_PT, bold=True)
    _say(sheet, "  ".join(grouped(code.digits)), DIGITS_PT, bold=True)
    if code.waits:
        _say(sheet, _("It works after this door is updated."))


def _height(code: Code) -> float:
    """What a door, its digits and its note take: they stay on one sheet, and on the first one if they fit."""
    lines = (DOOR_PT, DIGITS_PT, BODY_PT) if code.waits else (DOOR_PT, DIGITS_PT)
    return LINE_MM + sum(lines) * MM_PER_PT * LEADING


def _advice(place: places.PropertyView) -> list[str]:
    office = _("Office: %(phone)s") % {"phone": place.office_phone}
    return [
        _("Touch the keypad, type the digits, press the check mark."),
        _("Keep this letter to yourself. You may have a code reset whenever you like: ask the office."),
        *([office] if place.office_phone else []),
    ]


def _say(sheet: FPDF, text: str, size_pt: float = BODY_PT, *, bold: bool = False) -> None:
    sheet.set_font("helvetica", style="B" if bold else "", size=size_pt)
    sheet.multi_cell(0, size_pt * MM_PER_PT * LEADING, latin(text), align="L", new_x="LMARGIN", new_y="NEXT")
