"""The environment is read once, and what cannot be meant is refused in words."""

from pathlib import Path

import pytest

from limen.config.environment import NotConfigured, database, read


def test_an_empty_environment_suits_one_machine_on_a_desk(tmp_path: Path) -> None:
    """SQLite in the data folder, no mail, no demonstration, no proxy."""
    here = read({"LIMEN_DATA": str(tmp_path)})
    assert here.database["NAME"] == str(tmp_path / "limen.sqlite3")
    assert (here.demo, here.smtp, here.proxies, here.secure, here.host) == (False, None, 0, False, "localhost")


def test_sqlite_keeps_what_it_acknowledged_and_takes_the_lock_at_once(tmp_path: Path) -> None:
    """FULL, WAL and IMMEDIATE are not matters of taste: without them rows or requests were lost."""
    options = database("", tmp_path)["OPTIONS"]
    assert isinstance(options, dict)
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"] and "synchronous=FULL" in options["init_command"]


def test_the_secret_is_read_and_never_made(tmp_path: Path) -> None:
    """Reading settings leaves no trace on the machine."""
    assert read({"LIMEN_DATA": str(tmp_path / "new")}).secret_key == ""
    assert not (tmp_path / "new").exists()
    (tmp_path / "secret-key").write_text("abc\n")
    assert read({"LIMEN_DATA": str(tmp_path)}).secret_key == "abc"


def test_a_postgresql_address_may_hold_any_password_and_a_socket_folder(tmp_path: Path) -> None:
    """Percent signs are undone; a folder is given as ?host=."""
    found = database("postgresql://li:p%40ss@db.example:5433/limen?sslmode=require", tmp_path)
    assert [found[k] for k in ("USER", "PASSWORD", "HOST", "PORT", "NAME", "OPTIONS")] == [
        "li",
        "p@ss",
        "db.example",
        "5433",
        "limen",
        {"sslmode": "require"},
    ]
    assert database("postgresql://postgres@/postgres?host=%2Frun%2Fpg", tmp_path)["HOST"] == "/run/pg"


def test_mail_leaves_by_the_address_given() -> None:
    """Port and kind of encryption follow from the scheme."""
    smtp = read({"LIMEN_SMTP_URL": "smtp://u:p%2Fw@mail.example:587?tls=1"}).smtp
    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.user, smtp.password, smtp.start_tls, smtp.tls) == ("mail.example", 587, "u", "p/w", True, False)
    sealed = read({"LIMEN_SMTP_URL": "smtps://mail.example"}).smtp
    assert sealed is not None and (sealed.port, sealed.tls, sealed.start_tls) == (465, True, False)


def test_calls_ask_no_server_unless_one_is_named() -> None:
    """No third party hears of a call; a relay comes with its secret."""
    assert (read({}).calls.stun, read({}).calls.turn) == ((), ())
    named = {"LIMEN_STUN": "stun:a.example:3478 stuns:b.example", "LIMEN_TURN": "turns:c.example:5349", "LIMEN_TURN_SECRET": "shared"}
    calls = read(named).calls
    assert (calls.stun, calls.turn, calls.secret) == (("stun:a.example:3478", "stuns:b.example"), ("turns:c.example:5349",), "shared")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIMEN_DATABASE_URL", "mysql://x/y"),
        ("LIMEN_ORIGIN", "harbor.example"),
        ("LIMEN_ORIGIN", "https://harbor.example/path"),
        ("LIMEN_SMTP_URL", "mail.example"),
        ("LIMEN_PROXIES", "many"),
        ("LIMEN_PROXIES", "9"),
        ("LIMEN_STUN", "here.example:3478"),
        ("LIMEN_STUN", "turn:calls.example.org"),
        ("LIMEN_STUN", "stun:a stun:b stun:c stun:d stun:e"),
        ("LIMEN_TURN", "turn:calls.example.org"),
        ("LIMEN_TURN_SECRET", "shared"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(name: str, value: str) -> None:
    """Nothing is guessed, and no value is repeated: it may hold a password."""
    with pytest.raises(NotConfigured) as refusal:
        read({name: value})
    assert name in str(refusal.value) and value not in str(refusal.value)
