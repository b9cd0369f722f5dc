"""Who comes in the chapter of visits."""

from limen.cli.vectorbook.asked import COURIER, GATEWAY, Ask, Present, cases
from limen.wire.grants import Rights, effective_rights
from limen.wire.operations import Op, op_of, parse_request


def test_a_courier_asks_for_everything_that_can_be_asked() -> None:
    """Each operation but the handshake's own occurs in the chapter; what means nothing in that session too."""
    asked = [step for _, steps in cases().values() for step in steps if isinstance(step, Ask)]
    bodies = {op_of(parse_request(one.request)) for one in asked if one.request[:2] not in (b"\x81\x10", b"\x82\x02")}
    assert bodies >= {*Op} - {Op.TIME_ASK, Op.PRESENT}


def test_rights_that_a_class_does_not_have_are_written_into_a_grant_and_do_not_help() -> None:
    """The chapter has such a grant; a gateway's stands on a link that the lock dialled."""
    assert effective_rights(COURIER) == Rights.PUSH and Rights.REMOTE in effective_rights(GATEWAY)
    first = [steps[0] for model, steps in cases().values() if model == "R"]
    assert all(isinstance(step, Present) and step.dialled for step in first)
