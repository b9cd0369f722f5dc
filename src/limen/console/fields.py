"""Fields of the console's forms: names that can be read, choices with a hint and without a default."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from limen.web.fields import NameField

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise

__all__ = ["Hinted", "NameField", "choice"]


class Hinted(forms.RadioSelect):
    """Radio buttons with a hint under each."""

    def __init__(self, hints: "Mapping[str, Words]") -> None:
        super().__init__()
        self.hints = hints

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 (Django's own signature)
        """The option with its hint, for the template."""
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "hint": self.hints.get(str(value), "")}


def choice(
    label: "Words", options: "Sequence[tuple[str, Words, Words]]", *, required: bool = True, help_text: "Words" = "", missing: "Words" = ""
) -> forms.ChoiceField:
    """One of several, each with its hint: `(value, words, hint)`. `missing` is what is said when none was chosen."""
    return forms.ChoiceField(
        label=label,
        choices=[(value, words) for value, words, _hint in options],
        widget=Hinted({value: hint for value, _words, hint in options}),
        required=required,
        help_text=help_text,
        error_messages={"required": missing} if missing else {},
    )
