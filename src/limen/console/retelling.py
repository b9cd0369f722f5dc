"""What an import says about a line, in the reader's language.

The rooms that judge lines are pure and speak English; each sentence they know stands here with its gaps, so that it can be said again.
A sentence that does not stand here is shown as it is: nothing is lost, and a test reads real files for such sentences.
"""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from django.utils import dateformat
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from limen.kernel.previews import Preview

# What a room may say after "Line 8, Unit:". The narrow ones come first: the first that fits is taken.
SENTENCES: Final = (
    gettext_noop("is empty."),
    gettext_noop("is empty. A door of kind unit belongs to a unit."),
    gettext_noop("is empty, and Smartphone says yes. Add the e-mail, or write no: the person then gets letters."),
    gettext_noop("is empty, and Status says %(status)s."),
    gettext_noop("is longer than a name can be."),
    gettext_noop("is longer than %(most)s characters."),
    gettext_noop("a formula is not read here. Write the words."),
    gettext_noop("has %(cells)s cells, the first line has %(first)s."),
    gettext_noop('"%(text)s" is neither yes nor no.'),
    gettext_noop('"%(text)s" is not an e-mail address.'),
    gettext_noop('"%(text)s" is not a telephone number.'),
    gettext_noop('"%(text)s" is not imported from a file. Appoint staff one by one.'),
    gettext_noop('"%(text)s" is not a status. Write Current, Future, Notice or Past.'),
    gettext_noop('"%(text)s" is not a date.'),
    gettext_noop('"%(text)s" is before the start, "%(start)s".'),
    gettext_noop('"%(text)s" is not a kind of door. Write entrance, common, unit or service.'),
    gettext_noop('"%(text)s" stands at a door of kind %(kind)s. Only a door of kind unit belongs to one.'),
    gettext_noop('"%(text)s" is not a unit of %(building)s. Add the unit or correct the line.'),
    gettext_noop('"%(text)s" is not a model. Write %(models)s, or leave it empty.'),
    gettext_noop('a device of model "%(text)s" has no network. Write no.'),
    gettext_noop('"%(text)s" is not a serial. It has letters, digits and hyphens, as on the label.'),
    gettext_noop('"%(text)s" belongs to another door already.'),
    gettext_noop('"%(text)s" belongs to "no unit" here. A door does not move; make a new one.'),
    gettext_noop('"%(text)s" belongs to "%(unit)s" here. A door does not move; make a new one.'),
    gettext_noop('"%(text)s" is %(kind)s and has had a device. Its kind cannot change any more.'),
    gettext_noop('line %(other)s says otherwise about "%(text)s". We do not guess.'),
    gettext_noop("belongs to somebody with another name; this line says %(name)s. We do not guess."),
    gettext_noop("belongs to %(whose)s; this line says %(name)s. We do not guess."),
    gettext_noop("says Past, but the lease ends later than today."),
    gettext_noop("says Past, but line %(other)s says that %(name)s lives there. We do not guess."),
    gettext_noop(
        "says Past, and nobody else is named for %(unit)s. If it stands empty, nothing is missing; if not, correct the line."
    ),
    gettext_noop("the lease of %(name)s is another one on line %(other)s. We do not guess."),
    gettext_noop("the telephone of %(name)s is another one on line %(other)s. We do not guess."),
    gettext_noop("line %(other)s says otherwise about the smartphone of %(name)s. We do not guess."),
    gettext_noop("%(name)s is known in %(unit)s without an e-mail. Add it on their page, or correct the line. We do not guess."),
    gettext_noop("%(name)s moved out of %(unit)s; living there ended on %(day)s."),
    gettext_noop("%(name)s lives in %(unit)s again."),
    gettext_noop("%(name)s is on line %(other)s with %(units)s; %(unit)s is added."),
    gettext_noop("%(name)s lives in %(units)s; %(unit)s is added."),
    gettext_noop("living in %(unit)s begins on %(day)s."),
    gettext_noop("living in %(unit)s ends on %(day)s."),
    gettext_noop("living in %(unit)s goes on; its end is taken back."),
    gettext_noop("the end of the lease changes."),
    gettext_noop("%(word)s changes."),
    gettext_noop("spaces and capitals removed from %(word)s."),
    gettext_noop("spaces removed from %(word)s."),
    gettext_noop("capitals removed from %(word)s."),
    gettext_noop('%(word)s held a formula. It was not run; the words "%(text)s" are kept.'),
    gettext_noop('There is no column "%(text)s".'),
    gettext_noop("The first line names the columns: %(columns)s."),
    gettext_noop("Two columns could be %(word)s. Choose one."),
    gettext_noop('The column "%(text)s" is not read.'),
    gettext_noop("Dates are read %(word)s: %(text)s is %(day)s."),
    gettext_noop("The file was read as Windows-1252. Check the names with accents."),
    gettext_noop("It has more than %(most)s columns."),
    gettext_noop("At most %(most)s MB can be read at once."),
    gettext_noop("At most %(most)s lines can be read at once."),
    gettext_noop("The quotation marks on line %(line)s do not match."),
    gettext_noop("A cell on line %(line)s never ends. Close its quotation mark."),
    gettext_noop('Two columns are called "%(text)s".'),
    gettext_noop("Give one of them another name, or take it out of the file."),
)  # fmt: skip
# What stands in the gap of a column's name.
WORDS: Final = frozenset({
    gettext_noop("the unit"), gettext_noop("the first name"), gettext_noop("the last name"), gettext_noop("the e-mail"),
    gettext_noop("the telephone"), gettext_noop("the status"), gettext_noop("the start of the lease"), gettext_noop("the end of the lease"),
    gettext_noop("the role"), gettext_noop("the smartphone"), gettext_noop("the door"), gettext_noop("the kind"), gettext_noop("the model"),
    gettext_noop("the connection"), gettext_noop("the serial"), gettext_noop("sharing"), gettext_noop("the doorcodes"), gettext_noop("doorcodes"),
    gettext_noop("month/day/year"), gettext_noop("day/month/year"), gettext_noop("year/month/day"),
})  # fmt: skip
_GAP: Final = re.compile(r"%\((\w+)\)s")
_LINE: Final = re.compile(r"Line (?P<line>\d+)(?:, (?P<column>\w+):|:)? (?P<why>.+)", re.DOTALL)


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = _GAP.split(sentence)
    return re.compile("".join(re.escape(one) if at % 2 == 0 else f"(?P<{one}>.+?)" for at, one in enumerate(parts)), re.DOTALL)


