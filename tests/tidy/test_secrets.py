"""Nothing is committed that belongs to a machine or must stay secret."""

import re

from tests.tidy.project import TOP, tracked

# Written in pieces, so that this file does not find itself.
FOREIGN = {
    "a folder of one machine": re.compile(r"/wo" r"rk/|/ro" r"ot/|/ho" r"me/[a-z]+/\.|\.\./sh" r"ared"),
    "a registry": re.compile(r"pypi\.o" r"rg|pythonho" r"sted|registry\.np" r"mjs|registry\.ya" r"rnpkg"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIV" r"ATE KEY-----"),
}
TEXT = {".py", ".js", ".css", ".html", ".md", ".toml", ".json", ".txt", ".in", ".yaml", ".yml", ".csv", ".po", ".sh", ""}


def test_no_tracked_file_names_a_machine_a_registry_or_a_key() -> None:
    """A clone works anywhere; keys are made at the first start."""
    found = [
        f"{path.relative_to(TOP)}: {what}"
        for path in tracked()
        if path.suffix in TEXT and path.name != "test_secrets.py"
        for what, pattern in FOREIGN.items()
        if pattern.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found


def test_no_data_folder_or_key_file_is_tracked() -> None:
    """Databases, keys and secrets live in the data folder, which git ignores."""
    assert not [str(p.relative_to(TOP)) for p in tracked() if p.suffix in {".sqlite3", ".key", ".pem", ".db"} or p.name == "secret-key"]
