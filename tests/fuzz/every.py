"""All ways in for strangers' bytes, by name."""

from tests.fuzz import covers, doors, firmware, messages, readers, statements
from tests.fuzz.harness import Harness

HARNESSES: dict[str, Harness] = {
    one.name: one
    for one in (
        *messages.HARNESSES,
        *statements.HARNESSES,
        *firmware.HARNESSES,
        *covers.HARNESSES,
        *doors.HARNESSES,
        *readers.HARNESSES,
    )
}