_KNOWN: Final = tuple((sentence, _pattern(sentence)) for sentence in SENTENCES)


def retold(said: str) -> str:
    """The sentence in the language of this request."""
    about = _LINE.fullmatch(said)
    if about is None:
        return _sentence(said)
    why = _sentence(about["why"])
    if about["column"]:
        return _("Line %(line)s, %(column)s: %(why)s") % {"line": about["line"], "column": about["column"], "why": why}
    return _("Line %(line)s: %(why)s") % {"line": about["line"], "why": why}


def in_the_readers_words(preview: Preview) -> Preview:
    """The preview with every reason and note said again, also for the file of the lines that cannot be imported."""
    if (get_language() or "en").startswith("en"):
        return preview
    rows = tuple(replace(row, reasons=tuple(retold(one) for one in row.reasons)) for row in preview.rows)
    return replace(preview, rows=rows, notes=tuple(retold(one) for one in preview.notes))


def _sentence(said: str) -> str:
    for sentence, pattern in _KNOWN:
        found = pattern.fullmatch(said)
        if found is not None:
            return _(sentence) % {name: _gap(name, text) for name, text in found.groupdict().items()}
    return _(said)


def _gap(name: str, text: str) -> str:
    """A column by its name in this language, a day with its month; what people typed stays as they typed it."""
    if name == "day":
        with suppress(ValueError):
            return dateformat.format(datetime.strptime(text, "%d %b %Y").replace(tzinfo=UTC), "j M Y").lower()
    return _(text) if text in WORDS else text
