"""The chapter of visits: each answer is a lock's, each receipt in it verifies, and nothing that is drawn by chance stands in it."""

from functools import cache
from typing import Any, cast

from limen.cli.vectorbook.steady import signer
from limen.cli.vectorbook.visits import visit_cases
from limen.wire import answers, receipts
from limen.wire.envelope import RoleKeys, Typ
from limen.wire.grants import open_grant
from limen.wire.operations import parse_request
from limen.wire.refusals import Status


@cache
def cases() -> dict[str, list[dict[str, Any]]]:
    return {case["name"]: case["steps"] for case in cast(list[dict[str, Any]], visit_cases()["cases"])}


def answered() -> list[answers.Answer]:
    return [answers.parse_answer(bytes.fromhex(step["answer"])) for steps in cases().values() for step in steps if step.get("answer")]


def test_every_answer_is_one_and_every_receipt_in_them_is_the_locks() -> None:
    """Short ones throughout: a full receipt names a record whose seal is drawn by chance."""
    keys = RoleKeys.of_lock(signer("lock id").public)
    told = [answer for answer in answered() if isinstance(answer, answers.Settled)]
    for answer in told:
        receipt = receipts.open_receipt(answer.receipt, keys)
        assert isinstance(receipt, receipts.Receipt) and receipt.full is None
    assert {answer.status for answer in told} == {Status.APPLIED, Status.ALREADY}


def test_each_status_and_each_answer_to_a_manifest_is_met() -> None:
    """A lock that gives these answers knows the table of O-15 and every status of O-2."""
    assert {getattr(answer, "status", None) for answer in answered()} - {None} >= {
        Status.APPLIED,
        Status.ALREADY,
        Status.SUPERSEDED,
        Status.NEED_SNAPSHOT,
        Status.STALE_EPOCH,
        Status.WRONG_EPOCH,
        Status.TOO_BIG,
        Status.CLOCK,
        Status.UNKNOWN,
    }
    kinds = {type(answer) for answer in answered()}
    assert kinds == {
        answers.Plain, answers.Presented, answers.NeedUpdate, answers.Denied, answers.StatusNow, answers.Staged, answers.Settled, answers.Busy, answers.Given,
    }  # fmt: skip


def test_only_who_signed_for_it_opens_and_what_proves_nothing_is_refused_alike() -> None:
    """All refusals before a proof are the same bytes (O-10), and the next request closes the link (M-3)."""
    strangers = {name: steps for name, steps in cases().items() if name.startswith("not believed")}
    assert {steps[0]["answer"] for steps in strangers.values()} == {"8318810100"} and len(strangers) == 9
    assert {steps[1]["answer"] for steps in strangers.values()} == {None}
    opening = [step for steps in cases().values() for step in steps if step.get("opens")]
    assert {parse_request(bytes.fromhex(step["request"])).__class__.__name__ for step in opening} == {"Unlock", "Remote"}


def test_rights_end_with_the_grant_and_with_the_list_that_takes_it_away() -> None:
    """DENIED with the reason once, then silence (M-4)."""
    for name in ("ends while it is open", "a gateway's grant of ten minutes on a link of an hour", "an update takes away who is talking"):
        *_, refused, closed = cases()[name]
        assert isinstance(answers.parse_answer(bytes.fromhex(refused["answer"])), answers.Denied) and closed["answer"] is None


def test_whoever_is_let_in_has_a_grant_under_the_key_that_the_ticket_names() -> None:
    """And proves it with the phone's key that the grant names."""
    keys = RoleKeys({Typ.GRANT: (signer("KG").public,)})
    for steps in cases().values():
        first = next(step for step in steps if step["do"] == "connect")
        if first["answer"] != "8318810100":
            assert open_grant(bytes.fromhex(first["present"]["grant"]), keys).phone_key == signer(first["present"]["by"]).public
