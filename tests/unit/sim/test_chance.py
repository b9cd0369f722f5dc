"""Chance from a seed."""

from limen.sim.chance import branch, seeded


def test_the_same_text_draws_the_same() -> None:
    """Two generators of one text agree; of another text they do not."""
    first, second, other = seeded("a"), seeded("a"), seeded("b")
    drawn = [first.random() for _ in range(5)]
    assert drawn == [second.random() for _ in range(5)]
    assert drawn != [other.random() for _ in range(5)]


def test_a_branch_moves_nothing_else() -> None:
    """However much is drawn from a branch, the tree goes on as it would."""
    tree, same = seeded("a"), seeded("a")
    branch(tree).randbytes(1000)
    branch(same)
    assert tree.random() == same.random()
