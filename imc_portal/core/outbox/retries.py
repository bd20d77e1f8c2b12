"""When to try again: how long to wait by what went wrong, longer each time, until it is of no use."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

#: Attempts of a message that has no moment after which it is of no use.
MAX_ATTEMPTS = 12
LONGEST_DELAY = 1800.0
JITTER = 0.2
#: A last attempt so long before the end, if there is at least this much time left until then.
LAST_CALL = dt.timedelta(seconds=5)
WORTH_IT = dt.timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Pattern:
    """The first wait in seconds, which doubles each time, and the longest."""

    first: float
    longest: float

    def seconds(self, attempt: int) -> float:
        """How long to wait after this attempt, without jitter."""
        return min(self.longest, self.first * 2.0 ** min(attempt - 1, 20))


#: The server or the way to it is busy, or tests whether we come back (greylisting).
QUICK = Pattern(first=10, longest=900)
#: Something with this mailbox, or of no known kind.
SLOW = Pattern(first=60, longest=LONGEST_DELAY)
#: The other side asked for fewer at once.
SCATTERED = Pattern(first=120, longest=LONGEST_DELAY)
PATTERNS = {
    0: QUICK,
    **dict.fromkeys((101, 111, 421, 422, 431, 442, 447, 450, 451, 452), QUICK),
    432: SCATTERED,
}


def again_at(
    now: dt.datetime, *, code: int, attempts: int, give_up_at: dt.datetime | None
) -> dt.datetime | None:
    """The moment of the next attempt; None when there is none any more."""
    if give_up_at is None and attempts >= MAX_ATTEMPTS:
        return None
    pattern = PATTERNS.get(code, SLOW)
    spread = 1.0 if pattern is SCATTERED else JITTER
    jitter = random.uniform(1 - JITTER, 1 + spread)  # noqa: S311  # spreads retries, guards nothing
    then = now + dt.timedelta(seconds=pattern.seconds(attempts) * jitter)
    if give_up_at is None or then <= give_up_at - LAST_CALL:
        return then
    last = give_up_at - LAST_CALL
    return last if last - now >= WORTH_IT else None
