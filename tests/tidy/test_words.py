"""Every sentence people read is there in Spanish too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils.translation.template import templatize

from tests.tidy.project import SOURCE

CATALOGUES = sorted(SOURCE.rglob("*.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")
CALLS = {"_", "_g", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "gettext_noop"}
# Rooms whose pages people read; a sentence used in one is translated there or in the shared kit.
READ = ("web", "console", "resident", "visitor", "bench")


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_every_sentence_is_translated_with_the_same_blanks(catalogue: Path) -> None:
    """No empty, doubtful or crippled translation."""
    entries = [entry for entry in polib.pofile(str(catalogue)) if not entry.obsolete]
    wrong = [
        e.msgid
        for e in entries
        if e.fuzzy
        or not e.translated()
        or any(
            set(PLACEHOLDER.findall(t)) - set(PLACEHOLDER.findall(e.msgid + e.msgid_plural)) for t in (e.msgstr, *e.msgstr_plural.values())
        )
    ]
    assert not wrong


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_blank_of_a_sentence_is_forgotten(catalogue: Path) -> None:
    """What the sentence names, its translation names; only the form for one may say "the" where English counts."""
    for e in polib.pofile(str(catalogue)):
        if e.msgid_plural:
            assert set(PLACEHOLDER.findall(e.msgstr_plural[1])) == set(PLACEHOLDER.findall(e.msgid_plural)), e.msgid
        else:
            assert set(PLACEHOLDER.findall(e.msgstr)) == set(PLACEHOLDER.findall(e.msgid)), e.msgid


def test_one_sentence_is_said_in_one_way() -> None:
    """All catalogues become one: two translations of a sentence would make what is read depend on the order of the rooms."""
    said: dict[tuple[str | None, str], set[str]] = {}
    for catalogue in CATALOGUES:
        for e in polib.pofile(str(catalogue)):
            said.setdefault((e.msgctxt, e.msgid), set()).add(" | ".join([e.msgstr, *e.msgstr_plural.values()]))
    assert [sentence for sentence, ways in said.items() if len(ways) > 1 and sentence[1]] == []


GUESSED = re.compile(
    r"\b(los invitados|el invitado|los residentes|bienvenido|dueños?|para todos(?! l[oa]s)|todos los que|usuarios?)\b", re.IGNORECASE
)
"""Words that guess who somebody is; "la persona invitada", "quien reside", "todo el mundo" do not."""
FAMILIAR = re.compile(r"\b(tú|tu|tus|tienes|puedes|debes|quieres|haz|vosotros|vuestr[oa]s?|añad\w*|ordenador|móvil)\b", re.IGNORECASE)
"""Words to somebody whom one calls by their first name, or of another shore of the ocean."""


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_spanish_speaks_to_usted_and_guesses_nobody(catalogue: Path) -> None:
    """Screens 10, rule 8: usted, American Spanish, no gendered guesses."""
    texts = [t for e in polib.pofile(str(catalogue)) for t in (e.msgstr, *e.msgstr_plural.values())]
    assert [text for text in texts if GUESSED.search(text) or FAMILIAR.search(text)] == []


def in_python(path: Path) -> Iterator[str]:
    """Literal sentences in calls of gettext."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            yield from texts[1:2] if node.func.id.startswith("pgettext") else texts[:1]


def in_template(path: Path) -> Iterator[str]:
    """Sentences of `trans` and `blocktrans`, as Django's own extraction sees them."""
    pseudo = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for call in re.finditer(r"""\b(?:_|n?gettext)\(u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", pseudo):
        yield str(ast.literal_eval(call[1]))


@pytest.mark.parametrize("room", READ)
def test_every_sentence_of_a_page_has_its_translation(room: str) -> None:
    """A new sentence arrives with its Spanish."""
    known = {entry.msgid for surface in {room, "web"} for po in (SOURCE / surface).rglob("*.po") for entry in polib.pofile(str(po))}
    said = {text for path in (SOURCE / room).rglob("*.html") for text in in_template(path)}
    said |= {text for path in (SOURCE / room).rglob("*.py") for text in in_python(path)}
    assert sorted(said - known - {""}) == []


# Their refusals have other names' families: a lock's and a phone's words are the pages' own, a command line speaks English.
NOT_PROBLEMS = ("cli", "lock", "phone", "sim", "wire")
PROBLEMS = {"Problem": 1, "Refused": 1, "TooMany": 1, "NotAllowed": 0}


def refusals(tree: ast.Module) -> Iterator[ast.expr]:
    """Title and detail of every problem that is raised, a name followed to what it was given in the same file."""
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    given.setdefault(target.id, []).extend(node.value.values if isinstance(node.value, ast.Dict) else [node.value])
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PROBLEMS:
            first = PROBLEMS[node.func.id]
            for said in node.args[first : first + 2]:
                source = said.value if isinstance(said, ast.Subscript) else said
                yield from given.get(source.id, ()) if isinstance(source, ast.Name) else [said]


def test_every_refusal_is_a_sentence_of_the_catalogues() -> None:
    """What the edge says in the reader's language (`Problem.in_words`) must be there in it; what differs stands in named gaps, never glued in."""
    known = {entry.msgid for po in CATALOGUES for entry in polib.pofile(str(po))} | {""}
    wrong, seen = [], 0
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).parts[0] in NOT_PROBLEMS:
            continue
        for said in refusals(ast.parse(path.read_text(encoding="utf-8"))):
            seen += 1
            if isinstance(said, ast.JoinedStr) or (
                isinstance(said, ast.Constant) and isinstance(said.value, str) and said.value not in known
            ):
                wrong.append(f"{path.relative_to(SOURCE)}:{said.lineno}: {ast.unparse(said)}")
    assert wrong == [] and seen > 100


def test_there_is_a_catalogue_to_read() -> None:
    """These tests would pass on nothing."""
    assert CATALOGUES and all((SOURCE / room / "locale/es/LC_MESSAGES/django.po").exists() for room in READ)
