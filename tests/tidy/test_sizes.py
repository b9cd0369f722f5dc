"""Files and functions stay small enough to be read."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tidy.project import TOP, modules, tracked

FILE_MAX_LINES = 500
FUNCTION_MAX_LINES = 60
POSITIONAL_MAX = 5
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}

OURS = [path for path in tracked() if path.suffix in {".py", ".js", ".css", ".html"} and "migrations" not in path.parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_no_file_is_longer_than_500_lines() -> None:
    """Whoever opens a file can hold it in their head."""
    long = {str(p.relative_to(TOP)): n for p in OURS if (n := len(p.read_text(encoding="utf-8").splitlines())) > FILE_MAX_LINES}
    assert not long


def test_no_function_is_longer_than_60_lines() -> None:
    """A function does one thing; without its docstring it fits on a screen."""
    long = [
        f"{path.relative_to(TOP)}:{node.lineno} {node.name} {node.end_lineno - node.lineno + 1} lines"
        for path in (p for p in OURS if p.suffix == ".py")
        for node in functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > FUNCTION_MAX_LINES
    ]
    assert not long


def test_no_function_takes_more_than_five_positional_arguments() -> None:
    """Six values in a row are mixed up; name them, or give them a dataclass."""
    wide = [
        f"{path.relative_to(TOP)}:{node.lineno} {node.name}"
        for path in modules()
        for node in functions(path)
        if len([a for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in {"self", "cls"}]) > POSITIONAL_MAX
    ]
    assert not wide


def test_no_module_has_a_name_that_says_nothing() -> None:
    """What has no name of its own belongs into a room that has one."""
    assert not [str(path.relative_to(TOP)) for path in OURS if path.stem in VAGUE or path.parent.name in VAGUE]


@pytest.mark.parametrize("room", sorted(p for p in modules() if p.name == "__init__.py"), ids=lambda p: p.parent.name)
def test_every_room_tells_its_story(room: Path) -> None:
    """What it is for, its nouns, its promises, what it never does, where to start reading."""
    if room.parent.name in {"limen", "static"} or room.parent.parent.name != "limen":
        return
    story = ast.get_docstring(ast.parse(room.read_text(encoding="utf-8"))) or ""
    assert [word for word in ("Nouns:", "Promises:", "Never:", "Start reading") if word not in story] == []
