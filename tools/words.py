"""Compiles every translation below a folder (`.po` to `.mo`), so that no gettext is needed on the machine."""

import sys
from pathlib import Path

import polib


def compile_all(top: Path) -> int:
    """Writes a `.mo` beside each `.po`; returns how many."""
    sources = sorted(top.rglob("*.po"))
    for source in sources:
        polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))
    return len(sources)


if __name__ == "__main__":
    print(f"{compile_all(Path(sys.argv[1]))} translations compiled")
