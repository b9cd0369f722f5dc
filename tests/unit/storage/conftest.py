"""A data folder of its own for each test of the room."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: Settings) -> Path:
    """Keys, ledger and clock offset of this test lie here."""
    settings.LIMEN_DATA = tmp_path
    return tmp_path
