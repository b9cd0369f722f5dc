"""The printed QR sign in its exact size: 100 by 150 mm, the code 70 mm wide, the address below it for who cannot scan (LINK-1)."""

import io

import segno
from fpdf import FPDF

WIDTH_MM, HEIGHT_MM, CODE_MM = 100, 150, 70
INK, ACT = (29, 27, 24), (15, 95, 86)


def pdf(place: str, door: str, address: str, office: str) -> bytes:
    """One page; core fonts hold Latin letters, others are written as their nearest plain ones."""
    sheet = FPDF(unit="mm", format=(WIDTH_MM, HEIGHT_MM))
    sheet.set_auto_page_break(False)
    sheet.set_title(f"{place}, {door}")
    sheet.add_page()
    _line(sheet, place, 12, 14, ACT)
    _line(sheet, door, 20, 20, INK)
    _line(sheet, "Visiting? Scan here.", 32, 13, INK)
    picture = io.BytesIO()
    segno.make_qr(address, error="m").save(picture, kind="png", scale=12, border=2)
    picture.seek(0)
    sheet.image(picture, x=(WIDTH_MM - CODE_MM) / 2, y=42, w=CODE_MM, h=CODE_MM)
    _line(sheet, address.split("://", 1)[-1], 116, 10, INK)
    _line(sheet, "No app, no account, no camera.", 126, 10, INK)
    if office:
        _line(sheet, f"Office: {office}", 134, 10, INK)
    return bytes(sheet.output())


def _line(sheet: FPDF, text: str, y_mm: float, size_pt: float, colour: tuple[int, int, int]) -> None:
    sheet.set_font("helvetica", style="B" if size_pt > 12 else "", size=size_pt)
    sheet.set_text_color(*colour)
    sheet.set_xy(4, y_mm)
    sheet.cell(WIDTH_MM - 8, 8, text.encode("latin-1", "replace").decode("latin-1"), align="C")
