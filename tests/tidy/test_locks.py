"""What is installed is pinned, hashed, and named without an address."""

import json
import re

import pytest

from tests.tidy.project import TOP, pyproject

LOCKS = ("run.txt", "dev.txt", "node.txt")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_version_has_its_hashes_and_no_address(lock: str) -> None:
    """pip refuses what is not the file we saw; where it comes from is each machine's own business."""
    text = (TOP / "requirements" / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links", text)
    pinned = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pinned and all(re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+.* \\$", line) for line in pinned)
    assert text.count("--hash=sha256:") >= len(pinned)


def test_the_browser_tools_are_pinned_with_integrity_and_no_address() -> None:
    """`npm ci` takes exactly these."""
    lock = json.loads((TOP / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages and all("integrity" in entry and "resolved" not in entry for entry in packages.values())
    wanted = json.loads((TOP / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def test_what_the_package_needs_is_what_the_lock_was_made_from() -> None:
    """Nobody adds a dependency to one list and forgets the other."""

    def name(line: str) -> str:
        return re.split(r"[=~><;\s]", line.strip())[0].lower()

    source = (TOP / "requirements" / "run.in").read_text(encoding="utf-8").splitlines()
    locked = {name(line) for line in source if line.strip() and not line.startswith("#")} - set(pyproject()["build-system"]["requires"])
    assert locked == {name(line) for line in pyproject()["project"]["dependencies"]}
