"""The inbox takes whole answers or nothing, and news never goes backwards."""

import pytest

from limen.phone import inbox
from limen.phone.wallet import Wallet
from limen.wire import cbor
from limen.wire.cbor import Malformed
from limen.wire.grants import Cls

from .scripted import LOCK_ID, NOW, PHONE, bundle, entry, grant


def answer(*doors: "cbor.Encodable") -> bytes:
    return cbor.encode({"now": NOW * 1000, "phone": "p1", "doors": list(doors)})


def wallet_with(*doors: "cbor.Encodable") -> Wallet:
    wallet = Wallet(key=PHONE)
    inbox.merge(wallet, "resident", inbox.read(answer(*doors)))
    return wallet


def test_the_answer_is_kept_by_view_and_lock() -> None:
    """What the manager's view holds is not used by the resident's."""
    wallet = wallet_with(entry(grant(), bundled=bundle(2), ver=2))
    door = wallet.find("resident", " unit 4b ")
    assert door is not None
    assert door.news
    assert wallet.find("manager", "Unit 4B") is None
    assert wallet.find("resident", LOCK_ID.hex()) == door


def test_a_door_survives_the_wallets_file() -> None:
    """Writing and reading a door is the same door."""
    door = wallet_with(entry(grant(), bundled=bundle(2), ver=2, ack=b"\x01")).doors["resident"][LOCK_ID]
    assert inbox.read_door(cbor.decode(cbor.encode(inbox.write_door(door)))) == door


@pytest.mark.rule("SYNC-13")
def test_of_a_door_that_one_only_passes_the_phone_keeps_the_lock_id_alone() -> None:
    """Also where it is told more, by an earlier service or a wallet of that time: serial, door and name are dropped, and nothing calls it by them."""
    told = {**entry(grant(cls=Cls.COURIER), bundled=bundle(2), ver=2, cls=Cls.COURIER)}
    for said in (told, {**told, "serial": "LM000103", "door": b"\x05" * 16, "name": "Unit 4B"}):
        wallet = wallet_with(said)
        door = wallet.doors["resident"][LOCK_ID]
        assert (door.serial, door.door_id, door.name, door.called, door.news) == (None, None, None, LOCK_ID.hex(), True)
        written = inbox.write_door(door)
        assert (written["serial"], written["door"], written["name"]) == (None, None, None)
        assert [wallet.find("resident", called) for called in ("LM000103", "Unit 4B", "", " ", LOCK_ID.hex())] == [
            None,
            None,
            None,
            None,
            door,
        ]


@pytest.mark.rule("SYNC-11")
def test_an_older_list_does_not_replace_a_newer_one() -> None:
    """Two answers may cross on the way: the newer list stays, the newer grants are taken."""
    wallet = wallet_with(entry(grant(), bundled=bundle(3), ver=3))
    inbox.merge(wallet, "resident", inbox.read(answer(entry(grant(exp=NOW + 9), bundled=bundle(2), ver=2))))
    door = wallet.doors["resident"][LOCK_ID]
    assert door.ver == 3
    assert door.grants[0].grant.exp == NOW + 9


def test_a_proven_list_is_no_news() -> None:
    """Once the service has the lock's word nothing needs to be carried."""
    wallet = wallet_with(entry(grant(), bundled=bundle(2), ver=2))
    inbox.merge(wallet, "resident", inbox.read(answer(entry(grant(), ver=2, proven=2))))
    assert not wallet.doors["resident"][LOCK_ID].news


def test_a_door_that_is_no_longer_named_leaves_the_wallet() -> None:
    """Access that ended takes its grants, its name and its sealed update along."""
    wallet = wallet_with(entry(grant(), bundled=bundle(2), ver=2))
    inbox.merge(wallet, "resident", inbox.read(answer()))
    assert wallet.doors["resident"] == {}
    assert wallet.held() == frozenset()


def test_a_receipt_ends_the_news_in_both_views() -> None:
    """What the lock itself said counts for whoever asked."""
    wallet = wallet_with(entry(grant(), bundled=bundle(2), ver=2))
    wallet.saw_receipt(LOCK_ID, 2)
    assert not wallet.doors["resident"][LOCK_ID].news


@pytest.mark.parametrize(
    "change",
    [
        {"lock": bytes(8)},
        {"grants": [b"\x00"]},
        {"grants": [bytes(600)]},
        {"info": b"\x80"},
        {"name": "x" * 300},
        {"serial": "x" * 33},
        {"serial": None},
        {"door": None},
        {"door": bytes(15)},
        {"ver": -1},
        {"more": 1},
        {"class": 12},
        {"bundle": bytes((1 << 20) + 1)},
    ],
)
def test_an_answer_out_of_shape_changes_nothing(change: dict[str, cbor.Encodable]) -> None:
    """Half an inbox is not taken: one wrong door and the answer is refused."""
    wrong = {**entry(grant()), **change}
    with pytest.raises(Malformed):
        inbox.read(answer(entry(grant()), wrong))


def test_every_cut_of_an_answer_is_refused() -> None:
    """A connection that ended early leaves the wallet as it was."""
    whole = answer(entry(grant(), bundled=bundle(2), ver=2))
    for size in range(len(whole)):
        with pytest.raises(Malformed):
            inbox.read(whole[:size])
