"""The printed QR sign in its exact size: 100 by 150 mm, the code 70 mm wide, the address below it for who cannot scan (LINK-1)."""

import io
from dataclasses import dataclass
from html import escape

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from fpdf import FPDF

from limen.console.printing import MM_PER_PT, latin

WIDTH_MM, HEIGHT_MM, CODE_MM = 100, 150, 70
CODE_TOP_MM = 42
INK, ACT = (29, 27, 24), (15, 95, 86)
INSIDE_MM = WIDTH_MM - 8
SMALLEST_PT = 7
GROUP = 4


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on a sign."""

    place: str
    door: str
    address: str
    office: str

    def lines(self) -> list[tuple[str, float, float, tuple[int, int, int]]]:
        """Text, height of its line from the top in mm, size in points, colour."""
        found: list[tuple[str, float, float, tuple[int, int, int]]] = [
            (self.place, 12, 14, ACT),
            (self.door, 21, 20, INK),
            ("Visiting? Scan here.", 32, 13, INK),
            (self.address.split("://", 1)[-1], 116, 10, INK),
            ("No app, no account, no camera.", 126, 10, INK),
        ]
        return [*found, (f"Office: {self.office}", 134, 10, INK)] if self.office else found


def address_of(code: str) -> str:
    """What the QR says."""
    return f"{settings.LIMEN_ORIGIN}/v/{code}"


def spaced(code: str) -> str:
    """The code in fours, for reading aloud and typing."""
    return " ".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def picture(address: str) -> SafeString:
    """The QR for the screen: an inline picture without script or style."""
    drawn: str = segno.make_qr(address, error="m").svg_inline(scale=4, border=2, omitsize=True)
    return mark_safe(drawn)  # noqa: S308 (made here, of our own address)


def pdf(words: Words) -> bytes:
    """One page, in core fonts."""
    sheet = FPDF(unit="mm", format=(WIDTH_MM, HEIGHT_MM))
    sheet.set_auto_page_break(False)
    sheet.set_title(latin(f"{words.place}, {words.door}"))
    sheet.add_page()
    for text, top, size, colour in words.lines():
        _line(sheet, latin(text), top, size, colour)
    drawn = io.BytesIO()
    segno.make_qr(words.address, error="m").save(drawn, kind="png", scale=12, border=2)
    drawn.seek(0)
    sheet.image(drawn, x=(WIDTH_MM - CODE_MM) / 2, y=CODE_TOP_MM, w=CODE_MM, h=CODE_MM)
    return bytes(sheet.output())


def svg(words: Words) -> bytes:
    """The same sheet as a drawing, for signs of metal and glass."""
    code = segno.make_qr(words.address, error="m")
    modules = code.symbol_size(border=2)[0]
    path = " ".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(code.matrix_iter(border=2)) for x, dark in enumerate(row) if dark)
    texts = "".join(
        f'<text x="{WIDTH_MM / 2}" y="{top + 5}" text-anchor="middle" font-family="sans-serif" font-size="{_fitting(text, size) * MM_PER_PT:.2f}" '
        f'fill="rgb{colour}">{escape(text)}</text>'
        for text, top, size, colour in words.lines()
    )
    left, scale = (WIDTH_MM - CODE_MM) / 2, CODE_MM / modules
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm" viewBox="0 0 {WIDTH_MM} {HEIGHT_MM}">'
        f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="#fff"/>'
        f'<path transform="translate({left} {CODE_TOP_MM}) scale({scale:.5f})" d="{path}" fill="#000" shape-rendering="crispEdges"/>{texts}</svg>'
    )
    return drawing.encode()


def _fitting(text: str, size_pt: float) -> float:
    """Smaller letters for a long line; about half an em a letter."""
    return max(SMALLEST_PT, min(size_pt, INSIDE_MM / (MM_PER_PT * 0.53 * max(1, len(text)))))


def _line(sheet: FPDF, text: str, top_mm: float, size_pt: float, colour: tuple[int, int, int]) -> None:
    size = size_pt
    sheet.set_font("helvetica", style="B" if size_pt > 12 else "", size=size)
    while sheet.get_string_width(text) > INSIDE_MM and size > SMALLEST_PT:
        size -= 0.5
        sheet.set_font_size(size)
    sheet.set_text_color(*colour)
    sheet.set_xy(4, top_mm)
    sheet.cell(INSIDE_MM, 8, text, align="C")
