"""What a thief of the database reads in it: every value of every table, as text, with what Django only packs taken out of its paper."""

from collections.abc import Iterable, Iterator

from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError
from django.db import connection


def places_of(words: Iterable[str]) -> list[str]:
    """`table.column: word` for each of these words that stands somewhere in clear, whatever its capitals."""
    wanted = sorted({word.casefold() for word in words})
    return sorted({f"{where}: {word}" for where, text in _values() for word in wanted if word in text})


def _values() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'select * from "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    yield f"{table}.{name}", _text(name, value).casefold()


def _text(name: str, value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("latin-1")
    if name == "session_data":
        try:
            return f"{SessionStore().decode(str(value))}"
        except ValidationError:
            return ""
    return str(value)
