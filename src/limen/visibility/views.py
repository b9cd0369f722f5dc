"""What the room tells others, as values: the facts of a record and of an asker, and the verdict. All pure."""

from limen.visibility.rules import Allowed, AskerFacts, Denied, RecordFacts, Verdict

__all__ = ["Allowed", "AskerFacts", "Denied", "RecordFacts", "Verdict"]
