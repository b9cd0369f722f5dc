"""All ways in for strangers' bytes, by name."""

from tests.fuzz import doors, firmware, messages, readers, statements
from tests.fuzz.harness import Harness

HARNESSES: dict[str, Harness] = {
    one.name: one for one in (*messages.HARNESSES, *statements.HARNESSES, *firmware.HARNESSES, *doors.HARNESSES, *readers.HARNESSES)
}
