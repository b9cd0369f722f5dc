"""What the chapter of visits says of updates that are not taken."""

from tests.unit.cli.vectorbook.test_visits import cases


def test_an_update_that_is_wrong_in_one_thing_changes_nothing() -> None:
    """NEED_SNAPSHOT, and the version is the one before."""
    wrong = [steps for name, steps in cases().items() if name.startswith("not committed")]
    assert len(wrong) == 10
    assert {(steps[-2]["answer"], steps[-1]["answer"]) for steps in wrong} == {("82188406", "861882000101f640")}


def test_a_root_that_takes_the_key_of_a_grant_away_ends_every_session_of_that_key() -> None:
    """The receipt is the last answer there; the new key's grant is believed (M-4, R-5)."""
    steps = cases()["a root takes away the key of every grant"]
    assert [step["answer"] for step in steps if step["do"] == "ask"][-6:-1] == ["8318820100", None, "8318850100", None, None]
    assert steps[-1]["opens"]
