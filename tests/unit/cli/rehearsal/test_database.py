"""A rehearsal on PostgreSQL has a database of its own, and leaves the server as it was."""

import argparse
import os
from pathlib import Path

import psycopg
import pytest

from limen.cli.rehearsal.database import NoDatabase, server, thrown_away
from limen.config.environment import database

NAMES = "SELECT datname FROM pg_database ORDER BY datname"
on_postgresql = pytest.mark.skipif(os.environ.get("LIMEN_TEST_DATABASE") != "postgresql", reason="it takes a server to make a database on")


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://li:p%40ss@db.example:5433/limen?sslmode=require",
        "postgres://li@db.example/limen",
        "postgresql://li@/limen?host=%2Frun%2Fpg",
    ],
)
def test_a_server_is_named_as_for_the_service(text: str) -> None:
    """By name, number or folder of a socket."""
    assert server(text) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write postgresql://"),
        ("limen", "write postgresql://"),
        ("sqlite:///limen.sqlite3", "a SQLite file of its own"),
        ("mysql://li@db.example/limen", "write postgresql://"),
        ("postgresql://db.example", "write postgresql://"),
        ("postgresql://db.example:port/limen", "write postgresql://"),
        ("postgresql://[::1/limen", "write postgresql://"),
        ("postgresql://db.example/limen?dbname=houses", "would be used instead of a new database"),
        ("postgresql://db.example/limen?dbname", "would be used instead of a new database"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_write(text: str, words: str) -> None:
    """A name behind the question mark would win over ours, and the rehearsal would play in somebody's house."""
    with pytest.raises(argparse.ArgumentTypeError, match=words):
        server(text)


def test_a_server_that_does_not_answer_is_told_without_its_password() -> None:
    """In PostgreSQL's own words."""
    with pytest.raises(NoDatabase, match="PostgreSQL: ") as told, thrown_away("postgresql://li:very-secret@127.0.0.1:1/limen"):
        raise AssertionError("nothing may begin")
    assert "very-secret" not in str(told.value)


@on_postgresql
@pytest.mark.own_database
def test_the_database_is_new_and_gone_afterwards(tmp_path: Path) -> None:
    """Also when the story breaks and somebody is still connected; what is named on the way in has nothing of it."""
    way_in = server(os.environ["LIMEN_DATABASE_URL"])
    with psycopg.connect(way_in, autocommit=True) as named:
        before = named.execute(NAMES).fetchall()
        with pytest.raises(ZeroDivisionError), thrown_away(way_in) as address:
            name = str(database(address, tmp_path)["NAME"])
            assert name.startswith("limen_rehearsal_") and (name,) not in before
            left_open = psycopg.connect(address)
            assert left_open.execute("SELECT current_database()").fetchone() == (name,)
            assert left_open.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
            raise ZeroDivisionError
        left_open.close()
        assert (name,) not in named.execute(NAMES).fetchall()


@on_postgresql
@pytest.mark.own_database
def test_a_database_that_cannot_be_dropped_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """How the rehearsal went is told all the same."""
    way_in = os.environ["LIMEN_DATABASE_URL"]
    with thrown_away(way_in) as address, psycopg.connect(way_in, autocommit=True) as named:
        name = str(database(address, Path())["NAME"])
        named.execute(f'DROP DATABASE "{name}"'.encode())
    assert f"The database {name} could not be dropped. PostgreSQL: " in capsys.readouterr().err
