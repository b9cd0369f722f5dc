"""The parts of something large, said ahead of the lock's answers: the lock hashes and keeps one while the next are on their way (O-13).

Answers still come one for each part and in order. A link that breaks in between loses nothing: what the lock has is in its bitmap.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from limen.phone.commands import Conversation, Say, Step
from limen.phone.link import Link
from limen.wire import limits
from limen.wire.answers import Answer, Staged, missing
from limen.wire.operations import Request

May = Callable[[int, int], bool]
"""Whether a part of so many bytes may go, at this time of the link (milliseconds); counts it if so."""


@dataclass
class Brought:
    """How far it got. `answer` is the first that did not ask for more parts, else the last; `stopped`: the allowance was used up."""

    answer: Answer
    here: int
    stopped: bool = False

    @property
    def ended(self) -> bool:
        """Whether the lock wants no more of them."""
        return not isinstance(self.answer, Staged)


def all_of_it(size: int, heard_ms: int) -> bool:
    """No allowance: as much as it takes."""
    return True


def unnoted(here: int) -> None:
    """Nobody counts along."""


def bring(
    link: Link,
    begun: Staged,
    parts: Sequence[bytes],
    request: Callable[[int, bytes], Request],
    *,
    step: Step = "sending",
    may: May = all_of_it,
    reached: Callable[[int], None] = unnoted,
) -> Conversation[Brought]:
    """Every part that the lock lacks, each once, at most `CHUNKS_AHEAD` of them unanswered."""
    lacking = deque(missing(begun.bitmap, len(parts)))
    so_far = Brought(begun, len(parts) - len(lacking))
    reached(so_far.here)
    yield Say(step, done=so_far.here, total=len(parts))
    under_way: deque[Request] = deque()
    while True:
        while lacking and len(under_way) < limits.CHUNKS_AHEAD and not (so_far.stopped or so_far.ended):
            if not may(len(parts[lacking[0]]), link.heard_ms):
                so_far.stopped = True
                break
            index = lacking.popleft()
            under_way.append(request(index, parts[index]))
            yield from link.say(under_way[-1])
        if not under_way:
            return so_far
        answer = yield from link.hear(under_way.popleft())
        if so_far.ended:  # said before the lock's no was heard: what it makes of these is no news
            continue
        so_far.answer = answer
        if isinstance(answer, Staged):
            so_far.here = len(parts) - len(missing(answer.bitmap, len(parts)))
            reached(so_far.here)
            yield Say(step, done=so_far.here, total=len(parts))
