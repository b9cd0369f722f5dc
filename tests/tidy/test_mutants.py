"""Every deliberate bug can still be made, and names a test that exists; `make mutants` then shows that the test notices it."""

import ast

import pytest

from tests.tidy.project import TOP
from tests.tidy.test_invariants import claimed, numbers
from tools.mutants import Mutant, Verdict, applies, judged, mutants

BOLD = (1, 2, 3, 18, 23, 24, 29, 30, 35, 40, 45, 57, 58, 63)
"""What blocks a release (protocol 11): each has at least one bug of its number."""
ALL = mutants()


def found(node: str) -> ast.stmt | None:
    """The test of that name in that file; where a class that hypothesis makes runs it, the state machine that it is made of."""
    name, _, what = node.partition("::")
    tree = ast.parse((TOP / name).read_text(encoding="utf-8"))
    if what.endswith("::runTest"):
        made = what.removesuffix("::runTest")
        of = next(
            (ast.unparse(line.value) for line in tree.body if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == made), ""
        )
        return next((line for line in tree.body if isinstance(line, ast.ClassDef) and of == f"{line.name}.TestCase"), None)
    return next((line for line in tree.body if isinstance(line, ast.FunctionDef) and line.name == what.partition("[")[0]), None)


def number_of(mutant: Mutant) -> int:
    """The invariant that it breaks."""
    return int(mutant.name.partition("-")[0])


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.name)
def test_every_deliberate_bug_can_still_be_made(mutant: Mutant) -> None:
    """A patch that no longer applies tests nothing: whoever changes those lines writes it anew."""
    assert applies(mutant, TOP, only_check=True) == ""


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.name)
def test_every_deliberate_bug_names_a_test_that_exists_and_says_what_it_breaks(mutant: Mutant) -> None:
    """Its number is the invariant's, its sentence ends with a full stop."""
    assert found(mutant.test) is not None
    assert mutant.breaks.endswith(".")
    assert mutant.name.partition("-")[0].isdecimal()


def test_every_invariant_that_blocks_a_release_has_a_deliberate_bug() -> None:
    """A test that no bug makes fail is decoration."""
    assert sorted(set(BOLD) - {number_of(mutant) for mutant in ALL}) == []


@pytest.mark.parametrize("bold", BOLD)
def test_a_deliberate_bug_of_every_such_invariant_is_noticed_by_a_test_that_names_it(bold: int) -> None:
    """Else the test that claims the invariant might prove nothing, while another one notices the bug."""
    noticing = [test for mutant in ALL if number_of(mutant) == bold and (test := found(mutant.test)) is not None]
    assert any(bold in numbers(sentence) for test in noticing for sentence in claimed(test))


def test_only_a_broken_claim_counts_as_noticed() -> None:
    """An import error would notice every bug there is."""
    assert judged(AssertionError()) is Verdict.FAILED
    assert judged(pytest.fail.Exception("DID NOT RAISE")) is Verdict.FAILED
    assert judged(ImportError()) is Verdict.BROKEN
    assert judged(ExceptionGroup("two", [AssertionError(), KeyError()])) is Verdict.BROKEN
