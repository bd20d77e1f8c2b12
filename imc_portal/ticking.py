"""Beat that goes on when the clock of its host is set back."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry

log = logging.getLogger(__name__)

#: Clocks are corrected by seconds all the time; that needs no help.
SLACK = dt.timedelta(seconds=5)


class Ticking(PersistentScheduler):
    """Celery's own, which would wait until a moment comes round again that it has seen once already."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One look at what is due; an entry that ran in the future is due now."""
        early = [entry for entry in self.schedule.values() if _ran_in_the_future(entry)]
        for entry in early:
            # An entry for a time of the day has no interval; it waits for its time as ever.
            every = getattr(entry.schedule, "run_every", dt.timedelta())
            entry.last_run_at = entry.default_now() - every
        if early:
            log.warning("the clock was set back: %s entries of the schedule begin anew", len(early))
            self._heap = None
        return float(super().tick(*args, **kwargs))


def _ran_in_the_future(entry: ScheduleEntry) -> bool:
    return entry.last_run_at is not None and entry.last_run_at > entry.default_now() + SLACK
