"""The floors hold: for imports, and for the database, which imports cannot see."""

import subprocess
import sys

from django.apps import apps

from tests.tidy.project import TOP, rooms


def test_every_import_contract_is_kept() -> None:
    """A room imports only what stands below it, and only its face."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=TOP,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_relation_climbs_or_lets_a_low_room_look_up() -> None:
    """String keys walk past import contracts: they lead downward only, and leave no name behind in the lower room."""
    floor = {room: height for height, layer in enumerate(reversed(rooms())) for room in layer}
    wrong = []
    for model in apps.get_models():
        here = model._meta.app_label
        for field in model._meta.get_fields():
            remote = field.remote_field
            if here not in floor or not field.is_relation or field.auto_created or remote is None:
                continue
            there = remote.model._meta.app_label
            if there in floor and there != here and (floor[there] >= floor[here] or not remote.hidden):
                wrong.append(f"{model._meta.label}.{field.name} -> {there}")
    assert not wrong
