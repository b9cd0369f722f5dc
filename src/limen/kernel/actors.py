"""Who did something: the answer that the journal keeps."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting through a surface, or the service itself (`person_id` is None)."""

    person_id: UUID | None
    via: str

    @property
    def is_system(self) -> bool:
        return self.person_id is None


SYSTEM = Actor(person_id=None, via="service")
