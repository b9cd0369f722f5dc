"""A model nobody knows has no checks."""

import pytest

from limen.kernel.problems import NotYours
from limen.support.queries import next_check


def test_an_unknown_model_is_not_found() -> None:
    """The question has no answer, and says so."""
    with pytest.raises(NotYours):
        next_check("X9", [])
