"""What programs say in JSON is read in one place, which knows what cannot be meant."""

import ast
from collections.abc import Iterator

import pytest

from tests.tidy.project import SOURCE

SURFACES = ("bench", "console", "gateway", "resident", "visitor", "web")
READER = SOURCE / "web" / "spoken.py"


def readings(text: str) -> Iterator[str]:
    """Calls of `json.loads` or `json.load`, under whatever name."""
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in {"loads", "load"}
            and isinstance(node.value, ast.Name)
            and node.value.id == "json"
        ):
            yield node.attr
        if isinstance(node, ast.ImportFrom) and node.module == "json":
            yield from (name.name for name in node.names if name.name != "dumps")
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name == "json" and name.asname)


@pytest.mark.parametrize("surface", SURFACES)
def test_no_surface_reads_json_by_itself(surface: str) -> None:
    """An address or socket that is added cannot forget half characters, NUL and endless numbers."""
    found = [path.name for path in sorted((SOURCE / surface).rglob("*.py")) if path != READER and list(readings(path.read_text("utf-8")))]
    assert found == []


@pytest.mark.parametrize("text", ["import json\njson.loads(b)", "from json import loads\nloads(b)", "import json as j\nj.loads(b)"])
def test_a_surface_that_did_would_be_found(text: str) -> None:
    """Under every name it can have."""
    assert list(readings(text))
