"""One broken command does not take the others away."""

import subprocess
import sys

import pytest

from limen.cli import commands, main


def test_every_command_has_a_line_of_help(capsys: pytest.CaptureFixture[str]) -> None:
    """`limen --help` is the list of what one can do."""
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    shown = capsys.readouterr().out
    assert {"serve", "migrate"} <= set(commands()) and all(name in shown for name in commands())


def test_an_unknown_command_is_refused() -> None:
    """Exit code 2, as everywhere."""
    with pytest.raises(SystemExit) as end:
        main(["open-sesame"])
    assert end.value.code == 2


def test_a_command_is_loaded_without_the_others() -> None:
    """A lock's process needs no server, and starts in half the time."""
    code = (
        "import sys; from limen.cli import commands; raise SystemExit([*commands('lock')] != ['lock'] or 'limen.cli.serve' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_asking_for_help_prepares_nothing() -> None:
    """No settings, no data folder, no Django."""
    code = "from limen.cli import commands; from django.conf import settings; commands(); raise SystemExit(settings.configured)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
