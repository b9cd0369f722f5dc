"""What the documents point at is there."""

import re
from pathlib import Path

import pytest

from tests.tidy.project import TOP, tracked

PAGES = [path for path in tracked() if path.suffix == ".md"]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"```.*?```", re.S)


def anchors(page: Path) -> set[str]:
    """The names GitHub gives to headings."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", PAGES, ids=lambda p: str(p.relative_to(TOP)))
def test_every_link_leads_somewhere(document: Path) -> None:
    """A link into the project names a file that is there, and a heading that it has."""
    broken = []
    for target in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (document.parent / name).resolve() if name else document
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(target)
    assert not broken


def test_files_named_in_the_lives_exist() -> None:
    """A life follows an event through files; a file that moved moves there too."""
    gone = [
        f"{page.name}: {name}"
        for page in sorted((TOP / "docs" / "lives").glob("*.md"))
        for name in re.findall(r"`((?:src/limen|tests|docs)/[\w./-]+\.\w+)`", page.read_text(encoding="utf-8"))
        if not (TOP / name).exists()
    ]
    assert not gone


def test_no_two_decisions_share_a_number() -> None:
    """One page each; a number names one choice for ever."""
    numbers = [path.name[:4] for path in (TOP / "docs" / "decisions").glob("[0-9]*.md")]
    assert numbers and len(numbers) == len(set(numbers))
