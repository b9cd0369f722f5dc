"""The chapter of roots."""

from typing import Any, cast

from limen.cli.vectorbook.lineage import root_cases


def test_the_chain_changes_a_role_then_the_root_keys_and_each_link_has_its_refusals() -> None:
    """Three links; refusals of a first root and after each of the others."""
    book = root_cases()
    chain, refused = cast(list[dict[str, Any]], book["chain"]), cast(list[dict[str, Any]], book["refuse"])
    assert [link["n"] for link in chain] == [1, 2, 3]
    assert (
        chain[0]["keys"]["65001"] != chain[1]["keys"]["65001"] and chain[0]["root_keys"] == chain[1]["root_keys"] != chain[2]["root_keys"]
    )
    assert {case["after"] for case in refused} == {0, 1, 2} and len({case["statement"] for case in refused}) == len(refused)
