"""Every invariant of the protocol is named by a test that proves it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.project import TOP, tracked

# 72 to 78 are the service's own: erasure, audit, visibility.
PROTOCOL = frozenset({*range(1, 72), 79, 80, 81})
NAMED = re.compile(r"\binv(?:ariants?|\.) (\d+(?:(?:, and |, | and | to )\d+)*)", re.IGNORECASE)


def numbers(text: str) -> set[int]:
    """The numbers in "invariants 4, 6 to 8 and 11"."""
    found: set[int] = set()
    for named in NAMED.findall(text):
        for part in re.split(r", and |, | and ", named):
            first, _, last = part.partition(" to ")
            found |= set(range(int(first), int(last or first) + 1))
    return found


def sentences(path: Path) -> Iterator[str]:
    """What the tests of a file claim: docstrings of test functions and of what a state machine holds; comments in front of a test in JavaScript."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield from (line for line in text.splitlines() if line.strip().startswith("//"))
        return
    yield from claimed(ast.parse(text))


def claimed(tree: ast.AST) -> Iterator[str]:
    """The same of a file, of one test or of one state machine that has been read already."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (node.name.startswith("test_") or "invariant()" in map(ast.unparse, node.decorator_list)):
            yield ast.get_docstring(node) or ""


def proven() -> set[int]:
    """Every invariant that some test names."""
    here = [
        path for path in tracked() if path.is_relative_to(TOP / "tests") and path.suffix in {".py", ".mjs"} and path.parent.name != "tidy"
    ]
    return {number for path in here for sentence in sentences(path) for number in numbers(sentence)}


def test_every_invariant_has_a_test_that_names_it() -> None:
    """`(invariant 54)` in the sentence of the test that proves it."""
    assert sorted(PROTOCOL - proven()) == []


def test_ranges_and_lists_of_invariants_are_read() -> None:
    """As people write them."""
    assert numbers("held (invariants 4, 6 to 8 and 11)") == {4, 6, 7, 8, 11}
    assert numbers("Inv. 31.") == {31}
