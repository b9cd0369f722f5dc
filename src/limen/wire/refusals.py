"""The words a lock has for no: statuses of an answer, and reasons of a refusal.

Before possession is proven there is one refusal, ``REFUSED``. A proven phone gets one reason about its own credential (protocol C.2);
what keypad and card learn is one refusal, and the reason goes to the record only.
"""

from enum import IntEnum


class Status(IntEnum):
    """The second element of every answer (protocol B.8)."""

    OK = 0
    DENIED = 1
    NEED_UPDATE = 2
    ALREADY = 3
    APPLIED = 4
    SUPERSEDED = 5
    NEED_SNAPSHOT = 6
    STALE_EPOCH = 7
    WRONG_EPOCH = 8
    TOO_BIG = 9
    BUSY = 10
    CLOCK = 11
    UNKNOWN = 12


class Reason(IntEnum):
    """Why a door stayed closed, on the wire and in the record."""

    REFUSED = 0  # the one answer before possession is proven
    NOT_STARTED = 1
    ENDED = 2
    LEASE_OVER = 3
    REVOKED = 4
    OUTSIDE_SCHEDULE = 5
    BOLT_THROWN = 6
    CLOCK_LOST = 7
    NEEDS_UPDATE = 8
    NO_RIGHT = 9
    TOO_LATE = 10  # a proof or a remote order that took more than 10 s (LOCK-3, B.10)
    NOT_RECORDED = 11  # the record could not be written (LOCK-13)
    BATTERY = 12  # LOCK-6
    WRONG_IMAGE = 13  # firmware for another model or revision, or one that this lock has gone past (part G)
    SELF_TEST_FAILED = 14  # firmware that this lock has tried and given up
    # the code under the battery cover, before there is an owner
    NO_COVER_CODE = 15  # this lock came out of its factory without one
    PRESS_AGAIN = 16  # no try is left for this press of the inside button
    COVER_CODE_SPENT = 17  # no try is left in this lock's life
    # keypad, for the record only
    WRONG_CODE = 32
    KEYPAD_WAIT = 33
    ENTRY_DISCARDED = 34
    CODE_SPENT = 35
    CODE_UNISSUED = 36
    # card, for the record only
    CARD_UNKNOWN = 48
    CARD_REPLAYED = 49
    CARD_FAILED = 50
    CARD_WEAK = 51  # a plain UID or SUN message where it is not allowed

    @property
    def word(self) -> str:
        """The name as the screens know it, ``outside_schedule``."""
        return self.name.lower()


TOLD_TO_PROVEN = frozenset(
    {
        Reason.NOT_STARTED,
        Reason.ENDED,
        Reason.LEASE_OVER,
        Reason.REVOKED,
        Reason.OUTSIDE_SCHEDULE,
        Reason.BOLT_THROWN,
        Reason.CLOCK_LOST,
        Reason.NEEDS_UPDATE,
        Reason.NO_RIGHT,
        Reason.TOO_LATE,
        Reason.NOT_RECORDED,
        Reason.BATTERY,
        Reason.WRONG_IMAGE,
        Reason.SELF_TEST_FAILED,
    }
)
