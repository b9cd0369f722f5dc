"""A whole update at the real lock, its flash a file or memory: the power goes at every step of storage, and once more at the next start."""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from limen.lock.events import Cause
from limen.lock.flash import Area, Layout
from limen.lock.shell.flash import FileFlash, MemoryFlash
from limen.wire.answers import Settled
from limen.wire.events import Kind
from limen.wire.grants import Cls
from limen.wire.operations import Op
from limen.wire.records import AesCard, ListRecord, RecordKind
from tests.unit.lock.crash import PowerLossError
from tests.unit.lock.reading import events
from tests.unit.lock.site import CONFIG, GUS, MODELS, House, Rig, Service, activate, code, opened

AREAS = Layout.for_capacity(MODELS["M"].capacity).all()
KEY = bytes.fromhex("00112233445566778899aabbccddeeff")
CARD = ListRecord(slot=9, kind=RecordKind.CARD_AES, data=AesCard(b"\x04cardno", KEY), subj=6, cls=Cls.RESIDENT)


class Cut:
    """Counts steps of storage: each program, erase and barrier is one. The power goes when none is left, in the middle of the last."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.steps = 0

    def step(self, partly: Callable[[], None] = lambda: None) -> None:
        self.steps += 1
        if self.left is None:
            return
        if self.left == 0:
            self.left = None
            partly()
            raise PowerLossError
        self.left -= 1


class WithoutPower:
    """A flash, the one that ships or the simulator's, whose power can go."""

    def __init__(self, flash: FileFlash | MemoryFlash, cut: Cut) -> None:
        self.flash, self.cut = flash, cut

    def read(self, area: Area, at: int, length: int) -> bytes:
        return self.flash.read(area, at, length)

    def program(self, area: Area, at: int, data: bytes) -> None:
        self.cut.step(lambda: self.flash.program(area, at, data[: len(data) // 2]))
        self.flash.program(area, at, data)

    def erase(self, area: Area, page: int) -> None:
        self.cut.step()
        self.flash.erase(area, page)

    def barrier(self) -> None:
        self.cut.step()
        self.flash.barrier()

    def image(self) -> bytes:
        return b"".join(self.read(area, 0, area.size_bytes) for area in AREAS)


def owned(flash: WithoutPower) -> House:
    """A lock that holds a code and a card, and an update on its way that takes both."""
    service, rig = Service(CONFIG), Rig(flash=flash)
    rig.manufacture(service)
    rig.boot()
    service.edit(code(10, 5_550_123), CARD)
    assert isinstance(activate(rig, service), Settled)
    service.edit(code(11, 5_550_777), *(code(100 + n, 1_000_000 + 7 * n) for n in range(110)), gone=[9, 10])
    return House(service, rig)


def standing(made: House, flash: WithoutPower) -> House:
    """The same lock in another life."""
    rig = Rig(flash=flash)
    rig.at = made.rig.at
    rig.boot(Cause.RESTART)
    return House(made.service, rig)


def bring(home: House) -> None:
    talk, _ = home.present(GUS, home.service.grant(GUS, Cls.COURIER, acl_ver=1, subj=9), Op.MANIFEST)
    home.push(talk, home.service.bundle(base=1))


@pytest.mark.rule("LOCK-12", "SYNC-6")
@pytest.mark.parametrize("kind", ["file", "memory"])
def test_an_update_survives_the_loss_of_power_at_every_step_and_a_second_one_at_the_next_start(kind: str, tmp_path: Path) -> None:
    """Old or new, never between; brought again it arrives; what it took away is nowhere in flash then (invariants 2, 3 and 15)."""
    cut, file = Cut(), tmp_path / "first.img"
    first = _flash(kind, file, cut)
    made = owned(first)
    home = standing(made, _copy(first, file, tmp_path / "whole.img"))
    start = cut.steps
    bring(home)
    total = cut.steps - start
    assert total > 15
    for number in range(total):
        cut.left = None
        flash = _copy(first, file, tmp_path / f"{number}.img")
        home = standing(made, flash)
        cut.left = number
        with contextlib.suppress(PowerLossError):
            bring(home)
        for again in (number % 5, None):  # once more in the middle of the start, then for good
            cut.left = again
            with contextlib.suppress(PowerLossError):
                home.rig.boot(Cause.RESTART)
        held = home.rig.lock.memory.held
        assert held is not None
        assert held.state.ver in (1, 2)
        bring(home)
        home.rig.boot(Cause.RESTART)
        assert opened(home.rig.type("5550777"))
        assert KEY not in flash.image()
        assert [event.ver for event in events(home) if event.kind is Kind.UPDATE_APPLIED] == [1, 2]
        if isinstance(flash.flash, FileFlash):
            flash.flash.close()


def _flash(kind: str, path: Path, cut: Cut) -> WithoutPower:
    return WithoutPower(FileFlash(path, AREAS) if kind == "file" else MemoryFlash(), cut)


def _copy(made: WithoutPower, of: Path, path: Path) -> WithoutPower:
    """The same bytes in another life; `of` is the file of a flash that lies in one."""
    if isinstance(made.flash, FileFlash):
        shutil.copyfile(of, path)
        return WithoutPower(FileFlash(path, AREAS), made.cut)
    copied = MemoryFlash()
    copied._areas = {name: bytearray(memory) for name, memory in made.flash._areas.items()}
    return WithoutPower(copied, made.cut)
