"""The port to non-volatile memory and the map of what lies where (protocol B.5).

A port called in place, not a command: "token before comparison" and "record before bolt" are then the order of
two lines of code, and a test can cut the power at each primitive step (decision 0030).
"""

from dataclasses import dataclass
from typing import Protocol

from limen.wire import limits

PAGE_BYTES = 4096
ERASED = 0xFF
_ONE_BYTE = bytes((ERASED,))

COMMIT_PAGE_BYTES = 512
NOTES_BANK_BYTES = 64 * 1024
RING_PAGES = 128
"""Room for 4,096 sealed records, their log epochs, and one spare page to move the living into."""

SLOT_BYTES_FIXED = 16 * 1024
"""What a slot holds besides the list: ticket, roles, zone table, holidays, keys."""


class FlashError(Exception):
    """The memory did not take what it was given (worn out, not powered)."""


@dataclass(frozen=True, slots=True)
class Area:
    """A named range of pages; erasing works by page, programming only clears bits."""

    name: str
    page_bytes: int
    pages: int

    @property
    def size_bytes(self) -> int:
        return self.page_bytes * self.pages


class Flash(Protocol):
    """NOR flash: erase sets a page to ones, program clears bits. Calls take effect in order, byte by byte."""

    def read(self, area: Area, at: int, length: int) -> bytes:
        """Bytes of an area; never-written bytes are 0xFF."""
        ...

    def program(self, area: Area, at: int, data: bytes) -> None:
        """Clears bits. Raises FlashError: then any of the bytes may have been programmed, the last of them half."""
        ...

    def erase(self, area: Area, page: int) -> None:
        """Sets one page to ones. Raises FlashError: then the page may hold anything."""
        ...

    def barrier(self) -> None:
        """Returns when all that came before is durable; nothing after it can be older.

        Raises FlashError: then nothing is confirmed, and the next barrier that returns confirms this one's part too.
        """
        ...


@dataclass(frozen=True, slots=True)
class Layout:
    """The areas of one lock, sized from its model's capacity before anything arrives."""

    records_max: int
    bundle_bytes_max: int
    slots: tuple[Area, Area]
    commits: Area
    staging: Area
    bitmap: Area
    notes: tuple[Area, Area]
    ring: Area
    album: Area
    images: tuple[Area, Area]
    image_bits: Area

    @classmethod
    def for_capacity(cls, people: int) -> "Layout":
        """People with one code and one card each: records ≤ 2.2 × capacity, bundle ≤ 60 B × records + 4 KiB (B.3)."""
        records = people * limits.RECORDS_PER_PERSON_TENTHS // 10
        bundle = limits.BUNDLE_BYTES_PER_RECORD * records + limits.BUNDLE_BYTES_BASE
        slot_pages = _pages(bundle + SLOT_BYTES_FIXED)
        return cls(
            records_max=records,
            bundle_bytes_max=bundle,
            slots=(Area("slot-a", PAGE_BYTES, slot_pages), Area("slot-b", PAGE_BYTES, slot_pages)),
            commits=Area("commits", COMMIT_PAGE_BYTES, 2),
            staging=Area("staging", PAGE_BYTES, _pages(bundle) + STAGING_HEAD_PAGES),
            bitmap=Area("bitmap", PAGE_BYTES, 1),
            notes=(
                Area("notes-a", PAGE_BYTES, NOTES_BANK_BYTES // PAGE_BYTES),
                Area("notes-b", PAGE_BYTES, NOTES_BANK_BYTES // PAGE_BYTES),
            ),
            ring=Area("ring", PAGE_BYTES, RING_PAGES),
            album=Area("album", limits.PARCEL_BYTES_MAX, limits.PHOTOS_MAX),
            images=(Area("image-a", PAGE_BYTES, IMAGE_PAGES), Area("image-b", PAGE_BYTES, IMAGE_PAGES)),
            image_bits=Area("image-bits", PAGE_BYTES, 1),
        )

    def all(self) -> tuple[Area, ...]:
        return (*self.slots, self.commits, self.staging, self.bitmap, *self.notes, self.ring, self.album, *self.images, self.image_bits)


STAGING_HEAD_PAGES = 2
"""Pages at the start of staging, and of an image's place, that hold the signed head (at most 6 KiB)."""
IMAGE_PAGES = limits.IMAGE_BYTES_MAX // PAGE_BYTES + STAGING_HEAD_PAGES


def _pages(size_bytes: int) -> int:
    return -(-size_bytes // PAGE_BYTES)


WIPE_PAGES = 32
"""So many pages are looked at together: most of an area that is wiped was never written."""


def wipe(flash: Flash, area: Area) -> None:
    """Erases the pages of an area that are not erased already (an erase costs a cycle of the flash's life)."""
    for first in range(0, area.pages, WIPE_PAGES):
        pages = min(WIPE_PAGES, area.pages - first)
        data = flash.read(area, first * area.page_bytes, pages * area.page_bytes)
        if is_erased(data):
            continue
        for page in range(pages):
            if not is_erased(data[page * area.page_bytes : (page + 1) * area.page_bytes]):
                flash.erase(area, first + page)


def is_erased(data: bytes) -> bool:
    """Compared as a whole: counting the ones of pages that were never written was a third of a start."""
    return data == _ONE_BYTE * len(data)
