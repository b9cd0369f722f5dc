"""Fields that several surfaces have."""

import pytest
from django import forms

from limen.web.fields import NameField


class Form(forms.Form):
    """One name."""

    name = NameField(max_length=20)


@pytest.mark.parametrize("name", ["Dana\u202egnat", "Da\u200bna", "A\x9bB", "x\u2028y", "Da\u00adna"])
def test_a_name_that_cannot_be_read_is_refused_with_what_to_do(name: str) -> None:
    """It is not mended silently."""
    assert Form({"name": name}).errors["name"] == ["This holds characters that cannot be seen. Type it again."]


@pytest.mark.parametrize("name", ["Zoë", "李 明", "O'Brien-Smith", "محمد"])
def test_names_of_any_script_are_taken(name: str) -> None:
    """As they are."""
    form = Form({"name": name})
    assert form.is_valid() and form.cleaned_data["name"] == name
