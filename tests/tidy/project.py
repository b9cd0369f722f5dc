"""Where the project's files are, for the tests that read them."""

import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
SOURCE = TOP / "src" / "limen"


@cache
def pyproject() -> dict[str, Any]:
    """pyproject.toml as data."""
    return tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def tracked() -> tuple[Path, ...]:
    """Every file git knows that is still there; the project may also be an unpacked archive, then every file outside ignored folders."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in listed.split("\0") if name and (path := TOP / name).is_file())


def modules() -> list[Path]:
    """Our Python modules, without migrations."""
    return sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def rooms() -> list[list[str]]:
    """The floors from the top down, each with its rooms, as the contract in pyproject.toml says."""
    floors = next(c for c in pyproject()["tool"]["importlinter"]["contracts"] if c["id"] == "floors")
    return [[room.strip() for room in layer.split("|")] for layer in floors["layers"]]
