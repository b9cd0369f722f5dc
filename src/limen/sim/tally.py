"""What a run counts, what it found wrong, and the digest by which two runs are the same run."""

import hashlib
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal[
    "wrong_open", "wrong_deny", "unlogged_opening", "lost_acknowledged_event", "undeclared_gap", "push_only_leak", "not_converged"
]
KINDS: Final[tuple[Kind, ...]] = (
    "wrong_open",
    "wrong_deny",
    "unlogged_opening",
    "lost_acknowledged_event",
    "undeclared_gap",
    "push_only_leak",
    "not_converged",
)
MAY_MOST: Final = 0.02
MAY_COUNTS_FROM: Final = 2_000
"""Below so many attempts a share says nothing."""
STORIES_MAX: Final = 50


@dataclass
class Tally:
    """Counters of one run. `stories`: each violation in a sentence."""

    attempts: int = 0
    openings: int = 0
    updates: int = 0
    events: int = 0
    may: int = 0
    violations: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    stories: list[str] = field(default_factory=list)
    trace: list[str] | None = None
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def note(self, *words: object) -> None:
        """One line of the digest: simulated time, places and people by number, decisions, reasons, versions, record numbers; never bytes."""
        line = " ".join(str(word) for word in words)
        self._digest.update(line.encode() + b"\n")
        if self.trace is not None:
            self.trace.append(line)

    def wrong(self, kind: Kind, story: str) -> None:
        """Something that must never happen."""
        self.violations[kind] += 1
        self.note("WRONG", kind)
        if len(self.stories) < STORIES_MAX:
            self.stories.append(f"{kind}: {story}")

    def judged(self, *, moved: bool, may: bool) -> None:
        """An attempt is over. `may`: either end of it would have been accepted."""
        self.attempts += 1
        self.openings += moved
        self.may += may

    @property
    def digest(self) -> str:
        """Of everything noted so far."""
        return self._digest.hexdigest()

    @property
    def may_share(self) -> float:
        """Attempts of which the oracle would have accepted either end."""
        return self.may / self.attempts if self.attempts else 0.0

    @property
    def clean(self) -> bool:
        """No violation, and the oracle has committed itself."""
        sure = self.attempts < MAY_COUNTS_FROM or self.may_share < MAY_MOST
        return sure and not any(self.violations.values())

    def said(self, seconds: float) -> dict[str, object]:
        """As `--json` prints it."""
        return {
            "digest": self.digest,
            "attempts": self.attempts,
            "openings": self.openings,
            "updates": self.updates,
            "events": self.events,
            "may_share": round(self.may_share, 5),
            "violations": dict(self.violations),
            "seconds": round(seconds, 2),
        }
