"""The file that ships is the table that decides."""

from limen.visibility import table
from limen.visibility.rules import DATA


def test_every_row_of_the_file_is_read() -> None:
    """All rows are loaded, and every kind of data has at least one."""
    rows = table.rows()
    assert len(rows) == 30
    assert {row.data for row in rows} == DATA


def test_nobody_means_nobody() -> None:
    """Classes shown to nobody have no data they are shown as."""
    shown = table.shown_as()
    assert shown["backup"] is None
    assert shown["access_event"] == "event"
    assert None not in {shown[name] for name in ("photo", "contact", "call_record")}
