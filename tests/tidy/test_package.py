"""What is built is complete: a wheel carries pages, translations, tables and browser modules."""

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.tidy.project import SOURCE, TOP, tracked


def test_the_wheel_carries_every_file_of_the_package_and_the_translations(tmp_path: Path) -> None:
    """A page that is missing in the wheel is missing only on other people's machines."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=TOP, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    packed = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    ours = {path.relative_to(SOURCE.parent).as_posix() for path in tracked() if path.is_relative_to(SOURCE)}
    compiled = {po.with_suffix(".mo").relative_to(SOURCE.parent).as_posix() for po in SOURCE.rglob("*.po")}
    assert sorted((ours | compiled) - packed) == []
