"""The people of the play are the people one can sign in as."""

from limen.bench.cast import PLAYERS
from limen.cli.demonstration.cast import CAST


def test_everybody_one_can_be_is_in_the_play() -> None:
    """A button on the tour never leads to nobody."""
    assert {player.email for player in PLAYERS} <= {part.address for part in CAST if part.address}
