"""Lists and small numbers inside sentences, as people write them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

NAMED_MOST = 6


def both(names: Sequence[str]) -> str:
    """ "Gym", "Gym and Roof", "Gym, Package Room and Roof"."""
    return _joined(names, _("%(first)s and %(last)s"))


def either(names: Sequence[str]) -> str:
    """ "Milo Brandt or Ana Ruiz"."""
    return _joined(names, _("%(first)s or %(last)s"))


def _joined(names: Sequence[str], pattern: str) -> str:
    if len(names) < 2:
        return "".join(names)
    return pattern % {"first": ", ".join(names[:-1]), "last": names[-1]}


def some_of(names: Sequence[str]) -> str:
    """ "Gym, Package Room, Roof"; of many the first, and how many more there are."""
    if len(names) <= NAMED_MOST:
        return ", ".join(names)
    return _("%(names)s and %(n)d more") % {"names": ", ".join(names[:NAMED_MOST]), "n": len(names) - NAMED_MOST}


def number(count: int) -> str:
    """Small counts as words at the start of a sentence: "Two people"; larger ones as digits."""
    words = ["", _("One"), _("Two"), _("Three"), _("Four"), _("Five"), _("Six")]
    return words[count] if 0 < count < len(words) else str(count)


def small_number(count: int) -> str:
    """The same inside a sentence: "one is not in the app yet"."""
    words = ["", _("one"), _("two"), _("three"), _("four"), _("five"), _("six")]
    return words[count] if 0 < count < len(words) else str(count)
