"""A database that is made for one rehearsal and dropped after it. The one that its address names is only the way in: nothing there is read or changed."""

import argparse
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg import sql

SCHEMES: Final = frozenset({"postgres", "postgresql"})
REACHED_S: Final = 10
MARK_BYTES: Final = 6


class NoDatabase(Exception):
    """The server makes no database for us; the text says why, in its words."""


def server(text: str) -> str:
    """For argparse: the address of a PostgreSQL server, written as for `LIMEN_DATABASE_URL`."""
    try:
        parts = urlsplit(text)
        named = parts.scheme in SCHEMES and parts.path.strip("/") != "" and parts.port != 0
    except ValueError:  # a bracket that is never closed, a port that is no number
        named = False
    if not named:
        raise argparse.ArgumentTypeError("write postgresql://user:password@host/name; without it a rehearsal has a SQLite file of its own")
    if "dbname" in parse_qs(parts.query, keep_blank_values=True):
        raise argparse.ArgumentTypeError(
            "write the name before the question mark: a dbname behind it would be used instead of a new database"
        )
    return text


@contextmanager
def thrown_away(reached_by: str) -> Iterator[str]:
    """A new, empty database on the server of this address; gives its own address, and drops it at the end, whoever is connected.

    Raises NoDatabase where the server is not reached, or lets this user make none.
    """
    name = f"limen_rehearsal_{secrets.token_hex(MARK_BYTES)}"
    _ask(reached_by, sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
    parts = urlsplit(reached_by)
    try:
        yield f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")
    finally:
        try:
            _ask(reached_by, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        except NoDatabase as problem:  # how the rehearsal went is told all the same
            print(f"The database {name} could not be dropped. {problem}", file=sys.stderr)


def _ask(reached_by: str, statement: sql.Composed) -> None:
    try:
        with psycopg.connect(reached_by, autocommit=True, connect_timeout=REACHED_S) as connection:
            connection.execute(statement)
    except psycopg.Error as problem:
        raise NoDatabase(f"PostgreSQL: {' '.join(str(problem).split())}") from None
