"""Flash in files behaves as flash in memory does."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.lock.flash import Area, FlashError
from limen.lock.shell.flash import FileFlash, MemoryFlash

AREAS = (Area("a", 64, 4), Area("b", 32, 2))


def test_what_was_never_written_reads_as_ones_and_takes_no_room(tmp_path: Path) -> None:
    flash = FileFlash(tmp_path / "lock" / "flash.img", [*AREAS, Area("big", 4096, 1000)])
    assert flash.read(AREAS[1], 0, 64) == b"\xff" * 64
    flash.program(AREAS[0], 0, b"x")
    flash.barrier()
    assert (tmp_path / "lock" / "flash.img").stat().st_size < 4096
    flash.close()


def test_programming_only_clears_bits_and_erasing_sets_them(tmp_path: Path) -> None:
    for flash in (MemoryFlash(), FileFlash(tmp_path / "f", AREAS)):
        flash.program(AREAS[0], 3, b"\x0f")
        flash.program(AREAS[0], 3, b"\xf1")
        assert flash.read(AREAS[0], 3, 1) == b"\x01"
        flash.erase(AREAS[0], 0)
        assert flash.read(AREAS[0], 3, 1) == b"\xff"


def test_it_is_all_there_when_opened_again_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    flash = FileFlash(tmp_path / "f", AREAS)
    flash.program(AREAS[1], 5, b"kept")
    flash.barrier()
    flash.close()
    assert FileFlash(tmp_path / "f", AREAS).read(AREAS[1], 5, 4) == b"kept"
    assert (tmp_path / "f").stat().st_mode & 0o077 == 0


@settings(max_examples=60, deadline=None)
@given(
    acts=st.lists(
        st.one_of(
            st.tuples(st.just("program"), st.integers(0, 1), st.integers(0, 60), st.binary(max_size=40)),
            st.tuples(st.just("erase"), st.integers(0, 1), st.integers(0, 1), st.just(b"")),
        ),
        max_size=20,
    )
)
def test_file_and_memory_never_differ(acts: list[tuple[str, int, int, bytes]], tmp_path_factory: pytest.TempPathFactory) -> None:
    memory, file = MemoryFlash(), FileFlash(tmp_path_factory.mktemp("flash") / "f", AREAS)
    for verb, which, at, data in acts:
        for flash in (memory, file):
            try:
                if verb == "program":
                    flash.program(AREAS[which], at, data)
                else:
                    flash.erase(AREAS[which], at)
            except FlashError:
                pass
    for area in AREAS:
        assert memory.read(area, 0, area.size_bytes) == file.read(area, 0, area.size_bytes)
    file.close()


def test_outside_of_an_area_is_nowhere(tmp_path: Path) -> None:
    for flash in (MemoryFlash(), FileFlash(tmp_path / "f", AREAS)):
        with pytest.raises(FlashError):
            flash.read(AREAS[0], 250, 10)
        with pytest.raises(FlashError):
            flash.program(AREAS[0], -1, b"x")


@pytest.mark.skipif(os.geteuid() != 0 and not Path("/dev/full").exists(), reason="needs a full device")
def test_a_full_disk_is_an_error_and_not_a_silence(tmp_path: Path) -> None:
    (tmp_path / "full").symlink_to("/dev/full")
    flash = FileFlash(tmp_path / "full", AREAS)
    with pytest.raises((FlashError, OSError)):
        flash.program(AREAS[0], 0, b"x")
        flash.barrier()
