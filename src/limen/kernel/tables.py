"""Strict reading of tables that people export from other programs: every line is read, or refused with its number and a reason.

Nothing is guessed silently, no formula is run or passed on, and sizes are limited before anything is parsed.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from limen.kernel.problems import Problem

FILE_MAX_BYTES = 5 * 1024 * 1024
MAX_LINES = 20_000
MAX_COLUMNS = 60
CELL_MAX_CHARS = 300
DELIMITERS = ",;\t"

_SIGNS = "=+-@\t\r"
"""A cell that starts with one of these is a formula to a spreadsheet."""
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SPACES = re.compile(r"\s+")
_NOT_WORDS = re.compile(r"[^\w\s'’-]+")


class NotReadable(Problem):
    """The file as a whole cannot be read; the title says what is wrong with it."""

    def __init__(self, type: str, title: str, detail: str = "", *, options: Sequence[str] = ()) -> None:
        super().__init__(type, title, detail)
        self.options = tuple(options)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is looked for: its name in our template, other names it goes by, and how a sentence calls it."""

    name: str
    word: str
    aliases: tuple[str, ...] = ()
    required: bool = True
    may_start_with_sign: bool = False  # telephone numbers start with "+"

    def answers_to(self, heading: str) -> bool:
        return _plain(heading) in {_plain(name) for name in (self.name, *self.aliases)}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of data. `line` counts as an editor does, the heading being line 1; `cells` are cleaned, `original` is what stood there.

    `spaced` and `formulas` name the columns in which something was taken away; `broken` says why the line has no cells.
    """

    line: int
    cells: Mapping[str, str]
    original: tuple[str, ...]
    spaced: frozenset[str] = frozenset()
    formulas: frozenset[str] = frozenset()
    broken: str = ""
    too_long: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Table:
    """A file that could be read; `unread` are headings that nobody asked for."""

    heading: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str
    unread: tuple[str, ...]


def read_table(data: bytes, columns: Sequence[Column], *, chosen: Mapping[str, str] | None = None) -> Table:
    """Reads a CSV file of at most 5 MiB and 20,000 lines; `chosen` settles which heading is meant where several could be.

    The first line that is not empty names the columns. Raises NotReadable with a sentence for the person who uploaded it.
    """
    text, encoding = decoded(data)
    delimiter = _delimiter(text, columns)
    records = _records(text, delimiter)
    heading = next(([_as_typed(cell) for cell in cells] for _, cells in records if any(cell.strip() for cell in cells)), None)
    if heading is None:
        raise NotReadable("csv_empty", "The file is empty.")
    if len(heading) > MAX_COLUMNS:
        raise NotReadable("not_csv", "This is not a CSV file.", f"It has more than {MAX_COLUMNS} columns.")
    places = _places(heading, columns, chosen or {})
    rows = tuple(_row(line, cells, heading, places) for line, cells in records if any(cell.strip() for cell in cells))
    unread = tuple(h.strip() for i, h in enumerate(heading) if i not in {at for _, at in places} and h.strip())
    return Table(tuple(heading), rows, encoding, unread)


def decoded(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: by byte-order mark, else UTF-8, else Windows-1252 (which the caller must tell)."""
    if len(data) > FILE_MAX_BYTES:
        raise NotReadable("too_large", "This file is too large.", f"At most {FILE_MAX_BYTES // 2**20} MB can be read at once.")
    if data.startswith(b"PK\x03\x04"):
        raise NotReadable("not_csv", "This is not a CSV file.", "It looks like an Excel workbook. Save it as CSV and choose that file.")
    for encoding, marks in (("utf-8-sig", (b"\xef\xbb\xbf",)), ("utf-16", (b"\xff\xfe", b"\xfe\xff"))):
        if data.startswith(marks):
            return _text(data, encoding), encoding
    try:
        return _text(data, "utf-8"), "utf-8"
    except NotReadable:
        if b"\0" in data:
            raise
        return _text(data, "cp1252"), "cp1252"


def without_formula(cell: str) -> str:
    """The words in a formula, with nothing left that a spreadsheet or a mail program would act on."""
    return _SPACES.sub(" ", _NOT_WORDS.sub(" ", cell.lstrip(_SIGNS))).strip(" .,'-’")


