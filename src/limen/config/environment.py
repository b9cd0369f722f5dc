"""What the environment says, read once and checked. No folder is made and no secret is drawn here: `limen` does that at its first start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

SQLITE_OPTIONS: dict[str, str | int] = {
    # IMMEDIATE: a transaction that reads and then writes never finds the lock taken in its middle. FULL: an acknowledged row survives a power cut.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA journal_size_limit=67108864;",
}


class NotConfigured(Exception):
    """The environment holds a value that cannot be meant; the text says which one and what to write."""


@dataclass(frozen=True)
class Smtp:
    """Where mail leaves: `smtp://user:password@host:587?tls=1` (or `smtps://` for TLS from the first byte)."""

    host: str
    port: int
    user: str
    password: str
    start_tls: bool
    tls: bool


@dataclass(frozen=True)
class Calls:
    """What helps two browsers find each other: where they learn their own address (STUN), and a relay (TURN) with the secret it shares with us."""

    stun: tuple[str, ...] = ()
    turn: tuple[str, ...] = ()
    secret: str = ""


@dataclass(frozen=True)
class Environment:
    """Everything that differs between two installations."""

    data: Path
    origin: str
    demo: bool
    secret_key: str
    database: dict[str, object]
    smtp: Smtp | None
    proxies: int
    calls: Calls

    @property
    def secure(self) -> bool:
        """True where people reach the service by https."""
        return self.origin.startswith("https://")

    @property
    def host(self) -> str:
        """The name people type, without its port."""
        return urlsplit(self.origin).hostname or "localhost"


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """The environment as values; a missing variable has the meaning that suits one machine on a desk."""
    data = Path(environ.get("LIMEN_DATA", "var")).absolute()
    return Environment(
        data=data,
        origin=_origin(environ.get("LIMEN_ORIGIN", "http://localhost:8000")),
        demo=environ.get("LIMEN_DEMO", "") == "1",
        secret_key=environ.get("LIMEN_SECRET_KEY", "") or _from_file(data / "secret-key"),
        database=database(environ.get("LIMEN_DATABASE_URL", ""), data),
        smtp=_smtp(environ.get("LIMEN_SMTP_URL", "")),
        proxies=_proxies(environ.get("LIMEN_PROXIES", "0")),
        calls=_calls(environ),
    )


def database(url: str, data: Path) -> dict[str, object]:
    """Django's description of a database; without an address a SQLite file in the data folder.

    `sqlite:///relative.sqlite3`, `sqlite:////absolute.sqlite3`, `postgresql://user:password@host:port/name`; a Unix socket as `?host=/folder`.
    """
    if not url:
        return _sqlite(data / "limen.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path[1:])))
    if parts.scheme in {"postgres", "postgresql"}:
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.pop("host", "") or parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": None,
            "OPTIONS": dict(query),
        }
    raise NotConfigured("LIMEN_DATABASE_URL starts with sqlite:/// or postgresql://")


def _sqlite(path: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": dict(SQLITE_OPTIONS),
        # In a file, not in memory: the tests meet the same WAL and the same locks as the service.
        "TEST": {"NAME": str(path.with_name("test.sqlite3"))},
    }


def _from_file(path: Path) -> str:
    """The secret in a file, or nothing: whoever then needs it is told by Django that it is missing."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        raise NotConfigured("LIMEN_ORIGIN is what people type, for example https://doors.example.org")
    return text.rstrip("/")


def _smtp(url: str) -> Smtp | None:
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise NotConfigured("LIMEN_SMTP_URL looks like smtp://user:password@host:587?tls=1")
    return Smtp(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        start_tls=parts.scheme == "smtp" and parse_qs(parts.query).get("tls", ["0"])[-1] == "1",
        tls=parts.scheme == "smtps",
    )


def _calls(environ: Mapping[str, str]) -> Calls:
    stun, turn = (_servers(environ.get(f"LIMEN_{kind}", ""), kind.lower()) for kind in ("STUN", "TURN"))
    secret = environ.get("LIMEN_TURN_SECRET", "")
    if bool(turn) != bool(secret):
        raise NotConfigured("LIMEN_TURN and LIMEN_TURN_SECRET are set together: the relay and the secret that it shares with us")
    return Calls(stun, turn, secret)


def _servers(text: str, kind: str) -> tuple[str, ...]:
    """The addresses, up to four of a kind; browsers are slow with more."""
    found = tuple(text.split())
    if len(found) > 4 or any(one.partition(":")[0] not in {kind, f"{kind}s"} or not one.partition(":")[2] for one in found):
        raise NotConfigured(f"LIMEN_{kind.upper()} is up to 4 addresses with spaces between, for example {kind}:calls.example.org:3478")
    return found


def _proxies(text: str) -> int:
    if not text.isdecimal() or int(text) > 5:
        raise NotConfigured("LIMEN_PROXIES is the number of proxies in front of the service, 0 to 5")
    return int(text)
