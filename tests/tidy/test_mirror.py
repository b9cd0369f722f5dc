"""Every module with code has a unit test where one looks for it."""

import ast
from pathlib import Path

from tests.tidy.project import SOURCE, TOP, modules

# Surfaces are tested from outside, page by page, in tests/surfaces.
FROM_OUTSIDE = {"console", "resident", "visitor", "gateway", "api", "bench"}
# What Django reads and what holds only fields is tested through the services that use it.
THROUGH_OTHERS = {"__init__", "__main__", "apps", "models", "settings", "urls", "wsgi", "asgi"}
# What a rehearsal plays is proved by rehearsing: tests/stories/test_rehearsal.py.
# What a simulator lives is proved by its seeds: tests/properties/test_simulator_seeds.py.
PLAYED = {SOURCE / "cli" / "rehearsal" / "scenes", SOURCE / "cli" / "simulation", SOURCE / "sim" / "story"}
NOT_YET = Path(__file__).with_name("unmirrored.txt")


def has_code(path: Path) -> bool:
    """True when some function does something; shapes (dataclasses, protocols, enums) need no test of their own."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree))


def mirror(path: Path) -> Path:
    """Where the test of a module is."""
    inside = path.relative_to(SOURCE)
    return TOP / "tests" / "unit" / inside.parent / f"test_{inside.stem}.py"


def missing() -> set[str]:
    """Modules without their test."""
    return {
        path.relative_to(TOP).as_posix()
        for path in modules()
        if path.relative_to(SOURCE).parts[0] not in FROM_OUTSIDE
        and not PLAYED.intersection(path.parents)
        and path.stem not in THROUGH_OTHERS
        and has_code(path)
        and not mirror(path).exists()
    }


def excused() -> set[str]:
    """Modules on the list that only shrinks."""
    lines = NOT_YET.read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def test_every_module_with_code_has_its_test() -> None:
    """`src/limen/places/rules.py` is tested in `tests/unit/places/test_rules.py`."""
    assert sorted(missing() - excused()) == []


def test_the_list_of_exceptions_only_shrinks() -> None:
    """What has its test by now, or is gone, leaves the list."""
    assert sorted(excused() - missing()) == []