def safe_cell(cell: str) -> str:
    """The cell as it may stand in a file that a spreadsheet opens; `read_table` takes the apostrophe away again."""
    return f"'{cell}" if cell.startswith(tuple(_SIGNS)) else cell


def _text(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise NotReadable("not_csv", "This is not a CSV file.", "Its letters cannot be read. Save it as CSV UTF-8.") from None
    if _CONTROL.search(text):
        raise NotReadable("not_csv", "This is not a CSV file.", "It holds characters that no text has. Save it as CSV UTF-8.")
    return text


def _delimiter(text: str, columns: Sequence[Column]) -> str:
    first = text.lstrip("\r\n ,;\t")[: MAX_COLUMNS * CELL_MAX_CHARS].partition("\n")[0].partition("\r")[0]
    known = {mark: sum(c.answers_to(h) for h in first.split(mark) for c in columns) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: known[mark])


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the number of the line each begins on. Lines end as in files (CR, LF); U+2028, U+2029 and NEL are characters of a cell."""
    lines = list(io.StringIO(text, newline=""))
    if len(lines) > MAX_LINES + 1:
        raise NotReadable("too_large", "This file is too large.", f"At most {MAX_LINES} lines can be read at once.")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begun = 1
    try:
        for cells in reader:
            yield begun, cells
            begun = reader.line_num + 1
    except csv.Error as problem:
        if "field larger" in str(problem):  # also where a quotation mark is never closed and the rest of the file is one cell
            raise NotReadable(
                "not_csv", "This is not a CSV file.", f"A cell on line {begun} never ends. Close its quotation mark."
            ) from None
        raise NotReadable("not_csv", "This is not a CSV file.", f"The quotation marks on line {begun} do not match.") from None


def _places(heading: Sequence[str], columns: Sequence[Column], chosen: Mapping[str, str]) -> list[tuple[Column, int]]:
    places = []
    for column in columns:
        found = [i for i, text in enumerate(heading) if column.answers_to(text)]
        if column.name in chosen:
            found = [i for i, text in enumerate(heading) if text.strip() == chosen[column.name].strip()]
        if len(found) > 1 and len({heading[i].strip() for i in found}) == 1:
            title = f'Two columns are called "{heading[found[0]].strip()}".'
            raise NotReadable("same_heading", title, "Give one of them another name, or take it out of the file.")
        if len(found) > 1:
            title = f"Two columns could be {column.word}. Choose one."
            raise NotReadable("two_columns", title, column.name, options=list(dict.fromkeys(heading[i] for i in found)))
        if not found and column.required:
            names = ", ".join(c.name for c in columns)
            raise NotReadable("column_missing", f'There is no column "{column.name}".', f"The first line names the columns: {names}.")
        places += [(column, i) for i in found]
    return places


def _row(line: int, cells: Sequence[str], heading: Sequence[str], places: Sequence[tuple[Column, int]]) -> Row:
    original = tuple(cells)
    if len(cells) != len(heading):
        return Row(line, {}, original, broken=f"has {len(cells)} cells, the first line has {len(heading)}.")
    cleaned = {column.name: _clean(cells[i], column) for column, i in places}
    return Row(
        line,
        {name: clean.text for name, clean in cleaned.items()},
        original,
        frozenset(name for name, clean in cleaned.items() if clean.spaced),
        frozenset(name for name, clean in cleaned.items() if clean.formula),
        too_long=frozenset(name for name, clean in cleaned.items() if len(clean.text) > CELL_MAX_CHARS),
    )


@dataclass(frozen=True, slots=True)
class _Clean:
    text: str
    spaced: bool
    formula: bool


def _as_typed(raw: str) -> str:
    """Without the apostrophe that `safe_cell` put there."""
    return raw[1:] if raw[:1] == "'" and raw[1:2] in _SIGNS and raw[1:] else raw


def _clean(raw: str, column: Column) -> _Clean:
    normal = unicodedata.normalize("NFC", _as_typed(raw))
    text = _SPACES.sub(" ", _INVISIBLE.sub("", normal)).strip()
    spaced = text != normal
    if text.startswith(tuple(_SIGNS)) and not column.may_start_with_sign:
        return _Clean(without_formula(text), spaced, formula=True)
    return _Clean(text, spaced, formula=False)


def _plain(heading: str) -> str:
    return re.sub(r"[\s_\-.]+", "", _INVISIBLE.sub("", heading)).casefold()
