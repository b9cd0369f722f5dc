"""What an import says before and after."""

import csv
import io

import pytest

from limen.kernel.previews import Preview, PreviewRow, Stopped, summary, written
from limen.kernel.tables import Column, read_table


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((171, 4, 10, 12), "171 new, 4 changed, 10 the same, 12 not imported."),
        ((128, 0, 0, 0), "128 new, 0 not imported."),
        ((0, 0, 185, 12), "Nothing to do: all 185 lines are here already."),
        ((0, 0, 0, 3), "0 new, 3 not imported."),
    ],
)
def test_counts_are_said_in_one_sentence(counts: tuple[int, int, int, int], words: str) -> None:
    """Zeroes in the middle are left out."""
    assert summary(*counts) == words


@pytest.mark.rule("PLACE-5")
def test_bad_lines_come_back_with_their_reason_and_without_formulas() -> None:
    """Same columns plus Reason, in the form that spreadsheets open; corrected, they can be uploaded."""
    rows = (
        PreviewRow(2, "new", "A", (), ("A", "1")),
        PreviewRow(3, "bad", "B", ("Line 3, Name: one.", "Line 3, Age: two."), ("=1+1", '"B"')),
    )
    data = Preview(("Name", "Age"), rows).bad_csv()
    assert data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) == [
        ["Name", "Age", "Reason"],
        ["'=1+1", '"B"', "Line 3, Name: one. Line 3, Age: two."],
    ]


@pytest.mark.rule("PLACE-5")
def test_a_heading_is_no_formula_either_and_is_still_known_when_it_comes_back() -> None:
    """Headings are typed by whoever made the file, as cells are."""
    table = read_table(b"=HYPERLINK(1),-Name\nx,y,z\n", [Column("Name", "the name")])
    row = table.rows[0]
    data = Preview(table.heading, (PreviewRow(row.line, "bad", "", (f"Line 2 {row.broken}",), row.original),)).bad_csv()
    headings = next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert headings == ["'=HYPERLINK(1)", "'-Name", "Reason"]
    assert read_table(data.replace(b"x,y,z", b"x,y"), [Column("Name", "the name")]).rows[0].cells == {"Name": "y"}


def test_what_will_be_written_is_new_and_changed_lines() -> None:
    """The number on the button."""
    statuses = ("new", "new", "changed", "same", "bad")
    preview = Preview((), tuple(PreviewRow(i, status, "") for i, status in enumerate(statuses)))  # type: ignore[arg-type]
    assert preview.to_import == 3 and preview.summary == "2 new, 1 changed, 1 the same, 1 not imported."


def test_an_interrupted_import_says_where_and_what_to_do() -> None:
    """Nobody has to wonder whether something came twice."""
    stopped = Stopped(120)
    assert (stopped.title, stopped.detail) == ("Stopped at line 120.", "Start again with the same file; nothing comes twice.")
    assert stopped.in_words(lambda text: text.replace("Stopped at line", "Se detuvo en la línea"))[0] == "Se detuvo en la línea 120."


def test_a_written_table_quotes_what_it_must() -> None:
    """Commas, quotation marks and line breaks."""
    assert written(["a"], [["x,y"], ['"'], ["+1"]]) == '\ufeffa\r\n"x,y"\r\n""""\r\n\'+1\r\n'.encode()
