"""Deliberate bugs: each patch of tests/mutants must make the one test that it names fail, or that test proves nothing (`make mutants`).

A patch begins with `test: <pytest node>` and `breaks: <sentence>`, then a unified diff against the project's top folder. It is applied to a
copy of src, never to the tree; the named test must fail there by an assertion (an import error proves nothing) and pass without the patch.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest

TOP = Path(__file__).resolve().parents[1]
PATCHES = TOP / "tests" / "mutants"
AT_ONCE = 2
TEST_S_MAX = 300


class Verdict(IntEnum):
    """How the named test ended; also the exit code of a judging process."""

    PASSED = 0
    FAILED = 41
    BROKEN = 42


@dataclass(frozen=True)
class Mutant:
    """One patch: what it breaks, and the test that has to notice."""

    path: Path
    test: str
    breaks: str

    @property
    def name(self) -> str:
        return self.path.stem


def read_mutant(path: Path) -> Mutant:
    """The head of a patch; ValueError if one of its two lines is missing."""
    said = dict(line.split(": ", 1) for line in path.read_text(encoding="utf-8").splitlines()[:2] if ": " in line)
    if set(said) != {"test", "breaks"}:
        raise ValueError(f"{path.name} does not begin with its lines `test:` and `breaks:`")
    return Mutant(path, said["test"].strip(), said["breaks"].strip())


def mutants(wanted: Iterable[str] = ()) -> list[Mutant]:
    """All patches in order of their names, or those whose names begin so."""
    names = tuple(wanted)
    return [read_mutant(path) for path in sorted(PATCHES.glob("*.patch")) if not names or path.name.startswith(names)]


def applies(mutant: Mutant, where: Path, *, only_check: bool = False) -> str:
    """Applies a patch below `where`; what git has against it, or nothing."""
    command = ["git", "apply", "-C1", *(["--check"] if only_check else []), str(mutant.path)]
    quiet = {**os.environ, "GIT_CEILING_DIRECTORIES": str(where.parent)}
    done = subprocess.run(command, cwd=where, env=quiet, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr.strip().splitlines()[0]


class Judge:
    """A pytest plugin that remembers, per test, whether it passed, failed by an assertion, or broke down."""

    def __init__(self) -> None:
        self.verdicts: dict[str, Verdict] = {}

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> None:
        here = Verdict.PASSED if call.excinfo is None else judged(call.excinfo.value)
        self.verdicts[item.nodeid] = max(here, self.verdicts.get(item.nodeid, Verdict.PASSED))

    def of(self, node: str) -> Verdict:
        """The worst of all tests that a node id stands for; BROKEN if there was none."""
        found = [verdict for name, verdict in self.verdicts.items() if name == node or name.startswith((node + "[", node + "::"))]
        return max(found, default=Verdict.BROKEN)


def judged(problem: BaseException) -> Verdict:
    """A broken claim is an assertion, or an error that should have been raised and was not; everything else is a broken test."""
    if isinstance(problem, BaseExceptionGroup):
        return max(judged(one) for one in problem.exceptions)
    return Verdict.FAILED if isinstance(problem, AssertionError | pytest.fail.Exception) else Verdict.BROKEN


def judge(nodes: list[str]) -> dict[str, Verdict]:
    """Runs the tests in this process."""
    seen = Judge()
    pytest.main([*nodes, "-q", "--no-header", "-p", "no:cacheprovider", "--hypothesis-profile", "noticed"], plugins=[seen])
    return {node: seen.of(node) for node in nodes}


def in_copy(mutant: Mutant) -> str:
    """What is wrong with this mutant; nothing if the named test noticed it."""
    with tempfile.TemporaryDirectory(prefix="limen-mutant-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(TOP / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
        against = applies(mutant, copy)
        if against:
            return f"no longer applies: {against}"
        env = {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "tools.mutants", "--judge", mutant.test]
        try:
            done = subprocess.run(command, cwd=TOP, env=env, capture_output=True, text=True, timeout=TEST_S_MAX)
        except subprocess.TimeoutExpired:
            return f"no verdict within {TEST_S_MAX} s"
    if done.returncode == Verdict.FAILED:
        return ""
    return "the test still passes" if done.returncode == Verdict.PASSED else "the test breaks down instead of failing"


def main(arguments: list[str]) -> int:
    """`--judge NODE`: one test, its verdict as exit code. Otherwise all mutants, or those whose names begin with an argument."""
    if arguments[:1] == ["--judge"]:
        return int(judge(arguments[1:2])[arguments[1]])
    chosen = mutants(arguments)
    sound = judge(sorted({mutant.test for mutant in chosen}))
    wrong = {mutant: "the test does not pass without it" for mutant in chosen if sound[mutant.test] is not Verdict.PASSED}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        rest = [mutant for mutant in chosen if mutant not in wrong]
        wrong |= {mutant: problem for mutant, problem in zip(rest, pool.map(in_copy, rest), strict=True) if problem}
    wide = max((len(mutant.name) for mutant in chosen), default=0)
    for mutant in chosen:
        print(f"{mutant.name:{wide}}  {wrong.get(mutant, 'noticed'):32}  {mutant.breaks}")
    print(f"{len(chosen) - len(wrong)} of {len(chosen)} deliberate bugs are noticed by the test they name")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
