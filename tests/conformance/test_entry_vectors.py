"""The chapter entries is what the lock does: list and config are read from the file alone, as another lock would read them."""

from typing import Any

import pytest

from limen.cli.vectorbook.playing import Played
from limen.cli.vectorbook.visits import known_models
from limen.lock.commands import AnswerCard, Command, LensState, ShowLens
from limen.lock.events import CardAnswered, CardTapped, CheckPressed, DigitTyped, Event, InsideBolt, LensTouched
from limen.lock.shell.keycard import encoded
from limen.lock.shell.nfc import Field
from limen.wire import cbor, liststate, shape
from limen.wire.cards import SunMessage
from limen.wire.liststate import ListState
from limen.wire.records import Config, ListRecord
from tests.conformance.test_vectors import Chapter, chapter, raw, rows

LIVES = {case["name"]: case for case in rows(chapter("entries"))}


def owned(book: Chapter, case: Chapter) -> Played:
    """A lock that holds the list of a case."""
    listed = [ListRecord.from_value(row) for row in shape.array(cbor.decode(raw(case, "records")), 0, 99)]
    records = {record.slot: liststate.stored(record, raw(book, "k_pin")) for record in listed}
    config = Config.from_value(cbor.decode(raw(case, "config")))
    state = ListState(epoch=1, ver=1, records=records, config=config, k_daily=raw(book, "k_daily"), k_pin=raw(book, "k_pin"))
    return Played.owned(known_models()[case["model"]], state, lost=case["clock"] == "lost")


def done(played: Played, step: dict[str, Any]) -> list[Command]:
    """One step, but for a card that has to answer."""
    uid = bytes.fromhex(step.get("uid", ""))
    match step["do"]:
        case "wait":
            return played.wait(step["ms"])
        case "inside":
            return played.do(InsideBolt(step["thrown"]))
        case "number":
            return played.do(CardTapped(uid))
        case "count":
            return played.do(CardTapped(uid, sun=SunMessage(step["count"], bytes.fromhex(step["mac"]))))
    played.moves = step["bolt"]
    touches: list[Event] = [LensTouched(), *(DigitTyped(int(digit)) for digit in step["digits"]), *([CheckPressed()] if step["ok"] else [])]
    return [command for touch in touches for command in played.do(touch)]


def tapped(played: Played, step: dict[str, Any]) -> CardAnswered:
    """An AES card from its tap to the last thing it says."""
    reader, last = Field(encoded(bytes.fromhex(step["uid"]), {step["slot"]: bytes.fromhex(step["key"])}, 7, 7)), CardAnswered(b"")
    commands = played.do(reader.begin(played.lock.card_slot))
    for ms in step["after"]:
        if asked := [command.data for command in commands if isinstance(command, AnswerCard)]:
            last = reader.answer(asked[0])
            played.wait(ms)
            commands = played.do(last)
    return last


@pytest.mark.parametrize("name", LIVES)
def test_hands_and_cards_are_answered_as_written(name: str) -> None:
    """What opens, what the keypad says, what each try costs and what is written down."""
    played, said, written = owned(chapter("entries"), LIVES[name]), CardAnswered(b""), 0
    for step in LIVES[name]["steps"]:
        played.opened, commands = False, list[Command]()
        if step["do"] == "card":
            said = tapped(played, step)
        else:
            commands = played.do(said) if step["do"] == "again" else done(played, step)
        records = [played.told(one.event) for one in played.held() if one.event.seq >= played.first]
        waits = [shown.seconds for shown in commands if isinstance(shown, ShowLens) and shown.state is LensState.WAITING]
        memory = played.lock.memory
        assert memory.held is not None
        assert (played.opened, waits[-1] if waits else None) == (step["opens"], step["waits"])
        assert memory.bucket.tokens_left(memory.held.config.bucket, played.at) == step["tokens"]
        assert sorted([int(cls), b, idx] for cls, b, idx in memory.uses.issues()) == step["uses"]
        assert step["records"] in (None, records[written:])
        written = len(records)
