"""What a fuzzer may throw bytes at, and what counts as a fault: anything but a refusal by name, or a second spelling of the same thing."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from limen.wire.cbor import WireError

CORPUS = Path(__file__).with_name("corpus")
T = TypeVar("T")


@dataclass(frozen=True)
class Harness:
    """One way in for strangers' bytes. `run` raises AssertionError (or crashes) on a fault; `seeds` are what honest peers send."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]

    def corpus(self) -> list[bytes]:
        """What is committed for it, in order of the file names."""
        return [path.read_bytes() for path in sorted((CORPUS / self.name).iterdir())]


def reads(read: Callable[[bytes], T], write: Callable[[T], bytes] | None = None) -> Callable[[bytes], None]:
    """Bytes are refused by a `WireError`, or are the only spelling of what was read."""

    def run(data: bytes) -> None:
        try:
            found = read(data)
        except WireError:
            return
        if write is not None:
            assert write(found) == data, "two spellings of one thing"

    return run
