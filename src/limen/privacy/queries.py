"""Until when something is kept, by the table that ships with the product: one engine for all rooms, in the room that reads the table."""

from limen.visibility.queries import Deadline, Record, Step, kept_until, on_the_way

__all__ = ["Deadline", "Record", "Step", "kept_until", "on_the_way"]
