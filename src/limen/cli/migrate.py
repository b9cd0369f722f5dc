"""`limen migrate`: makes the data folder and its secrets, and brings the database to this version."""

import argparse
import os
import secrets
from pathlib import Path

SECRET_BYTES = 48
OWNER_ONLY_FOLDER, OWNER_ONLY_FILE = 0o700, 0o600


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """No options: everything comes from the environment."""
    subparsers.add_parser("migrate", help="make the data folder and its secrets, bring the database to this version")


def run(args: argparse.Namespace) -> int:
    """Safe to repeat: what is there is kept."""
    prepare()
    print("The database is at this version.")
    return 0


def prepare() -> None:
    """Data folder, secret, Django, database, in this order. Call it before anything imports the settings."""
    make_data_folder(Path(os.environ.get("LIMEN_DATA", "var")).absolute())
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def make_data_folder(data: Path) -> None:
    """The folder and the secret that signs sessions, readable by their owner only."""
    data.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    write_once(data / "secret-key", secrets.token_urlsafe(SECRET_BYTES))


def write_once(path: Path, text: str) -> None:
    """Writes a secret that is not there yet, durable before anything relies on it; two starters at once agree on the first one's."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
