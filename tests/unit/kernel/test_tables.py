"""Strict reading of tables."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.kernel.tables import (
    FILE_MAX_BYTES,
    MAX_LINES,
    Column,
    NotReadable,
    Table,
    read_table,
    safe_cell,
    without_formula,
)

COLUMNS = (
    Column("Name", "the name"),
    Column("Email", "the e-mail", ("E-mail", "Mail")),
    Column("Phone", "the telephone", required=False, may_start_with_sign=True),
)
TEXT = "Name,Email,Phone\r\nZoë,zoe@example.org,+1 212 555 0100\r\n"


def read(text: str | bytes, **chosen: str) -> Table:
    return read_table(text.encode() if isinstance(text, str) else text, COLUMNS, chosen=chosen)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("cp1252"), "cp1252"),
    ],
)
def test_the_encodings_of_spreadsheets_are_read_alike(data: bytes, encoding: str) -> None:
    """And named, so that a doubtful one can be told."""
    table = read(data)
    assert table.encoding == encoding
    assert dict(table.rows[0].cells) == {"Name": "Zoë", "Email": "zoe@example.org", "Phone": "+1 212 555 0100"}


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 a workbook",
        b"Name,Email\r\nZo\x00e,x",
        b"\xff\xfeN",
        b"Name,Email\r\n\x81,x\r\n",
        b"\x89PNG\r\n\x1a\n",
        b'Name,Email\r\n"open,x\r\n',
    ],
)
def test_what_is_no_csv_file_is_called_that(data: bytes) -> None:
    """Workbooks, pictures, broken letters, quotation marks that do not match."""
    with pytest.raises(NotReadable) as refused:
        read(data)
    assert refused.value.title == "This is not a CSV file." and refused.value.detail


@pytest.mark.parametrize("data", [b"", b"\r\n", b"\xef\xbb\xbf", b",,\r\n"])
def test_an_empty_file_is_called_empty(data: bytes) -> None:
    """Also one that holds nothing but a byte-order mark."""
    with pytest.raises(NotReadable, match="empty"):
        read(data)


def test_size_is_limited_before_anything_is_parsed() -> None:
    """5 MiB, 20,000 lines, 60 columns."""
    for data in (b"x" * (FILE_MAX_BYTES + 1), b"Name,Email\n" + b"a,b\n" * (MAX_LINES + 1)):
        with pytest.raises(NotReadable, match="too large"):
            read(data)
    with pytest.raises(NotReadable, match="not a CSV"):
        read("Name,Email," + ",".join(str(n) for n in range(60)) + "\n")


def test_lines_are_counted_as_an_editor_counts() -> None:
    """The heading is line 1; empty lines and cells with line breaks count."""
    table = read('Name,Email\r\n\r\n"a\r\nb",x\r\nc,y\r\n')
    assert [(row.line, row.cells["Name"]) for row in table.rows] == [(3, "a b"), (5, "c")]


def test_headings_go_by_other_names() -> None:
    """Capitals, spaces, hyphens and underscores do not matter, nor which mark separates the cells."""
    assert read("NAME ;e_mail;Notes\nZoë;x@y;1\n").rows[0].cells == {"Name": "Zoë", "Email": "x@y"}
    assert read("name\tMail\nZoë\tx@y\n").rows[0].cells["Email"] == "x@y"
    assert read("Name,Email,Notes\n").unread == ("Notes",)


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085"])
def test_only_the_ends_of_lines_end_a_line(mark: str) -> None:
    """Marks that some programs take for one stand inside a cell, as a space; no line is made of them, and none is counted."""
    table = read(f"Name,Email\nGarage{mark}Vault,x\nc,y\n")
    assert [(row.line, row.cells["Name"], row.broken) for row in table.rows] == [(2, "Garage Vault", ""), (3, "c", "")]
    assert table.rows[0].spaced == {"Name"}


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_lines_end_as_on_any_machine(end: str) -> None:
    """Old and new, also within a cell."""
    table = read(end.join(["Name;Email", '"a' + end + 'b";x', "c;y", ""]))
    assert [(row.line, row.cells["Name"]) for row in table.rows] == [(2, "a b"), (4, "c")]


@pytest.mark.parametrize("start", ["\r\n", ",,\r\n", "\n\n,\n", " \n"])
def test_the_first_line_with_anything_on_it_names_the_columns(start: str) -> None:
    """Empty lines above it count, as an editor counts them."""
    table = read(start + "Name,Email\nZoë,x\n")
    assert table.heading == ("Name", "Email") and table.rows[0].line == start.count("\n") + 2


@pytest.mark.rule("PLACE-5")
def test_columns_that_nobody_can_tell_apart_are_not_offered_for_choice() -> None:
    """The sentence says what to do; where a third one is called otherwise, that one can be chosen."""
    for text, chosen in (("Name,Email,Email\n", ""), ("Name,Email, Email \n", ""), ("Name,Email,Email,Mail\n", "Email")):
        with pytest.raises(NotReadable) as refused:
            read(text, **({"Email": chosen} if chosen else {}))
        assert (refused.value.title, refused.value.options) == ('Two columns are called "Email".', ())
        assert refused.value.detail == "Give one of them another name, or take it out of the file."
    with pytest.raises(NotReadable) as asked:
        read("Name,Email,Email,Mail\n")
    assert asked.value.options == ("Email", "Mail")
    assert read("Name,Email,Email,Mail\na,b,c,d\n", Email="Mail").rows[0].cells["Email"] == "d"


def test_a_cell_without_end_is_called_that() -> None:
    """Not a mark that does not match: the file may hold none."""
    for cell in ("x" * 200_000, '"' + "x" * 200_000):
        with pytest.raises(NotReadable) as refused:
            read(f"Name,Email\na,b\n{cell},y\n")
        assert refused.value.detail == "A cell on line 3 never ends. Close its quotation mark."


@pytest.mark.rule("PLACE-5")
def test_two_columns_that_could_be_meant_are_not_guessed() -> None:
    """The person chooses, and the choice is kept to."""
    text = "Name,Email,Mail\nZoë,a@x,b@x\n"
    with pytest.raises(NotReadable) as refused:
        read(text)
    assert refused.value.title == "Two columns could be the e-mail. Choose one."
    assert (refused.value.options, refused.value.detail) == (("Email", "Mail"), "Email")
    assert read(text, Email="Mail").rows[0].cells["Email"] == "b@x"


def test_a_missing_column_is_named() -> None:
    """Only a column that is needed."""
    with pytest.raises(NotReadable, match='There is no column "Email"'):
        read("Name\nZoë\n")


def test_a_line_with_too_few_or_too_many_cells_is_kept_apart() -> None:
    """Its cells would stand under the wrong headings."""
    table = read("Name,Email\na\nb,c,d\ne,f\n")
    assert [row.broken for row in table.rows] == ["has 1 cells, the first line has 2.", "has 3 cells, the first line has 2.", ""]


def test_spaces_and_invisible_characters_are_taken_away_and_told() -> None:
    """Outer spaces, double spaces, no-break and zero-width ones, marks that turn text around."""
    row = read("Name,Email\n  Van\u00a0 der\u200b Berg\u202e ,x\n").rows[0]
    assert row.cells["Name"] == "Van der Berg" and row.spaced == {"Name"} and row.original[0].startswith("  Van")


def test_a_formula_is_never_kept_as_one() -> None:
    """Its words stay as text; a telephone number may begin with a sign."""
    row = read('Name,Email,Phone\n"=HYPERLINK(""http://x"",""y"")",@SUM(1),+1 2\n').rows[0]
    assert dict(row.cells) == {"Name": "HYPERLINK http x y", "Email": "SUM 1", "Phone": "+1 2"}
    assert row.formulas == {"Name", "Email"}


def test_an_endless_cell_is_marked() -> None:
    """300 characters are enough for every cell."""
    assert read(f"Name,Email\n{'x' * 301},y\n").rows[0].too_long == {"Name"}


@given(st.text(max_size=60))
def test_no_cell_that_we_write_is_a_formula(cell: str) -> None:
    """Whatever somebody typed."""
    assert not safe_cell(cell).startswith(tuple("=+-@\t\r"))
    assert not without_formula(cell).startswith(tuple("=+-@"))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_sentence(data: bytes) -> None:
    """Nothing else can happen to a reader of files from outside."""
    try:
        table = read(b"Name,Email\n" + data)
    except NotReadable as refused:
        assert refused.title.endswith(".")
    else:
        assert all(row.broken or set(row.cells) == {"Name", "Email"} for row in table.rows)
