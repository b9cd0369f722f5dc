"""Calls that a room must not make are found under every name they can have."""

import subprocess
import sys

import pytest

from tests.tidy.project import TOP

FAULTS = {
    "a clock": "from datetime import UTC, datetime as d\n\nNOW = d.now(UTC)\n",
    "an id": "import uuid as u\n\nID = u.uuid4()\n",
    "chance": "from secrets import token_bytes\n\nKEY = token_bytes(16)\n",
    "Django's clock": "from django.utils import timezone as t\n\nNOW = t.now()\n",
    "another room's model": "from django.apps import apps\n\nDOOR = apps.get_model('places', 'Door')\n",
    "a new key": "from cryptography.hazmat.primitives.asymmetric import ec\n\nKEY = ec.generate_private_key(ec.SECP256R1())\n",
}


def ruff(name: str, text: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--output-format", "concise", "--stdin-filename", name, "-"],
        cwd=TOP,
        input=text,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.mark.parametrize("fault", FAULTS)
def test_a_room_that_reaches_for_it_is_found(fault: str) -> None:
    """Time, chance and keys come in as arguments; only edges make them."""
    assert "TID251" in ruff("src/limen/places/services.py", FAULTS[fault])


def test_an_edge_may() -> None:
    """The command line reads a clock."""
    assert "TID251" not in ruff("src/limen/cli/serve.py", FAULTS["a clock"])
