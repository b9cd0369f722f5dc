"""What the chapter of visits says of times and rights."""

from limen.wire.answers import Presented, parse_answer
from tests.unit.cli.vectorbook.test_visits import cases


def test_a_link_ends_at_its_time_to_the_millisecond() -> None:
    """Five seconds, ten, ten minutes, an hour (S-9)."""
    book = cases()
    for name in (
        "a handshake that comes too late",
        "a PRESENT that comes too late",
        "ten minutes in all",
        "an hour on the link that the lock dialled",
    ):
        assert book[name][-1]["answer"] is None
    assert all(step["answer"] for step in book["ten minutes in all"][:-1] if step["do"] == "ask")


def test_a_remote_order_is_obeyed_only_as_it_was_signed_for_and_by_a_clock_that_can_tell() -> None:
    """Door, intent, operation and right (O-4); ten seconds of error, and a deadbolt (M-42)."""
    signed = [steps for name, steps in cases().items() if name.startswith("a gateway that signed") or name == "a gateway without the right"]
    assert len(signed) == 5 and {steps[1]["answer"] for steps in signed} == {"83188f0109"}
    orders = [step for name in cases() for step in cases()[name] if name.startswith(("a remote order by", "a remote order behind"))]
    assert [step["opens"] for step in orders if step["do"] == "ask" and step["request"].startswith("840f")] == [False, True, False, True]


def test_every_class_is_told_its_rights_and_a_gateway_alone_may_order() -> None:
    """With each right in its grant (G-3)."""
    shown = [step for step in cases()["each class, with every right in its grant"] if step["do"] == "connect"]
    rights = [parse_answer(bytes.fromhex(step["answer"])) for step in shown]
    assert [int(one.rights) for one in rights if isinstance(one, Presented)] == [31, 31, 31, 31, 31, 2, 2, 38, 2]
